import { DAY_MS, err, type ObjectStore, ok, type Result } from "../base/index.ts";
import { type Lake, TRAINING_RUNS, type TrainingRun, USER_HISTORIES } from "../lake/index.ts";
import { type Metric, readManifest, type TrainingSettings } from "../registry/index.ts";
import type { Rerun, RerunRefusal, RetrainOutcome } from "./contract.ts";
import type { Fitted } from "./fit.ts";
import { goneSnapshot, RUN_KEPT_DAYS } from "./pin.ts";
import type { Plan } from "./plan.ts";
import { goneMessage } from "./start.ts";

const COLUMNS = [
  "run",
  "requested_at",
  "seed",
  "snapshots",
  "evaluated_hash",
  "model_hash",
  "settings",
  "plan",
] as const satisfies (keyof TrainingRun)[];

/** What it takes to run an earlier run again; refused, naming what is gone, when it cannot come out the same. */
export async function planRerun(
  { lake, store }: { lake: Lake; store: ObjectStore },
  { tenant, run, nowMs }: { tenant: string; run: string; nowMs: number },
): Promise<Result<{ rerun: Rerun; seed: number }, RerunRefusal>> {
  const found = await findRun(lake, tenant, run);
  if (found === null) {
    return err({ kind: "unknown", message: `there is no finished run "${run}" in ${TRAINING_RUNS.name}` });
  }
  if (found === "outdated") {
    const message = `the run "${run}" was made by an earlier trainer, which kept no settings, or had too little data`;
    return err({ kind: "outdated", message });
  }
  const { snapshots, requestedAtMs } = found.rerun;
  if (snapshots[USER_HISTORIES.name] === undefined) {
    return err({ kind: "nothing_read", message: `the run "${run}" found no interactions to read` });
  }
  const gone = await goneSnapshot(lake, snapshots);
  if (gone === null) return isStartKept(store, tenant, found);
  const keptUntilMs = requestedAtMs + RUN_KEPT_DAYS * DAY_MS;
  // Once its time was over, the snapshot went by itself, whatever was erased since.
  if (nowMs > keptUntilMs) {
    const until = new Date(keptUntilMs).toISOString().slice(0, 10);
    const message = `the run "${run}" cannot be run again: ${gone.table} was kept for it until ${until}, ${RUN_KEPT_DAYS} days`;
    return err({ kind: "expired", message });
  }
  return err({ kind: gone.kind, message: `the run "${run}" cannot be run again: ${gone.message}` });
}

/** Fits that started from a version's parts come out the same from those only. */
async function isStartKept(
  store: ObjectStore,
  tenant: string,
  found: { rerun: Rerun; seed: number },
): Promise<Result<{ rerun: Rerun; seed: number }, RerunRefusal>> {
  const { of, plan } = found.rerun;
  const version = plan.kind === "renew" ? plan.startsFrom?.version : undefined;
  if (version === undefined || (await readManifest(store, tenant, version)) !== null) return ok(found);
  const message = `the run "${of}" cannot be run again: ${goneMessage(version)}`;
  return err({ kind: "expired", message });
}

async function findRun(
  lake: Lake,
  tenant: string,
  run: string,
): Promise<{ rerun: Rerun; seed: number } | "outdated" | null> {
  const where = [{ column: "run", min: run, max: run }] as const;
  for await (const { columns, rows } of lake.scan(TRAINING_RUNS, { columns: COLUMNS, tenant, where })) {
    if (rows === 0) continue;
    const { settings, plan } = columns;
    if (!settings[0] || !plan[0]) return "outdated";
    return {
      seed: columns.seed[0] as number,
      rerun: {
        of: run,
        snapshots: columns.snapshots[0] as Record<string, number>,
        requestedAtMs: columns.requested_at[0] as number,
        evaluatedHash: columns.evaluated_hash[0] ?? null,
        modelHash: columns.model_hash[0] ?? null,
        settings: settings[0] as unknown as TrainingSettings,
        plan: plan[0] as unknown as Plan,
      },
    };
  }
  return null;
}

/** Both files beside those of the first run. */
export function reproduced(
  { of, evaluatedHash, modelHash }: Rerun,
  made: { evaluatedHash: string; refit: Fitted; metrics: Record<string, Metric> },
): RetrainOutcome {
  const isSame = (first: string | null, second: string) => first === null || first === second;
  return {
    status: "reproduced",
    of,
    identical: isSame(evaluatedHash, made.evaluatedHash) && isSame(modelHash, made.refit.hash),
    evaluatedHash: made.evaluatedHash,
    modelHash: made.refit.hash,
    metrics: made.metrics,
  };
}
