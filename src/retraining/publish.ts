import { HISTORY_MAX, SCORER_MODELS_BYTES_MAX } from "../base/index.ts";
import { heldBytes, LATE_FEATURES, readCatalog } from "../catalogue/index.ts";
import { eventTypeCode, isStandardType } from "../events/index.ts";
import {
  type Artifact,
  type Manifest,
  type ManifestDraft,
  promote,
  publish,
  SETTINGS_DEFAULT,
} from "../registry/index.ts";
import { canary } from "./canary.ts";
import type { RetrainOutcome } from "./contract.ts";
import { decodeCases } from "./dataset-file.ts";
import { equalToLive } from "./equal.ts";
import type { Evaluated } from "./evaluate.ts";
import type { Context, Fitted } from "./fit.ts";
import { makeGolden } from "./golden.ts";
import { likenessFiles } from "./likeness.ts";
import type { ReadResult } from "./read.ts";
import { settingsHash } from "./settings-hash.ts";
import type { InVain } from "./settings-store.ts";
import { PROTOCOL, type SplitResult } from "./split.ts";
import { partsOf } from "./start.ts";
import { supersededBy } from "./superseded.ts";

/** What the model card is made of. */
export interface Trained {
  read: ReadResult;
  split: SplitResult;
  recipe: NonNullable<Manifest["recipe"]>;
  study: Manifest["study"] | null;
  gate: NonNullable<Manifest["gate"]>;
  /** Better than the live model beyond doubt. */
  isSuperior: boolean;
  /** The version that the pointer named when it was judged; null for none. */
  replaces: string | null;
  evaluation: Evaluated;
  evaluatedHash: string;
  refit: Fitted;
  /** Absent where popularity serves: there is nothing personal to order. */
  ranker?: Manifest["ranker"];
  startedFrom?: Manifest["startedFrom"];
  /** Estimated CPU-seconds of the whole run, the parts that came to nothing included. */
  workSeconds: number;
}

export interface Publication {
  outcome: RetrainOutcome;
  /** Why a search that led to this refusal would only lead to it again. */
  inVain?: InVain;
}

/** Workers Paid: $0.02 per million milliseconds of CPU. */
const DOLLARS_PER_CPU_SECOND = (0.02 / 1e6) * 1_000;

export function dollarsOf(cpuSeconds: number): number {
  return cpuSeconds * DOLLARS_PER_CPU_SECOND;
}

/** `golden.json` of the refit, in the run's folder. */
export async function writeGolden({ ports, params, workspace }: Context): Promise<void> {
  // The users of the test slice: some thousands are as good as all.
  const { dataset } = decodeCases(await workspace.read("cases.bin"));
  const golden = await makeGolden(ports.engine, await workspace.read("model.onnx"), dataset, {
    seed: params.seed,
    yieldTo: ports.yieldTo,
  });
  await workspace.write("golden.json", new TextEncoder().encode(JSON.stringify(golden)));
}

/**
 * Immutable files, the canary, then the pointer. Safe to repeat: the version follows from the bytes and the run's own time.
 * A version that the canary refuses stays unpromoted until the sweep takes it. What is live already is not published once more:
 * its copies would take the places of the versions to roll back to.
 */
export async function publishModel(context: Context, trained: Trained): Promise<Publication> {
  const { ports, params } = context;
  const settings = await settingsHash(params.settings ?? SETTINGS_DEFAULT);
  const manifest = { ...cardOf(context, trained), settings };
  const artifact = { manifest, files: await filesOf(context, trained) };
  const live = await equalToLive(ports.store, artifact);
  if (live !== null) {
    const reason = `equal to the live model ${live}, byte for byte: nothing new to learn from`;
    const { metrics } = trained.evaluation;
    return { outcome: { status: "refused", reason, metrics, live }, inVain: "judged" };
  }
  const card = await publish(ports.store, { ...artifact, parts: partsOf(context, trained.recipe) });
  const { version, learner, metrics } = card;
  const flaw = await canary(ports, card);
  if (flaw !== null) {
    const reason = `${version} fails the canary: ${flaw.reason}`;
    return {
      outcome: { status: "refused", reason, metrics },
      ...(flaw.isTimed ? {} : { inVain: "judged" }),
    };
  }
  const superseded = await supersededBy(context, version);
  if (superseded !== null) {
    return { outcome: { status: "refused", reason: `${version} is not live: ${superseded}`, metrics } };
  }
  const { isSuperior, replaces } = trained;
  const promoted = await promote(ports.store, params.tenant, version, {
    // Lists are counted by version from this time on: until the pointer moves, the version before answers.
    nowMs: ports.clock(),
    isSuperior,
    // What was live at the gate is what may be replaced: what another run has published since, this one was not held against.
    expected: replaces,
  });
  if (!promoted.ok) {
    const { code, message } = promoted.error;
    return {
      outcome: { status: "refused", reason: `${version} is not live: ${message}`, metrics },
      ...(code === "pinned" ? { inVain: "pinned" } : {}),
    };
  }
  return { outcome: { status: "published", version, learner, reason: trained.gate.reason, metrics } };
}

