import { MINUTE_MS, SECOND_MS } from "../src/base/index.ts";
import { listTenants, readIntakeCounts, readLedgerCounts } from "../src/features/index.ts";
import { openLake } from "../src/lake/index.ts";
import {
  alertOf,
  type Failing,
  failingChecks,
  isNews,
  type QualityPorts,
  type QualityReportBody,
  type QualityRun,
  readReport,
  reportBody,
  runQuality,
  tenantReport,
} from "../src/quality/index.ts";
import { objectStore } from "./pipeline-ports.ts";

/** Rows of one run: a minute of CPU at most, of the five that an hourly cron has here. What is left waits for the next. */
const ROWS_MAX = 500_000;
/** Who asks for a report now has waited until nothing is on its way: batches of the Queue are five seconds. */
const IN_FLIGHT_ASKED_MS = 30 * SECOND_MS;
const WEBHOOK_TIMEOUT_MS = MINUTE_MS / 6;

/** `QUALITY_WEBHOOK_URL` is optional: an address that is told of new faults by POST. */
type QualityEnv = PipelineEnv & { QUALITY_WEBHOOK_URL?: string };

/** Makes the next report on this Worker's bindings, and raises the alarm where it must. */
export async function reportQuality(
  env: QualityEnv,
  nowMs: number,
  { isAsked = false }: { isAsked?: boolean } = {},
): Promise<QualityRun> {
  const run = await runQuality(ports(env), {
    nowMs,
    rowsMax: ROWS_MAX,
    ...(isAsked ? { inFlightMs: IN_FLIGHT_ASKED_MS } : {}),
  });
  // A half-read lake says nothing of what is missing in it.
  if (run.done) await raise(env, run);
  return run;
}

export async function latestReport(
  env: PipelineEnv,
  tenant: string | null,
): Promise<QualityReportBody | null> {
  const report = await readReport(objectStore(env));
  if (report === null) return null;
  return reportBody(tenant === null ? report : tenantReport(report, tenant));
}

/** A report of this age will do: tenants that retrain in the same hour share one. */
const REPORT_AGE_MS_MAX = 10 * MINUTE_MS;
/** Shares of a report that a retrain waits for: far more than an hour's events take. */
const SHARES_MAX = 20;

/**
 * What fails for the tenant now; by the latest report where none could be made, for a reporter that fails must not keep every
 * model from being renewed. That it fails is in the log.
 */
export async function failingNow(env: PipelineEnv, tenant: string, nowMs: number): Promise<Failing[]> {
  const store = objectStore(env);
  const known = await readReport(store);
  const isFresh = known?.complete === true && nowMs - known.atMs <= REPORT_AGE_MS_MAX;
  try {
    for (let share = 0, done = isFresh; !done && share < SHARES_MAX; share++) {
      ({ done } = await reportQuality(env, nowMs, { isAsked: true }));
    }
  } catch (cause) {
    console.error(JSON.stringify({ source: "quality", tenant, fault: String(cause) }));
  }
  const report = await readReport(store);
  return report === null ? [] : failingChecks(report, tenant);
}

function ports(env: PipelineEnv): QualityPorts {
  const store = objectStore(env);
  return {
    lake: openLake(store, { clock: Date.now }),
    store,
    intake: {
      tenants: () => listTenants(env.DB),
      intakeCounts: (tenant, range) => readIntakeCounts(env.PROFILES_0, tenant, range),
      ledgerCounts: (tenant, range) => readLedgerCounts(env.PROFILES_0, tenant, range),
    },
  };
}

/** One line in the log for every report that fails; a call for what is new. A webhook that is away stops nothing. */
async function raise(env: QualityEnv, { report, previous }: QualityRun): Promise<void> {
  const alert = alertOf(report);
  if (alert === null) return;
  console.error(JSON.stringify(alert));
  const url = env.QUALITY_WEBHOOK_URL ?? "";
  if (url === "" || !isNews(report, previous)) return;
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(alert),
      signal: AbortSignal.timeout(WEBHOOK_TIMEOUT_MS),
    });
    if (!response.ok) throw new Error(`answered ${response.status}`);
  } catch (cause) {
    console.error(JSON.stringify({ source: "quality", fault: `webhook: ${String(cause)}` }));
  }
}
