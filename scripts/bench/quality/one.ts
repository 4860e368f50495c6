import { discardTensors, type Engine } from "../../../src/base/index.ts";
import { LATE_FEATURES } from "../../../src/catalogue/index.ts";
import {
  assembleModel,
  type Content,
  createPace,
  type Dataset,
  type FittedModel,
  fitContent,
  type Learner,
  learnerNamed,
  type Pace,
  type Parameters,
  type Parking,
  popularity,
  type WeightedPart,
  withParking,
  type YieldTo,
} from "../../../src/learn/index.ts";
import type { Objects } from "./contract.ts";
import { parametersOf } from "./settings.ts";

/** Weight of popularity beside the learner that is measured: it answers where the learner knows nothing. */
const POPULARITY_WEIGHT = 0.1;

/** One learner with given parameters, its first guesses where none is given. */
export interface OneLearner {
  learner: string;
  /** Of the learner; `popularity.weight` and `content.weight` too. */
  settings: Parameters;
  seed: number;
}

export interface OneData {
  dataset: Dataset;
  content: Content | null;
  maskSeen: boolean;
}

export interface OnePorts {
  engine: Engine;
  yieldTo: YieldTo;
  store: Objects;
  sliceSeconds: number;
  onProgress(fraction: number, message: string): void;
  parking?: Parking;
}

/** One slice of the fit; `model` is null when it has to go on in another. */
export async function fitOneSlice(
  { learner: name, settings, seed }: OneLearner,
  { dataset, content, maskSeen }: OneData,
  ports: OnePorts,
): Promise<{ model: FittedModel | null; workSeconds: number }> {
  const { onProgress } = ports;
  const options = { seed, onProgress };
  const pace = createPace(ports.yieldTo, ports.sliceSeconds);
  const fitPorts = { engine: ports.engine, pace, checkpoint: checkpointOf(ports.store) };
  const fitWith = (learner: Learner, parameters: Parameters) =>
    withParking(dataset, ports.parking, (onRowsRead) =>
      learner.fit(
        dataset,
        parameters,
        { ...options, ...fitContent(learner, content ?? undefined) },
        { ...fitPorts, ...onRowsRead },
      ),
    );
  const learner = learnerNamed(name);
  const part = await fitWith(learner, parametersOf(learner, dataset, maskSeen, settings));
  const workSeconds = await addWork(ports.store, pace);
  if (part === null) return { model: null, workSeconds };
  const parts: WeightedPart[] = [{ part, weight: 1 }];
  const weight = learner === popularity ? 0 : (settings["popularity.weight"] ?? POPULARITY_WEIGHT);
  const prior = await fitWith(popularity, parametersOf(popularity, dataset, maskSeen, {}));
  if (prior !== null && weight !== 0) parts.push({ part: prior, weight });
  const assembly = { parts, contentWeight: settings["content.weight"] ?? 0 };
  const data = { dataset, contentWidth: LATE_FEATURES, ...(content === null ? {} : { content }) };
  const model = await assembleModel(assembly, data, { engine: ports.engine, pace });
  for (const { part } of parts) discardTensors(part.tensors);
  return { model, workSeconds };
}

function checkpointOf(store: Objects) {
  return {
    read: () => store.read("checkpoint"),
    write: (bytes: Uint8Array) => store.write("checkpoint", bytes),
  };
}

/** Estimated CPU-seconds of all slices so far. */
async function addWork(store: Objects, pace: Pace): Promise<number> {
  const before = await store.read("work");
  const sum = Number(before === null ? 0 : new TextDecoder().decode(before)) + pace.workSeconds;
  await store.write("work", new TextEncoder().encode(String(sum)));
  return sum;
}
