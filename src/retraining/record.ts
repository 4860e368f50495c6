import {
  LINEAGE,
  type LineageRow,
  openLake,
  TRAINING_RUNS,
  type TrainingRun,
  tenantBucket,
} from "../lake/index.ts";
import type { Exposure, Manifest, Recipe, TrainingSettings } from "../registry/index.ts";
import type { RetrainOutcome, RetrainParams } from "./contract.ts";
import type { Evaluated } from "./evaluate.ts";
import type { Plan } from "./plan.ts";
import type { RetrainPorts } from "./ports.ts";
import type { ReadResult } from "./read.ts";
import type { InVain } from "./settings-store.ts";
import type { SplitResult } from "./split.ts";

/** What a run had made by its end. */
export interface Made {
  read?: ReadResult;
  split?: SplitResult;
  recipe?: Recipe;
  /** Of the candidate; of popularity where there was none. */
  evaluation?: Evaluated;
  /** By whose lists. */
  exposure?: Record<string, Exposure>;
  live?: NonNullable<Manifest["gate"]>["live"];
  /** Estimated CPU-seconds by part of the run, whatever came of it. */
  costs: Record<string, number>;
  interactions?: number;
  snapshots?: Record<string, number>;
  settings: TrainingSettings;
  plan?: Plan;
  /** By this run itself, whatever came of it. */
  searched?: NonNullable<Manifest["study"]>;
  /** Where the run is refused for what it would be refused for again; absent where that says nothing of what was found. */
  inVain?: InVain | undefined;
  startedFrom?: Manifest["startedFrom"];
  learner?: string;
  evaluatedHash?: string;
  modelHash?: string;
}

/** What the run has cost so far: its card and its report tell the same sum. */
export function totalOf(costs: Made["costs"]): number {
  return Object.values(costs).reduce((sum, seconds) => sum + seconds, 0);
}

/** The key of a snapshot's summary that names the run whose row it brought. */
const RUN_KEY = "lakeshore.run";

/** Adds the run to gold.training_runs, at once and once: a repeated step finds the snapshot that it made before. */
export async function recordRun(
  { store, clock }: RetrainPorts,
  params: RetrainParams,
  { outcome, made, seconds }: { outcome: RetrainOutcome; made: Made; seconds: number },
): Promise<string> {
  const cpuSeconds = totalOf(made.costs);
  const row: TrainingRun = {
    tenant: params.tenant,
    run: params.runId,
    requested_at: params.requestedAtMs,
    status: outcome.status,
    reason: params.reason,
    seed: params.seed,
    seconds,
    snapshots: made.snapshots ?? {},
    settings: { ...made.settings },
    ...(made.plan === undefined ? {} : { plan: { ...made.plan } }),
    ...(cpuSeconds > 0 ? { cpu_seconds: cpuSeconds } : {}),
    ...(made.learner === undefined ? {} : { learner: made.learner }),
    ...(made.evaluatedHash === undefined ? {} : { evaluated_hash: made.evaluatedHash }),
    ...(made.modelHash === undefined ? {} : { model_hash: made.modelHash }),
    ...told(outcome),
  };
  const lake = openLake(store, { clock });
  const snapshots = (await lake.load(TRAINING_RUNS))?.snapshots ?? [];
  if (snapshots.some(({ summary }) => summary[RUN_KEY] === params.runId)) return outcome.status;
  const at = { nowMs: clock() };
  const writer = lake.writer(TRAINING_RUNS, { partition: [tenantBucket(params.tenant)], ...at });
  await writer.write(Object.fromEntries(Object.entries(row).map(([name, cell]) => [name, [cell]])), 1);
  const added = await writer.close();
  const summary = { [RUN_KEY]: params.runId };
  const { id } = await lake.commit(TRAINING_RUNS, { operation: "append", added, summary }, at);
  const lineage: LineageRow = {
    ...{
      run: params.runId,
      job: "train",
      inputs: row.snapshots,
      output: TRAINING_RUNS.name,
      output_snapshot: id,
    },
    ...{ rows_in: made.interactions ?? 0, rows_out: 1 },
    ...{ duration_ms: Math.round(seconds * 1_000), started_at: params.requestedAtMs },
  };
  await lake.append(LINEAGE, [lineage], at);
  return outcome.status;
}

function told(outcome: RetrainOutcome): Partial<TrainingRun> {
  switch (outcome.status) {
    case "published":
      return {
        model_version: outcome.version,
        metrics: outcome.metrics,
        ...(outcome.learner === "popularity" ? { refusal: outcome.reason } : {}),
      };
    case "refused":
      return { refusal: outcome.reason, metrics: outcome.metrics };
    case "too_little_data":
      return { refusal: outcome.message };
    case "reproduced":
      return { metrics: outcome.metrics };
  }
}
