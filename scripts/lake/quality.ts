import { type Command, Option } from "commander";
import {
  type CheckOutcome,
  type QualityReportBody,
  readReport,
  reportBody,
} from "../../src/quality/index.ts";
import { ApiClient } from "../client/index.ts";
import { runJob } from "./jobs.ts";
import { type LakeOptions, withLake, withLakeStore } from "./open.ts";
import { printRows } from "./print.ts";

interface Options extends LakeOptions {
  key?: string;
  now?: true;
  all?: true;
  failOn?: "warn" | "error";
  json?: true;
}

export function registerQuality(lake: Command): void {
  const command = lake
    .command("quality")
    .description("show the latest report on the lake's quality: declared checks, and the stages' sums")
    .option("--key <key>", "a tenant's secret key, with --url: its own part of the report")
    .option("--now", "make a new report first")
    .option("--all", "list the checks that pass too")
    .addOption(
      new Option(
        "--fail-on <status>",
        "exit with 1 from this status on; sums that disagree are errors",
      ).choices(["warn", "error"]),
    )
    .option("--json", "print the report as JSON");
  withLake(command).action(async (options: Options) => {
    const report = await load(options);
    if (options.json === true) console.log(JSON.stringify(report));
    else print(report, options.all === true);
    if (fails(report, options.failOn)) process.exitCode = 1;
  });
}

/** A tenant's key opens its own part by the API; everything else reads the lake itself, of a stopped Lakeshore too. */
async function load(options: Options): Promise<QualityReportBody> {
  const { url, key = process.env.LAKESHORE_SECRET_KEY, now } = options;
  if (url !== undefined && key !== undefined && process.env.LAKESHORE_ADMIN_TOKEN === undefined) {
    return new ApiClient(url, key).request<QualityReportBody>("/v1/admin/quality");
  }
  return withLakeStore(options, async ({ store, server, from }) => {
    if (now === true) {
      if (server === null)
        throw new Error(`${from} is stopped: a report is made by its Workers, so start it first.`);
      await runJob(server, "quality");
    }
    const report = await readReport(store);
    if (report === null)
      throw new Error(`${from} has no report yet: the schedule makes one every hour, --now one now.`);
    return reportBody(report);
  });
}

export function fails({ checks, reconciliation }: QualityReportBody, from: Options["failOn"]): boolean {
  if (from === undefined) return false;
  const failing = from === "warn" ? ["warn", "error"] : ["error"];
  return reconciliation.differences.length > 0 || checks.some(({ status }) => failing.includes(status));
}

const ORDER: CheckOutcome["status"][] = ["error", "warn", "unknown", "pass"];

function print({ at, complete, checks, reconciliation, quarantined }: QualityReportBody, all: boolean): void {
  const left = complete ? "" : ", not complete: the next report goes on";
  console.log(`report of ${new Date(at).toISOString()}${left}`);
  const counts = ORDER.map(
    (status) => [status, checks.filter((check) => check.status === status).length] as const,
  );
  console.log(counts.map(([status, count]) => `${count} ${status}`).join(", "));
  const shown = checks
    .filter(({ status }) => all || status === "warn" || status === "error")
    .sort((a, b) => ORDER.indexOf(a.status) - ORDER.indexOf(b.status));
  if (shown.length > 0)
    printRows(
      ["status", "table", "check", "tenant", "reason"],
      shown.map((check) => ({ ...check })),
    );
  const { hours_compared, hours_open, differences } = reconciliation;
  console.log(
    `${hours_compared} hours held against each other, ${hours_open} still open, ${differences.length} differences`,
  );
  if (differences.length > 0) {
    const rows = differences.map(({ between, ...difference }) => ({
      ...difference,
      between: between.join(" → "),
    }));
    printRows(["received_from", "tenant", "between", "expected", "actual", "reason"], rows);
  }
  if (quarantined > 0) console.log(`${quarantined} failing rows were copied to ops.quarantine`);
}
