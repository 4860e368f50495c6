import { assert, HISTORY_MAX } from "../base/index.ts";
import { LATE_FEATURES } from "../catalogue/index.ts";
import type { Evaluation } from "../learn/index.ts";
import { promote, publish } from "../registry/index.ts";
import type { RetrainOutcome, RetrainParams } from "./contract.ts";
import { PROTOCOL } from "./evaluate.ts";
import type { RetrainPorts } from "./ports.ts";
import type { ReadResult } from "./read.ts";
import type { Refit, TrainResult } from "./train.ts";
import type { Workspace } from "./workspace.ts";

export interface Trained {
  read: ReadResult;
  train: TrainResult;
  evaluation: Evaluation;
  refit: Refit;
}

/** Canary, immutable files, then the pointer. Safe to repeat: the version follows from the bytes and the run's own time. */
export async function publishModel(
  ports: RetrainPorts,
  params: RetrainParams,
  workspace: Workspace,
  { read, train, evaluation, refit }: Trained,
): Promise<RetrainOutcome> {
  const onnx = await workspace.read("model.onnx");
  const { itemCount } = refit;
  await canary(ports, onnx, itemCount);
  const { tenant, seed, requestedAtMs } = params;
  const manifest = await publish(ports.store, {
    manifest: {
      tenant,
      createdAtMs: requestedAtMs,
      learner: train.learner,
      parameters: train.parameters,
      seed,
      data: {
        fromMs: read.fromMs,
        untilMs: read.untilMs,
        interactions: read.interactions,
        users: read.users,
        snapshot: read.snapshot,
        snapshots: read.snapshots,
      },
      itemCount,
      historyMax: HISTORY_MAX,
      lateFeatureCount: LATE_FEATURES,
      metrics: evaluation.metrics,
      evaluation: {
        protocol: PROTOCOL,
        cases: evaluation.cases,
        users: evaluation.users,
        cutMs: train.cutMs,
      },
      fits: { evaluated: train.evaluatedHash, published: refit.modelHash },
    },
    files: { "model.onnx": onnx, "catalog.parquet": await workspace.read("catalog.parquet") },
  });
  const { version, learner, metrics } = manifest;
  const promoted = await promote(ports.store, tenant, version, { nowMs: requestedAtMs });
  if (!promoted.ok) {
    return { status: "refused", reason: `${version} is not live: ${promoted.error.message}`, metrics };
  }
  return { status: "published", version, learner, metrics };
}

/** The refit loads and answers: k items, all different, with numbers for scores. Throws otherwise. */
async function canary({ engine }: RetrainPorts, onnx: Uint8Array, itemCount: number): Promise<void> {
  const session = await engine.load(onnx);
  const length = Math.min(3, itemCount);
  const dims = [1, length];
  const wanted = Math.min(20, itemCount);
  try {
    const { items, scores } = await session.run({
      history: { type: "int64", dims, data: BigInt64Array.from({ length }, (_, index) => BigInt(index)) },
      history_weight: { type: "float32", dims, data: new Float32Array(length).fill(1) },
      history_age: {
        type: "float32",
        dims,
        data: Float32Array.from({ length }, (_, index) => 60 * (length - index)),
      },
      history_type: { type: "int64", dims, data: new BigInt64Array(length).fill(1n) },
      history_mask: { type: "float32", dims, data: new Float32Array(length).fill(1) },
      late_features: { type: "float32", dims: [0, LATE_FEATURES], data: new Float32Array(0) },
      bias: { type: "float32", dims: [1, itemCount], data: new Float32Array(itemCount) },
      k: { type: "int64", dims: [1], data: BigInt64Array.of(BigInt(wanted)) },
    });
    assert(items?.type === "int64" && scores?.type === "float32", "the canary answers items and scores");
    assert(new Set(items.data).size === wanted, "the canary's items are all different");
    assert(scores.data.every(Number.isFinite), "the canary's scores are numbers");
  } finally {
    await session.release();
  }
}
