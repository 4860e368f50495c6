import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "commander";
import { type Lake, openLake } from "../../src/lake/index.ts";
import {
  type QualityReport,
  readReport,
  type TableSize,
  type TableVerification,
  verifyLake,
} from "../../src/quality/index.ts";
import { runJob } from "./jobs.ts";
import { type LakeOptions, type OpenedStore, withLake, withLakeStore } from "./open.ts";
import { printRows } from "./print.ts";
import { judgeReport, newestCommitMs, sumsOf, type VerifiedSums } from "./verify-report.ts";

interface Options extends LakeOptions {
  json?: true;
}

/** What `--json` prints. */
export interface Verified {
  tables: Record<string, TableSize>;
  /** Of the report, and of the tables' files, totals, keys and watermarks. */
  checks: { passed: number; failed: number };
  reconciliation: VerifiedSums;
}

/** Events that came a moment ago are given this long to arrive everywhere. */
const SETTLING_MS_MAX = 60_000;
const SETTLING_PAUSE_MS = 5_000;

export function registerVerify(lake: Command): void {
  const command = lake
    .command("verify")
    .description(
      "bring the lake up to date, then hold every file, total, key, check and sum against what it should be",
    )
    .option("--json", "print one line of JSON");
  withLake(command).action((options: Options) =>
    withLakeStore(options, async (opened) => {
      const { store, server } = opened;
      const lake = openLake(store);
      const commitMs = server === null ? await newestCommitMs(lake) : await bringUpToDate(server, lake);
      const report = await readReport(store);
      const tables = await verifyLake({ lake, store }, (table) => {
        if (options.json !== true) console.error(`reading ${table}`);
      });
      const verified = summarise(report, tables);
      if (options.json === true) console.log(JSON.stringify(verified));
      else print(verified, report, tables);
      const { holds, words } = judgeReport(report, { commitMs, isStopped: server === null });
      for (const sentence of words) console.error(sentence);
      if (!holds || verified.checks.failed > 0 || verified.reconciliation.differences > 0)
        process.exitCode = 1;
    }),
  );
}

/**
 * What landed is committed, refined and judged; hours whose newest events are still on their way are waited for. Returns when the
 * newest commit was made that the report must know of: a busy lake goes on while it is verified.
 */
async function bringUpToDate(server: NonNullable<OpenedStore["server"]>, lake: Lake): Promise<number | null> {
  for (let waitedMs = 0; ; waitedMs += SETTLING_PAUSE_MS) {
    await runJob(server, "commit");
    await runJob(server, "refine");
    // What the two wrote of themselves is committed too, so that no file stays behind.
    await runJob(server, "commit");
    const commitMs = await newestCommitMs(lake);
    const { hours_open: open, differences } = await runJob(server, "quality");
    if ((open === 0 && differences === 0) || waitedMs >= SETTLING_MS_MAX) return commitMs;
    await sleep(SETTLING_PAUSE_MS);
  }
}

function summarise(report: QualityReport | null, tables: Record<string, TableVerification>): Verified {
  const physical = Object.values(tables);
  const outcomes = report?.outcomes ?? [];
  const count = (status: string) => outcomes.filter((outcome) => outcome.status === status).length;
  return {
    tables: Object.fromEntries(Object.entries(tables).map(([name, { size }]) => [name, size])),
    checks: {
      passed: physical.reduce((sum, { passed }) => sum + passed, 0) + count("pass") + count("warn"),
      failed: physical.reduce((sum, { faults }) => sum + faults.length, 0) + count("error"),
    },
    reconciliation: sumsOf(report),
  };
}

function print(
  { tables, checks, reconciliation }: Verified,
  report: QualityReport | null,
  verified: Record<string, TableVerification>,
): void {
  printRows(
    ["table", "rows", "files", "bytes", "snapshots"],
    Object.entries(tables).map(([table, size]) => ({ table, ...size })),
  );
  const { differences, hours_compared: hours } = reconciliation;
  console.log(
    `${checks.passed} checks passed, ${checks.failed} failed; ${differences} differences in ${hours} hours`,
  );
  for (const { faults } of Object.values(verified)) {
    for (const { table, check, detail } of faults) console.log(`${table}: ${check}: ${detail}`);
  }
  for (const { status, table, check, tenant, reason } of report?.outcomes ?? []) {
    if (status === "error" || status === "warn")
      console.log(`${status}: ${table}: ${check}${tenant === null ? "" : ` (${tenant})`}: ${reason}`);
  }
  for (const { tenant, receivedFrom, reason } of report?.reconciliation.differences ?? []) {
    console.log(`${tenant} ${receivedFrom}: ${reason}`);
  }
}
