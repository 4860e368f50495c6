import { type Engine, HISTORY_MAX } from "../../../src/base/index.ts";
import { LATE_FEATURES } from "../../../src/catalogue/index.ts";
import {
  assembleModel,
  createPace,
  type Dataset,
  type FitOptions,
  type FittedModel,
  type FittedPart,
  learnerNamed,
  type Parameters,
  shapeOf,
  type YieldTo,
} from "../../../src/learn/index.ts";

/** Weight of popularity beside the learner that is measured: it answers where the learner knows nothing. */
const POPULARITY_WEIGHT = 0.1;

/** One learner with given parameters, its first guesses where none is given, and popularity at a small weight. */
export interface OneLearner {
  learner: string;
  /** Of the learner; `popularity.weight`, `content.weight` too. */
  settings: Parameters;
}

export interface OneData {
  dataset: Dataset;
  content: Float32Array | null;
  maskSeen: boolean;
  seed: number;
}

export interface OnePorts {
  engine: Engine;
  yieldTo: YieldTo;
  onProgress(fraction: number, message: string): void;
}

export async function fitOne(
  { learner, settings }: OneLearner,
  data: OneData,
  ports: OnePorts,
): Promise<{ model: FittedModel; workSeconds: number }> {
  const { seed, content, dataset } = data;
  const options: FitOptions = {
    seed,
    historyMax: HISTORY_MAX,
    contentWidth: LATE_FEATURES,
    ...(content === null ? {} : { content }),
  };
  const main = await fitWhole(learner, settings, { data, options, ports });
  const parts = [{ part: main.part, weight: 1 }];
  let { workSeconds } = main;
  if (learner !== "popularity") {
    const weight = settings["popularity.weight"] ?? POPULARITY_WEIGHT;
    const prior = await fitWhole("popularity", {}, { data, options, ports });
    if (weight !== 0) parts.push({ part: prior.part, weight });
    workSeconds += prior.workSeconds;
  }
  const assembly = { parts, contentWeight: settings["content.weight"] ?? 0 };
  return { model: assembleModel(assembly, { dataset, ...options }), workSeconds };
}

/** However many slices it takes. */
async function fitWhole(
  name: string,
  settings: Parameters,
  { data, options, ports }: { data: OneData; options: FitOptions; ports: OnePorts },
): Promise<{ part: FittedPart; workSeconds: number }> {
  const learner = learnerNamed(name);
  const ladders = learner.ladders(shapeOf(data.dataset, data));
  const unknown = Object.keys(settings).find(
    (key) => !key.includes(".") && !ladders.some((one) => one.name === key),
  );
  if (unknown !== undefined) {
    const names = ladders.map((one) => one.name).join(", ");
    throw new Error(`${name} has no parameter ${unknown} on these data; it has ${names}`);
  }
  const parameters = Object.fromEntries(
    ladders.map((one) => [one.name, settings[one.name] ?? one.values[one.start] ?? 0]),
  );
  const pace = createPace(ports.yieldTo);
  const checkpoint = inMemory();
  for (;;) {
    const part = await learner.fit(
      data.dataset,
      parameters,
      { ...options, onProgress: ports.onProgress },
      { engine: ports.engine, pace, checkpoint },
    );
    if (part !== null) return { part, workSeconds: pace.workSeconds };
  }
}

function inMemory() {
  let held: Uint8Array<ArrayBuffer> | null = null;
  return {
    read: async () => held,
    write: async (bytes: Uint8Array) => {
      held = bytes.slice();
    },
  };
}
