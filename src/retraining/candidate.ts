import { LEARNERS } from "../learn/index.ts";
import type { Manifest, Recipe } from "../registry/index.ts";
import type { RetrainOutcome } from "./contract.ts";
import { type Evaluated, evaluateFiles } from "./evaluate.ts";
import { search } from "./fit.ts";
import { decide, judgeAgainstPopularity, judgeData } from "./gate.ts";
import type { Plan } from "./plan.ts";
import { type Baseline, servePopularity } from "./popularity.ts";
import { trainRanker } from "./ranker.ts";
import { reproduced } from "./rerun.ts";
import { type Candidate, chooseRival, compareWithLive, fitRival } from "./rival.ts";
import { fitAll, fitEvaluated, publishStep, type Rows, type RunContext } from "./run.ts";
import { settingsHash } from "./settings-hash.ts";
import { takeStart } from "./start.ts";

/** Finds a recipe or takes the live one, and carries it through evaluation, gate and refit. */
export async function trainCandidate(
  context: RunContext,
  { rows, baseline, plan }: { rows: Rows; baseline: Baseline; plan: Plan & { kind: "renew" | "search" } },
): Promise<RetrainOutcome> {
  const { params, made } = context;
  const missing = await prepareStart(context, plan);
  if (missing !== null) return { status: "refused", reason: missing, metrics: {} };
  // Data that fail keep back whatever a search finds, which costs most of the run.
  const failing =
    plan.kind === "search" && params.rerun === undefined
      ? await failingData(context, "quality-search")
      : null;
  if (failing !== null) return { status: "refused", reason: failing, metrics: {} };
  const { recipe, study } = await chooseRecipe(context, plan, rows);
  const fitted = await fitEvaluated(context, recipe);
  const files = { model: "evaluated.onnx", popularity: "popularity.onnx" };
  const evaluation = await evaluateFiles(context, "evaluate", files);
  made.costs.evaluate = evaluation.workSeconds;
  made.evaluation = evaluation;
  made.exposure = evaluation.exposure;
  const plannedStart = made.plan?.kind === "renew" ? made.plan.startsFrom?.version : undefined;
  const start = fitted.warm.length === 0 ? null : (plannedStart ?? null);
  const judged =
    params.rerun === undefined ? await judge(context, { recipe, start }, evaluation) : NOT_JUDGED;
  const { metrics } = evaluation;
  if (judged.verdict === "refused") return { status: "refused", reason: judged.reason, metrics };
  if (judged.verdict === "popularity") {
    return servePopularity(context, { rows, baseline, reason: judged.reason, study });
  }
  const refit = await fitAll(context, recipe);
  if (params.rerun !== undefined) {
    return reproduced(params.rerun, { evaluatedHash: fitted.hash, refit, metrics });
  }
  const ranked = await trainRanker(context, { snapshots: rows.read.snapshots, cutMs: rows.split.cutMs });
  made.costs.ranker = ranked.workSeconds;
  const evaluatedHash = fitted.hash;
  const { gate, isSuperior, replaces } = judged;
  const won = { gate, isSuperior, replaces };
  const found = { recipe, study, ...won, evaluation, evaluatedHash, refit, ranker: ranked.card };
  const started = made.startedFrom === undefined ? {} : { startedFrom: made.startedFrom };
  return publishStep(context, { ...rows, ...found, ...started });
}

/**
 * Puts what the fits start from into the run's folder. A version that has gone since the run was planned leaves them to begin anew;
 * only a run that is run again says what is missing, for it would not come out the same.
 */
async function prepareStart(
  context: RunContext,
  plan: Plan & { kind: "renew" | "search" },
): Promise<string | null> {
  if (plan.kind !== "renew" || plan.startsFrom === undefined) return null;
  const { startsFrom, ...anew } = plan;
  const { missing } = await context.step.do("start", () =>
    takeStart(context, startsFrom.version, plan.recipe),
  );
  if (missing === null) return null;
  if (context.params.rerun !== undefined) return missing;
  context.made.plan = anew;
  return null;
}

async function chooseRecipe(
  context: RunContext,
  plan: Plan & { kind: "renew" | "search" },
  { read }: Rows,
): Promise<{ recipe: Recipe; study: NonNullable<Manifest["study"]> }> {
  context.made.costs.study = 0;
  if (plan.kind === "renew") return { recipe: plan.recipe, study: plan.study };
  const { settings, requestedAtMs } = context.params;
  const { budgetSeconds, learners } = settings;
  const request = { budgetSeconds, ...(learners === undefined ? {} : { learners }) };
  const { recipe, trials, figures, reason, workSeconds } = await search(context, "study", request);
  context.made.costs.study = workSeconds;
  const study = {
    atMs: requestedAtMs,
    trials,
    figures,
    reason,
    interactions: read.interactions,
    settings: await settingsHash(settings),
  };
  if (context.params.rerun === undefined) context.made.searched = study;
  return { recipe, study };
}

type Judged =
  | { verdict: "refused"; reason: string }
  | { verdict: "popularity"; reason: string }
  | {
      verdict: "pass";
      gate: NonNullable<Manifest["gate"]>;
      isSuperior: boolean;
      replaces: string | null;
    };

/** What was judged once is only fitted again. */
const NOT_JUDGED: Judged = {
  verdict: "pass",
  gate: { reason: "run again", live: null, exposure: {} },
  isSuperior: false,
  replaces: null,
};

async function judge(context: RunContext, candidate: Candidate, evaluation: Evaluated): Promise<Judged> {
  const { made, step } = context;
  const { metrics, exposure } = evaluation;
  const failing = await failingData(context, "quality");
  if (failing !== null) return { verdict: "refused", reason: failing };
  const first = judgeAgainstPopularity(evaluation, metrics);
  if (!first.pass) {
    made.inVain = "judged";
    return { verdict: "popularity", reason: first.reason };
  }
  const isFittable = ({ parts }: Recipe) =>
    parts.every(({ learner }) => LEARNERS.some(({ name }) => name === learner));
  const rival = await step.do("rival", () => chooseRival(context, candidate, isFittable));
  made.costs.rival = await fitRival(context, rival, candidate.recipe);
  const compared = await compareWithLive(context, rival);
  made.costs.gate = compared?.workSeconds ?? 0;
  const exposures = { ...exposure, ...(compared?.exposures ?? {}) };
  const { pass, reason, isSuperior } = decide(evaluation, metrics, compared, exposures);
  const live =
    compared === null ? null : { version: compared.version, cases: compared.cases, metric: compared.metric };
  made.live = live;
  made.exposure = exposures;
  if (!pass) {
    made.inVain = "judged";
    return { verdict: "refused", reason };
  }
  const gate = { reason, live, exposure: exposures };
  return { verdict: "pass", gate, isSuperior, replaces: rival.version };
}

async function failingData({ ports, params, step }: RunContext, name: string): Promise<string | null> {
  const judged = await step.do(name, async () => judgeData(await ports.dataQuality(params.tenant)));
  return judged?.reason ?? null;
}
