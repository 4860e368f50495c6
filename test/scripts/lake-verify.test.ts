import { expect, it } from "vitest";
import { judgeReport, newestCommitMs, sumsOf } from "../../scripts/lake/verify-report.ts";
import { MINUTE_MS } from "../../src/base/index.ts";
import { openLake, QUARANTINE } from "../../src/lake/index.ts";
import { memoryObjectStore } from "../memory-object-store.ts";
import { land, NOON_MS, NOW_MS, report, soundWorld } from "../quality/world.ts";

const RUNNING = { isStopped: false };
const STOPPED = { isStopped: true };

it("holds by a report that knows the newest commit, and says how many hours it compared", async () => {
  const world = await soundWorld();
  const made = await report(world);
  const commitMs = await newestCommitMs(world.lake);
  expect(commitMs).toBe(NOON_MS);
  expect(judgeReport(made, { ...RUNNING, commitMs })).toEqual({ holds: true, words: [] });
  expect(sumsOf(made)).toEqual({ differences: 0, hours_compared: 105, hours_open: 0, report_at: NOW_MS });
  // What reports write themselves makes none of them old.
  const row = {
    tenant: "shop",
    reason: "invalid_event",
    body: "{}",
    truncated: false,
    quarantined_at: NOW_MS,
  };
  await world.lake.append(QUARANTINE, [row], { nowMs: NOW_MS + MINUTE_MS });
  await world.lake.commitPending(QUARANTINE, { nowMs: NOW_MS + MINUTE_MS, force: true });
  expect(await newestCommitMs(world.lake)).toBe(NOON_MS);
});

it("fails by a report that is older than a commit, unless Lakeshore is stopped: then it is named", async () => {
  const world = await soundWorld();
  const made = await report(world);
  await land(world, 3, NOW_MS + MINUTE_MS);
  const commitMs = await newestCommitMs(world.lake);
  const running = judgeReport(made, { ...RUNNING, commitMs });
  expect(running).toEqual({
    holds: false,
    words: [
      "the report of 2026-11-20T12:30:00.000Z is older than the newest commit, of 2026-11-20T12:31:00.000Z: what came since is not verified",
    ],
  });
  const stopped = judgeReport(made, { ...STOPPED, commitMs });
  expect(stopped).toEqual({
    holds: true,
    words: [
      expect.stringMatching(/stopped: checks and sums are those of the report of 2026-11-20T12:30.*older/),
    ],
  });
  const open = await report(world, NOW_MS + 2 * MINUTE_MS);
  expect(judgeReport(open, { ...RUNNING, commitMs })).toEqual({
    holds: true,
    words: [
      expect.stringContaining("hours still open, of which the sums are not held against each other yet: 1"),
    ],
  });
  expect(sumsOf(open)).toMatchObject({ differences: 0, hours_open: 1 });
});

it("fails without a report, and by one that is not complete", async () => {
  expect(await newestCommitMs(openLake(memoryObjectStore()))).toBeNull();
  for (const state of [RUNNING, STOPPED]) {
    const { holds, words } = judgeReport(null, { ...state, commitMs: null });
    expect([holds, words]).toEqual([false, [expect.stringContaining("there is no report")]]);
  }
  expect(sumsOf(null)).toEqual({ differences: 0, hours_compared: 0, hours_open: 0, report_at: null });
  const half = { ...(await report(await soundWorld())), complete: false };
  expect(judgeReport(half, { ...RUNNING, commitMs: NOON_MS }).holds).toBe(false);
});
