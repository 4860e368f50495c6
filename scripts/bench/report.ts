import type { CostReport } from "./cost/index.ts";
import type { IngestReport } from "./ingest.ts";
import type { LakeReport, Rate } from "./lake.ts";
import type { Measured } from "./latency.ts";
import type { RetrainReport } from "./retrain.ts";
import type { ServeReport } from "./serve.ts";
import type { CatalogueServeReport } from "./serve-catalogue.ts";

type Rows = Pick<CatalogueServeReport, keyof ServeReport | "cacheApi" | "kv">;

/** The rows, then every other figure by its name. */
export function printCatalogueServe(report: CatalogueServeReport): string {
  const { empty, cached, live, cacheApi, kv, ...others } = report;
  return `${printServe({ empty, cached, live, cacheApi, kv })}\n${JSON.stringify(others, null, 2)}`;
}

/** For people; latency is that of one request at a time, throughput that of many at once. */
export function printServe(report: ServeReport | Rows): string {
  const rows = Object.entries<Measured>({ ...report }).map(
    ([name, { p50Ms, p95Ms, p99Ms, reqPerSecond }]) => {
      const share = percent(reqPerSecond / report.empty.reqPerSecond);
      return [name, p50Ms.toFixed(2), p95Ms.toFixed(2), p99Ms.toFixed(2), String(reqPerSecond), share];
    },
  );
  return table([["", "p50 ms", "p95 ms", "p99 ms", "req/s", "of empty"], ...rows]);
}

export function printRetrain({ idle, retraining, retrainSeconds }: RetrainReport): string {
  const rows = Object.entries({ idle, retraining }).map(([name, { p50Ms, p95Ms, p99Ms }]) => [
    name,
    p50Ms.toFixed(2),
    p95Ms.toFixed(2),
    p99Ms.toFixed(2),
  ]);
  return `${table([["", "p50 ms", "p95 ms", "p99 ms"], ...rows])}\nretrain: ${retrainSeconds} s`;
}

export function printIngest(report: IngestReport): string {
  return table([
    ["events accepted", String(report.accepted), `${report.acceptedPerSecond} a second`],
    ["landed", String(report.landed), `${report.landedPerSecond} a second`],
    ["lost", String(report.lost), ""],
    ["counted twice", String(report.duplicated), ""],
    ["only acknowledged", percent(report.shareOfAckOnly), `of ${report.ackOnly.landedPerSecond} a second`],
    ["consumer's CPU", String(report.consumerCpuMsPer1000), "ms of JavaScript and GC per 1,000 events"],
  ]);
}

export function printLake({ append, compaction, refining, refiningMemory, demo }: LakeReport): string {
  const line = (name: string, { rows, rowsPerSecond }: Rate, peak = "") => [
    name,
    String(rows),
    String(rowsPerSecond),
    peak,
  ];
  const rows = [
    line("append", append),
    line("compaction", compaction, String(compaction.peakMb)),
    ...Object.entries(refining).map(([name, rate]) => line(name, rate, String(refiningMemory.peakMb))),
  ];
  const bytes = `bytes per event of the demo shop: ${demo.bronzeBytesPerEvent} in bronze, ${demo.silverBytesPerEvent} in silver`;
  return `${table([["", "rows", "rows/s", "peak MB"], ...rows])}\n${bytes}`;
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}

function table(rows: string[][]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? "").length)),
  );
  const line = (row: string[]) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join("  ");
  return rows.map(line).join("\n");
}

export function printCost({
  traffic,
  usage,
  rowsWritten,
  usdPerMillion,
  cpuMs,
  usdByEventsPerFlush,
}: CostReport): string {
  const table = (title: string, values: Record<string, number>) =>
    [
      title,
      ...Object.entries(values).map(([name, value]) => `  ${name.padEnd(20)} ${value.toLocaleString("en")}`),
    ].join("\n");
  return [
    table("Traffic", { ...traffic }),
    table("Counted, of a million events and a million answers with their impressions", usage),
    table("Rows written", rowsWritten),
    table("US dollars", usdPerMillion),
    table("CPU ms", cpuMs),
    table("US dollars by events a flush", usdByEventsPerFlush),
  ].join("\n");
}
