import type { Lake } from "../../src/lake/index.ts";
import { DECLARED_CHECKS, type QualityReport } from "../../src/quality/index.ts";

/** What the sums of a verification rest on, as `--json` prints it. */
export interface VerifiedSums {
  differences: number;
  /** Hours of all tenants that the report holds against each other. */
  hours_compared: number;
  /** Hours whose events may still be on their way: they are not in `differences`, whatever is wrong with them. */
  hours_open: number;
  /** When the report was made, in ms; null without one. */
  report_at: number | null;
}

export function sumsOf(report: QualityReport | null): VerifiedSums {
  const { differences = [], hoursCompared = 0, hoursOpen = 0 } = report?.reconciliation ?? {};
  return {
    differences: differences.length,
    hours_compared: hoursCompared,
    hours_open: hoursOpen,
    report_at: report?.atMs ?? null,
  };
}

/** When the newest commit was made to any table that reports speak of; null while there is none. */
export async function newestCommitMs(lake: Pick<Lake, "load">): Promise<number | null> {
  let newestMs: number | null = null;
  for (const { table } of DECLARED_CHECKS) {
    const atMs = (await lake.load(table))?.current?.atMs;
    if (atMs !== undefined) newestMs = Math.max(newestMs ?? atMs, atMs);
  }
  return newestMs;
}

export interface ReportVerdict {
  /** False where no report speaks for the lake as it is: then nothing was verified but files. */
  holds: boolean;
  /** What a reader must know of the report, a sentence each. */
  words: string[];
}

/**
 * Whether a report speaks for the lake. A stopped lake has its last one only, made before its last commits as a rule: it counts, and
 * is named.
 */
export function judgeReport(
  report: QualityReport | null,
  { commitMs, isStopped }: { commitMs: number | null; isStopped: boolean },
): ReportVerdict {
  if (report === null) {
    const remedy = isStopped ? "; start Lakeshore and verify again" : "";
    return { holds: false, words: [`there is no report: only files were verified, no sums${remedy}`] };
  }
  const words: string[] = [];
  const made = `the report of ${iso(report.atMs)}`;
  const isOld = commitMs !== null && commitMs > report.atMs;
  const older = isOld ? `, older than the newest commit, of ${iso(commitMs)}` : "";
  if (isStopped) words.push(`Lakeshore is stopped: checks and sums are those of ${made}${older}`);
  else if (isOld) words.push(`${made} is${older.slice(1)}: what came since is not verified`);
  if (!report.complete) words.push(`${made} is not complete`);
  const { hoursOpen } = report.reconciliation;
  if (hoursOpen > 0)
    words.push(`hours still open, of which the sums are not held against each other yet: ${hoursOpen}`);
  return { holds: isStopped || (!isOld && report.complete), words };
}

function iso(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
