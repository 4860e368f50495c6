import type { ObjectStore } from "../base/index.ts";
import { readTold, type Told } from "../learn/index.ts";
import { modelKey, REPORT, type RunReport, readPointer, reportSchema } from "../registry/index.ts";
import type { RetrainOutcome } from "./contract.ts";
import type { Context } from "./fit.ts";
import { dataOf, dollarsOf, evaluationOf } from "./publish.ts";
import { totalOf } from "./record.ts";
import type { RunContext } from "./run.ts";
import { workKey } from "./workspace.ts";

/** Folders that studies and fits leave in the run's, and that have trials or curves to tell. */
const TOLD = ["baseline", "study", "fit", "refit"] as const;

/** Fits that come after the search. */
const FITS = { fit: "judged", refit: "published" } as const;

/** More than any budget pays for; what is kept stays a small file. */
const TRIALS_MAX = 400;

/**
 * `report.json` in the run's folder, and beside the version's files where one went live. Safe to repeat: what it is made of is
 * cleared away only once it stands.
 */
export async function writeReport(context: RunContext, outcome: RetrainOutcome): Promise<void> {
  const { ports, params, workspace } = context;
  const written = await workspace.find(REPORT);
  const bytes = written ?? encode(await reportOf(context, outcome));
  if (written === null) await workspace.write(REPORT, bytes);
  if (outcome.status !== "published") return;
  await ports.store.put(modelKey(params.tenant, outcome.version, REPORT), bytes);
}

/** Null for a run that has not ended, or whose report was swept away. */
export function readRunReport(store: ObjectStore, tenant: string, run: string): Promise<RunReport | null> {
  return readReport(store, workKey(tenant, run, REPORT));
}

/** Null for a version that does not exist, or that was made before reports were kept. */
export function readVersionReport(
  store: ObjectStore,
  tenant: string,
  version: string,
): Promise<RunReport | null> {
  return readReport(store, modelKey(tenant, version, REPORT));
}

async function readReport(store: ObjectStore, key: string): Promise<RunReport | null> {
  const object = await store.get(key);
  if (object === null) return null;
  const parsed = reportSchema.safeParse(JSON.parse(new TextDecoder().decode(object.bytes)));
  return parsed.success ? parsed.data : null;
}

async function reportOf(context: RunContext, outcome: RetrainOutcome): Promise<RunReport> {
  const { params, made } = context;
  const told = new Map<string, Told>();
  for (const name of TOLD) told.set(name, await tell(context, name));
  const { costs, evaluation, plan, split } = made;
  return {
    v: 1,
    run: params.runId,
    requestedAtMs: params.requestedAtMs,
    startedBy: params.reason,
    seed: params.seed,
    status: outcome.status,
    reason: reasonOf(outcome),
    version: outcome.status === "published" ? outcome.version : null,
    plan: plan?.kind ?? null,
    data: made.read === undefined ? null : dataOf(made.read),
    metrics: evaluation?.metrics ?? {},
    evaluation: evaluation === undefined || split === undefined ? null : evaluationOf(evaluation, split),
    exposure: made.exposure ?? {},
    live: made.live ?? null,
    recipe: made.recipe ?? null,
    ...(made.startedFrom === undefined ? {} : { startedFrom: made.startedFrom }),
    ...(await searchOf(context, told)),
    curves: Object.entries(FITS).flatMap(([name, fit]) => curvesOf(context, told.get(name), name, fit)),
    costs,
    dollars: dollarsOf(totalOf(costs)),
    fits: { evaluated: made.evaluatedHash ?? null, published: made.modelHash ?? null },
  };
}

/** The run's own search; that of an earlier run whose recipe it fitted again; the baseline's where there was no other. */
async function searchOf(
  { ports: { store }, params, made }: RunContext,
  told: ReadonlyMap<string, Told>,
): Promise<Pick<RunReport, "study" | "trials">> {
  const { plan } = made;
  if (plan?.kind === "renew") return earlierSearch(store, params.tenant, plan.study.atMs);
  const own = [told.get("study"), told.get("baseline")].find((one) => (one?.trials.length ?? 0) > 0);
  const trials = (own?.trials ?? []).slice(-TRIALS_MAX).map(trialOf);
  if (own === undefined || own.study === null) return { study: null, trials };
  const { reason, figures } = own.study;
  return { study: { atMs: params.requestedAtMs, reason, figures: { ...figures } }, trials };
}

/** From the reports of the versions that are kept. */
async function earlierSearch(
  store: ObjectStore,
  tenant: string,
  atMs: number,
): Promise<Pick<RunReport, "study" | "trials">> {
  const current = await readPointer(store, tenant);
  for (const version of current === null ? [] : [current.pointer.version, ...current.pointer.previous]) {
    const report = await readVersionReport(store, tenant, version);
    if (report?.study?.atMs === atMs) return { study: report.study, trials: report.trials };
  }
  return { study: null, trials: [] };
}

function trialOf({ learner, parameters, rung, figure, workSeconds, losses }: Told["trials"][number]) {
  const curve = losses === undefined ? {} : { losses: rounded(losses) };
  return { learner, parameters: { ...parameters }, rung, figure, workSeconds, ...curve };
}

function curvesOf({ made }: RunContext, told: Told | undefined, stage: string, fit: string) {
  return (made.recipe?.parts ?? []).flatMap((part) => {
    const losses = told?.lossesOf(stage, part) ?? null;
    return losses === null ? [] : [{ fit, learner: part.learner, losses: rounded(losses) }];
  });
}

/** What can be seen in a plot: a curve is for people. */
function rounded(values: readonly number[]): number[] {
  return values.map((value) => Number(value.toPrecision(5)));
}

function tell({ workspace }: Context, name: string): Promise<Told> {
  return readTold({ read: (part) => workspace.find(`${name}/${part}`) });
}

function reasonOf(outcome: RetrainOutcome): string {
  switch (outcome.status) {
    case "published":
    case "refused":
      return outcome.reason;
    case "too_little_data":
      return outcome.message;
    case "reproduced":
      return `${outcome.of}, run again: ${outcome.identical ? "byte for byte the same" : "not the same"}`;
  }
}

function encode(report: RunReport): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(report));
}
