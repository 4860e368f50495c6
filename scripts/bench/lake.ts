import path from "node:path";
import { DAY_MS, HOUR_MS, r2ObjectStore } from "../../src/base/index.ts";
import { EVENTS, type Lake, openLake } from "../../src/lake/index.ts";
import { ROOT } from "../local/workers.ts";
import type { Progress } from "../progress.ts";
import { benchDemo, type DemoBytes } from "./lake-demo.ts";
import { runJob, type Step } from "./lake-jobs.ts";
import { type MemoryPeak, startMemorySampling } from "./memory.ts";
import { openSite, type Site, withSite } from "./site.ts";
import { syntheticBatches } from "./synthetic.ts";

export interface LakeReport {
  events: number;
  /** Parquet files, pending entries and commits, written from outside the Worker. */
  append: Rate;
  compaction: Rate & MemoryPeak;
  /** By table, in rows of its input; the share of time is the jobs' own. */
  refining: Record<string, Rate>;
  refiningMemory: MemoryPeak;
  /** Of the demo shop's events alone. */
  demo: DemoBytes;
}

export interface Rate {
  rows: number;
  seconds: number;
  rowsPerSecond: number;
}

export interface LakeBenchOptions {
  tiny: boolean;
  seed: number;
  events: number;
}

const MONTH_DAYS = 30;
const MONTH_DAYS_TINY = 4;
/** Each day has some, so that compaction has something to merge. */
const FILES_PER_DAY = 4;
/** Rows of one file: more than a Queue's batch brings, so that five million take minutes to write. */
const FILE_ROWS_MAX = 10_000;
const PIPELINE = "lakeshore-pipeline";

/**
 * Fills bronze with a month of events and lets the pipeline Worker compact it and make silver and gold from it. What was
 * received on a day is written at that day's time: to the jobs it is a lake that has grown for a month.
 */
export async function benchLake(options: LakeBenchOptions, progress: Progress): Promise<LakeReport> {
  const demo = await benchDemo(options, progress);
  const entries = { pipeline: path.join(ROOT, "scripts/bench/watched-pipeline.mjs") };
  return withSite(await openSite({ inspectorPort: 0, entries }), async (site) => {
    const lake = openLake(r2ObjectStore(await site.runtime.lake()));
    const append = await fill(lake, options, progress);
    const refined = await watched(site, () => runJob(site, "refine", progress));
    const compacted = await watched(site, () => runJob(site, "maintain", progress));
    return {
      events: options.events,
      append,
      compaction: { ...rate(compactedRows(compacted.steps), compacted.seconds), ...compacted.memory },
      refining: refiningRates(refined.steps),
      refiningMemory: refined.memory,
      demo,
    };
  });
}

async function fill(
  lake: Lake,
  { tiny, seed, events: count }: LakeBenchOptions,
  progress: Progress,
): Promise<Rate> {
  const part = progress.part("Writing bronze", count);
  const startedMs = performance.now();
  // Today is still growing, and so is yesterday in the first hour after it: the month ends before.
  const endMs = Math.floor((Date.now() - HOUR_MS) / DAY_MS) * DAY_MS;
  let rows = 0;
  let day = 0;
  const days = tiny ? MONTH_DAYS_TINY : MONTH_DAYS;
  const batchEvents = Math.min(FILE_ROWS_MAX, Math.ceil(count / days / FILES_PER_DAY));
  const batches = syntheticBatches({ seed, count, days, endMs, batchEvents });
  for (const { atMs, events } of batches) {
    await lake.append(EVENTS, events, { nowMs: atMs });
    rows += events.length;
    part.update(rows);
    const atDay = Math.floor(atMs / DAY_MS);
    if (atDay !== day) await lake.commitPending(EVENTS, { nowMs: atMs, force: true });
    day = atDay;
  }
  await lake.commitPending(EVENTS, { nowMs: endMs, force: true });
  part.finish();
  return rate(rows, (performance.now() - startedMs) / 1_000);
}

async function watched(
  { runtime }: Site,
  work: () => Promise<Step[]>,
): Promise<{ steps: Step[]; seconds: number; memory: MemoryPeak }> {
  const stop = await startMemorySampling(runtime.miniflare, PIPELINE);
  const startedMs = performance.now();
  const steps = await work();
  const seconds = (performance.now() - startedMs) / 1_000;
  return { steps, seconds, memory: await stop() };
}

function compactedRows(steps: readonly Step[]): number {
  const units = steps.flatMap((step) => (step.units ?? []) as { job: string; rows: number }[]);
  return units.filter(({ job }) => job === "compact").reduce((sum, { rows }) => sum + rows, 0);
}

function refiningRates(steps: readonly Step[]): Record<string, Rate> {
  const runs = steps.flatMap(
    (step) => (step.runs ?? []) as { output: string; rows_in: number; duration_ms: number }[],
  );
  const byTable = Map.groupBy(runs, ({ output }) => output);
  return Object.fromEntries(
    [...byTable].map(([table, own]) => {
      const rows = own.reduce((sum, run) => sum + run.rows_in, 0);
      return [table, rate(rows, own.reduce((sum, run) => sum + run.duration_ms, 0) / 1_000)];
    }),
  );
}

function rate(rows: number, seconds: number): Rate {
  return {
    rows,
    seconds: Math.round(seconds * 10) / 10,
    rowsPerSecond: Math.round(rows / Math.max(seconds, 0.001)),
  };
}
