import { spawnSync } from "node:child_process";
import path from "node:path";
import { expect, it } from "vitest";
import type { CatalogueServeReport, SoakReport } from "../../scripts/bench/index.ts";
import { ROOT } from "../../scripts/local/runtime.ts";
import { billOf, PER_ANSWER, PER_EVENT, PER_EVENT_REQUEST, plus, times } from "../../src/ops/index.ts";

/** Runs a bench as a user does, small; its times are this machine's affair, what it counts is not. */
function bench(...options: string[]): unknown {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [path.join(ROOT, "scripts/cli.ts"), "bench", ...options, "--json", "--tiny"],
    { cwd: ROOT, encoding: "utf8" },
  );
  expect(status, stderr).toBe(0);
  return JSON.parse(stdout.trim());
}

/** Three processes, one after the other; on a busy machine each takes a minute. */
const LONG_MS = 600_000;

it(
  "measures answers of a catalogue: by tier, offered, cold, from afar, what they cost",
  () => {
    const report = bench("serve", "--items", "2000", "--quantised") as CatalogueServeReport;
    expect(report).toMatchObject({ items: 2_000, dims: 64, history: 50, form: "large" });
    for (const row of ["empty", "cached", "live", "cacheApi", "kv"] as const) {
      expect(report[row].p50Ms, row).toBeGreaterThan(0);
      expect(report[row].reqPerSecond, row).toBeGreaterThan(0);
      expect(report[row].ofEmpty, row).toBeGreaterThan(0);
    }
    const { offered, cold, distant, usdPerMillion } = report;
    expect(offered.ratePerSecond).toBe(200);
    expect(offered.live.p99Ms).toBeGreaterThanOrEqual(offered.live.p50Ms);
    expect(report.cpuMsPerAnswer).toBeGreaterThan(0);
    expect(report.maxRateP90Below7Ms).toBeGreaterThanOrEqual(0);
    expect(cold.firstLiveMs).toBeGreaterThan(cold.firstAnswerMs);
    expect(cold.maxStallMs).toBeGreaterThanOrEqual(cold.firstAnswerMs);
    // No store answers before its latency is over: 25 ms of a replica, 30 ms of KV that nobody has asked.
    expect(distant.p99Ms).toBeGreaterThan(25);
    expect(distant.quietP99Ms).toBeGreaterThan(30);
    // Were the profile's time shorter than a replica's, nobody at all would be known.
    expect(distant.personalShare).toBeGreaterThan(0);
    expect(distant.quietPersonalShare).toBeGreaterThan(0);
    expect(distant.quietPersonalShareOfAll).toBeLessThan(distant.quietPersonalShare);
    expect(report.memoryMb).toBeGreaterThan(15);
    const { total, ...lines } = usdPerMillion;
    expect(Object.values(lines).reduce((sum, usd) => sum + usd, 0)).toBeCloseTo(total, 2);
    // What the console estimates a bill by: every answer brings an event, ten events come in a call.
    const estimated = billOf(
      plus(times(PER_ANSWER, 1e6), times(PER_EVENT_REQUEST, 2e5), times(PER_EVENT, 2e6)),
    );
    for (const line of ["workers", "kv", "d1", "queue"] as const) {
      expect(estimated[line], line).toBeGreaterThan(usdPerMillion[line] / 1.5);
      expect(estimated[line], line).toBeLessThan(1.5 * usdPerMillion[line]);
    }
  },
  LONG_MS,
);

it(
  "soaks: events, retrains and swaps beside answers that hold no error and no mix of versions",
  () => {
    const report = bench("soak") as SoakReport;
    expect(report).toMatchObject({ requests: 600, errors: 0, versionMixes: 0 });
    expect(report.p99Ms).toBeGreaterThan(0);
    expect(report.memoryMb.begin).toBeGreaterThan(15);
    for (const beside of ["events", "retrains", "swaps", "swapsSeen"] as const) {
      expect(report[beside], beside).toBeGreaterThan(0);
    }
  },
  LONG_MS,
);