async function filesOf(context: Context, { ranker }: Trained): Promise<Artifact["files"]> {
  const { workspace } = context;
  const model = {
    "model.onnx": await workspace.read("model.onnx"),
    "catalog.parquet": await workspace.read("catalog.parquet"),
    ...(ranker?.attached === true ? await rankerFiles(context) : {}),
  };
  return {
    ...model,
    "golden.json": await workspace.read("golden.json"),
    ...(await likenessFiles(context, SCORER_MODELS_BYTES_MAX - (await heldInScorer(context, model)))),
  };
}

/** Bytes that a scorer needs for the model without its side files. */
async function heldInScorer({ ports: { yieldTo } }: Context, files: Artifact["files"]): Promise<number> {
  const { "catalog.parquet": catalog = new Uint8Array(), ...rest } = files;
  const catalogue = await readCatalog(catalog, { yieldTo });
  const held = heldBytes(catalogue, await catalogue.ruleColumns(yieldTo));
  return Object.values(rest).reduce((sum, { byteLength }) => sum + byteLength, held);
}

async function rankerFiles({ workspace }: Context): Promise<Record<string, Uint8Array<ArrayBuffer>>> {
  const names = ["ranker.onnx", "ranker-items.bin"];
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await workspace.read(name)] as const)),
  );
}

function cardOf(
  { params }: Context,
  {
    read,
    split,
    recipe,
    study,
    gate,
    evaluation,
    evaluatedHash,
    refit,
    ranker,
    startedFrom,
    workSeconds,
  }: Trained,
): ManifestDraft {
  return {
    tenant: params.tenant,
    createdAtMs: params.requestedAtMs,
    learner: refit.learner,
    parameters: refit.parameters,
    seed: params.seed,
    data: dataOf(read),
    itemCount: refit.itemCount,
    historyMax: HISTORY_MAX,
    ...historyWeights(params.settings?.eventWeights ?? {}),
    lateFeatureCount: LATE_FEATURES,
    metrics: evaluation.metrics,
    evaluation: evaluationOf(evaluation, split),
    fits: { evaluated: evaluatedHash, published: refit.hash },
    recipe,
    ...(study === null || study === undefined ? {} : { study }),
    gate,
    ...(ranker === undefined ? {} : { ranker }),
    ...(startedFrom === undefined ? {} : { startedFrom }),
    cost: { cpuSeconds: workSeconds, dollars: dollarsOf(workSeconds) },
  };
}

/** Types of a tenant's own share one code: by that, serving could not tell one's weight from another's, so theirs is left. */
function historyWeights(
  eventWeights: Readonly<Record<string, number>>,
): Pick<ManifestDraft, "historyWeights"> {
  const standard = Object.entries(eventWeights).filter(([type]) => isStandardType(type));
  if (standard.length === 0) return {};
  return {
    historyWeights: Object.fromEntries(
      standard.map(([type, weight]) => [String(eventTypeCode(type)), weight]),
    ),
  };
}

/** What a run read, as its card and its report tell it. */
export function dataOf(read: ReadResult): Manifest["data"] {
  const { interactions, users, fromMs, untilMs, snapshot, snapshots, sampledFrom } = read;
  return {
    ...{ fromMs, untilMs, interactions, users, snapshot, snapshots },
    ...(sampledFrom === undefined ? {} : { sampledFrom }),
  };
}

/** Of the cases that the metrics are means over. */
export function evaluationOf(
  { cases, users, segments }: Evaluated,
  { cutMs }: SplitResult,
): Manifest["evaluation"] {
  return { protocol: PROTOCOL, cases, users, cutMs, segments };
}
