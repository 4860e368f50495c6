import { spawnSync } from "node:child_process";
import path from "node:path";
import { expect, it } from "vitest";
import type { LakeReport } from "../../scripts/bench/index.ts";
import { ROOT } from "../../scripts/local/runtime.ts";

/** Runs a bench as a user does, small; its numbers are this machine's affair, what it counts is not. */
function bench(what: string): Record<string, unknown> {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [path.join(ROOT, "scripts/cli.ts"), "bench", what, "--json", "--tiny"],
    { cwd: ROOT, encoding: "utf8" },
  );
  expect(status, stderr).toBe(0);
  const lines = stdout.trim().split("\n");
  expect(lines).toHaveLength(1);
  return JSON.parse(lines[0] ?? "") as Record<string, unknown>;
}

it("measures answers: an empty Worker, a cached list, a live inference", () => {
  const report = bench("serve") as Record<string, Record<string, number>>;
  expect(Object.keys(report)).toEqual(["empty", "cached", "live"]);
  for (const { p50Ms = 0, p95Ms = 0, p99Ms = 0, reqPerSecond = 0 } of Object.values(report)) {
    expect(p50Ms).toBeGreaterThan(0);
    expect(p95Ms).toBeGreaterThanOrEqual(p50Ms);
    expect(p99Ms).toBeGreaterThanOrEqual(p95Ms);
    expect(reqPerSecond).toBeGreaterThan(0);
  }
});

it("measures answers while a retrain runs beside them", () => {
  const report = bench("retrain") as Record<"idle" | "retraining", Record<string, number>>;
  expect(Object.keys(report)).toEqual(["idle", "retraining", "retrainSeconds"]);
  for (const { p50Ms = 0, p99Ms = 0 } of [report.idle, report.retraining]) {
    expect(p50Ms).toBeGreaterThan(0);
    expect(p99Ms).toBeGreaterThanOrEqual(p50Ms);
  }
});

it("measures ingestion: what was accepted has landed, once", () => {
  const report = bench("ingest");
  expect(report).toMatchObject({ lost: 0, duplicated: 0, landed: report.accepted });
  expect(report.accepted).toBeGreaterThan(3_000);
  for (const rate of ["acceptedPerSecond", "landedPerSecond", "consumerCpuMsPer1000"]) {
    expect(report[rate], rate).toBeGreaterThan(0);
  }
  const { ackOnly, shareOfAckOnly, landedPerSecond } = report as Record<string, number> & {
    ackOnly: { landedPerSecond: number };
  };
  expect(shareOfAckOnly).toBeCloseTo((landedPerSecond ?? 0) / ackOnly.landedPerSecond, 1);
});

it("measures the lake's jobs: rates, memory and bytes", () => {
  const report = bench("lake") as unknown as LakeReport;
  const { append, compaction, refining, refiningMemory, demo } = report;
  expect(append.rows).toBe(3_000);
  expect(compaction.rows).toBeGreaterThanOrEqual(3_000);
  expect(refining["silver.interactions"]?.rows).toBe(3_000);
  expect(Object.keys(refining)).toContain("gold.user_histories");
  for (const { peakMb, samples } of [compaction, refiningMemory]) {
    expect(samples).toBeGreaterThan(1);
    expect(peakMb).toBeGreaterThan(5);
  }
  expect(demo.bronzeBytesPerEvent).toBeGreaterThan(10);
});
