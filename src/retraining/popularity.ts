import type { Recipe } from "../registry/index.ts";
import type { RetrainOutcome } from "./contract.ts";
import { evaluateFiles } from "./evaluate.ts";
import { type Fitted, fitRecipe, search } from "./fit.ts";
import { judgeData } from "./gate.ts";
import type { Trained } from "./publish.ts";
import { reproduced } from "./rerun.ts";
import { findLive, fitAll, publishStep, type Rows, type RunContext } from "./run.ts";

export interface Baseline {
  recipe: Recipe;
  /** Of the fit on the training rows, `popularity.onnx`. */
  fitted: Fitted;
}

/** Estimated CPU-seconds: its one parameter has a handful of values, each ranked once. */
const BASELINE_BUDGET_SECONDS = 300;

/** What every model must beat, with its decay chosen on the same validation cases. */
export async function fitBaseline(context: RunContext): Promise<Baseline> {
  const request = { learners: ["popularity"], budgetSeconds: BASELINE_BUDGET_SECONDS };
  const { recipe, workSeconds } = await search(context, "baseline", request);
  context.made.costs.baseline = workSeconds;
  const task = {
    name: "baseline-fit",
    step: "study",
    recipe,
    data: "train.bin",
    file: "popularity.onnx",
  } as const;
  const fitted = await fitRecipe(context, task);
  context.made.costs["baseline-fit"] = fitted.workSeconds;
  return { recipe, fitted };
}

/**
 * The baseline itself through the same contract, where no learner has earned its place: so that a young site has lists that
 * know its rules and its new items. A live model that once did is left alone.
 */
export async function servePopularity(
  context: RunContext,
  {
    rows,
    baseline,
    reason,
    study,
  }: { rows: Rows; baseline: Baseline; reason: string; study: Trained["study"] },
): Promise<RetrainOutcome> {
  const { params, step, made } = context;
  made.plan = { kind: "popularity", reason };
  made.evaluatedHash = baseline.fitted.hash;
  made.learner = "popularity";
  const files = { model: "popularity.onnx", popularity: "popularity.onnx" };
  const evaluation = await evaluateFiles(context, "evaluate-popularity", files);
  made.costs["evaluate-popularity"] = evaluation.workSeconds;
  made.evaluation ??= evaluation;
  made.exposure ??= evaluation.exposure;
  made.recipe ??= baseline.recipe;
  const { metrics } = evaluation;
  const { refusal, replaces } =
    params.rerun === undefined
      ? await step.do("gate-popularity", () => judge(context, reason))
      : { refusal: null, replaces: null };
  if (refusal !== null) return { status: "refused", reason: refusal, metrics };
  const refit = await fitAll(context, baseline.recipe);
  const evaluatedHash = baseline.fitted.hash;
  if (params.rerun !== undefined) return reproduced(params.rerun, { evaluatedHash, refit, metrics });
  const gate = { reason: `popularity serves: ${reason}`, live: null, exposure: evaluation.exposure };
  const { recipe } = baseline;
  const trained = { ...rows, recipe, study, gate, evaluation, evaluatedHash, refit };
  return publishStep(context, { ...trained, isSuperior: false, replaces });
}

/** Why popularity is not to go live; else what it replaces. */
async function judge(
  context: RunContext,
  reason: string,
): Promise<{ refusal: string | null; replaces: string | null }> {
  const { ports, params } = context;
  const data = judgeData(await ports.dataQuality(params.tenant));
  const live = await findLive(context);
  const replaces = live?.version ?? null;
  if (data !== null) return { refusal: data.reason, replaces };
  const hasEarned = live !== null && live.card !== null && live.card.learner !== "popularity";
  return { refusal: hasEarned ? `${reason}; live ${live.version} stays` : null, replaces };
}
