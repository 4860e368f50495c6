import { INTERACTIONS } from "../lake/index.ts";
import type { RankerCard } from "../registry/index.ts";
import type { Context } from "./fit.ts";
import { TooLarge } from "./ranker/counters.ts";
import { fitAgain, fitOlder, judgeNewer, type NotFitted } from "./ranker/fits.ts";
import { CANDIDATES } from "./ranker/source.ts";

export interface RankerTask {
  /** Table → the snapshot that the run read. */
  snapshots: Readonly<Record<string, number>>;
  /** `evaluated.onnx` was fitted on what is older: only newer lists are free of what it knows. */
  cutMs: number;
}

export interface RankerResult {
  /** For the manifest; `attached`: `ranker.onnx` and `ranker-items.bin` stand in the run's folder and belong into the artifact. */
  card: RankerCard;
  workSeconds: number;
}

/**
 * The second stage: fitted on the older lists since the cut, judged on the newer ones against retrieval's order by the exported
 * file, and where it is better beyond doubt, fitted again on all of them. Three steps; what one hands to the next is in the run's
 * folder: reads `dataset.bin`, `subject-keys.bin`, `catalog.parquet` and `evaluated.onnx`.
 */
export async function trainRanker(context: Context, task: RankerTask): Promise<RankerResult> {
  const snapshotId = task.snapshots[INTERACTIONS.name];
  if (snapshotId === undefined) return { card: without("the run has read no impressions"), workSeconds: 0 };
  const source = { snapshotId, cutMs: task.cutMs };
  const fitted = await context.step.do("ranker-fit", () => fitOlder(context, source).catch(tooLarge));
  if ("reason" in fitted) {
    return { card: without(fitted.reason, fitted.lists), workSeconds: fitted.workSeconds };
  }
  const judged = await context.step.do("ranker-judge", () => judgeNewer(context, source, fitted));
  const { attached, reason, metrics } = judged;
  const card = {
    reason,
    metrics,
    lists: { fitted: fitted.lists, judged: judged.lists },
    candidates: CANDIDATES,
  };
  const workSeconds = fitted.workSeconds + judged.workSeconds;
  if (!attached) {
    return { card: { ...without(reason), ...card, positionOffsets: fitted.positionOffsets }, workSeconds };
  }
  const refit = await context.step.do("ranker-refit", () => fitAgain(context, fitted));
  const { features, positionOffsets } = refit;
  return {
    card: { attached, ...card, features, positionOffsets },
    workSeconds: workSeconds + refit.workSeconds,
  };
}

function without(reason: string, fitted = 0): RankerCard {
  const lists = { fitted, judged: 0 };
  return {
    attached: false,
    reason,
    lists,
    metrics: {},
    candidates: CANDIDATES,
    features: [],
    positionOffsets: [],
  };
}

/** A run must not fail for want of a second stage. */
function tooLarge(error: unknown): NotFitted {
  if (!(error instanceof TooLarge)) throw error;
  return { reason: error.message, lists: 0, workSeconds: 0 };
}
