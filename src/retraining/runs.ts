import { DAY_MS } from "../base/index.ts";
import { type Lake, TRAINING_RUNS } from "../lake/index.ts";
import type { RunSummary } from "./contract.ts";

/** Runs older than this are for the lake's own readers. */
const LISTED_DAYS = 30;
const LISTED_MAX = 50;

const COLUMNS = [
  "run",
  "requested_at",
  "status",
  "reason",
  "seconds",
  "learner",
  "model_version",
  "refusal",
] as const;

/** How the tenant's newest runs ended, newest first: refusals with their reason. */
export async function listRuns(lake: Lake, tenant: string, nowMs: number): Promise<RunSummary[]> {
  const runs: RunSummary[] = [];
  const where = [{ column: "requested_at", min: nowMs - LISTED_DAYS * DAY_MS }] as const;
  for await (const { columns, rows } of lake.scan(TRAINING_RUNS, { columns: COLUMNS, tenant, where })) {
    for (let row = 0; row < rows; row++) {
      runs.push({
        run: columns.run[row] as string,
        requestedAtMs: columns.requested_at[row] as number,
        status: columns.status[row] as string,
        startedBy: columns.reason[row] as string,
        seconds: columns.seconds[row] as number,
        learner: columns.learner[row] ?? null,
        version: columns.model_version[row] ?? null,
        refusal: columns.refusal[row] ?? null,
      });
    }
  }
  return runs.sort((a, b) => b.requestedAtMs - a.requestedAtMs).slice(0, LISTED_MAX);
}
