import path from "node:path";
import { DAY_MS, r2ObjectStore } from "../../src/base/index.ts";
import type { StoredEvent } from "../../src/events/index.ts";
import { acceptEvents } from "../../src/ingest/index.ts";
import { EVENTS, INTERACTIONS, type Lake, openLake, type Table } from "../../src/lake/index.ts";
import { ROOT } from "../local/workers.ts";
import type { Progress } from "../progress.ts";
import { CRAWLER_AGENT, simulateShop } from "../simulate/index.ts";
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
  /** After compaction, on the demo shop's events alone; the files' bytes over their rows. */
  demo: { events: number; bronzeBytesPerEvent: number; silverBytesPerEvent: number };
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
const DEMO_REQUEST_EVENTS = 20;
/** Rows of a Queue's full batch of such requests. */
const DEMO_BATCH_EVENTS = 2_000;
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
  // Today is still growing: the month ends where it began.
  const endMs = Math.floor(Date.now() / DAY_MS) * DAY_MS;
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

type Step = { done: boolean } & Record<string, unknown>;

/** Step by step, to the end. */
async function runJob(site: Site, job: string, progress: Progress): Promise<Step[]> {
  const steps: Step[] = [];
  const part = progress.part(job, 1);
  for (;;) {
    const step = await runStep(site, job);
    steps.push(step);
    part.update(0, `${steps.length} steps`);
    if (!step.done) continue;
    part.finish(`${steps.length} steps`);
    return steps;
  }
}

/** Without the client's patience: a step that was given up would go on beside its repetition. */
async function runStep({ url, adminToken }: Site, job: string): Promise<Step> {
  const response = await fetch(`${url}/v1/admin/lake/jobs/${job}`, {
    method: "POST",
    headers: { authorization: `Bearer ${adminToken}`, "content-type": "application/json" },
    body: "{}",
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`job ${job} answered ${response.status}: ${text.slice(0, 300)}`);
  const step = JSON.parse(text) as Step;
  const faults = step.faults as string[] | undefined;
  if (faults !== undefined && faults.length > 0) throw new Error(`job ${job}: ${faults.join("; ")}`);
  return step;
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

/** The demo shop's events as they would have landed some days ago, compacted. */
async function benchDemo({ tiny, seed }: LakeBenchOptions, progress: Progress): Promise<LakeReport["demo"]> {
  return withSite(await openSite({}), async (site) => {
    const lake = openLake(r2ObjectStore(await site.runtime.lake()));
    const events = demoEvents({ tiny, seed, nowMs: Date.now() - 3 * DAY_MS });
    for (let start = 0; start < events.length; start += DEMO_BATCH_EVENTS) {
      const batch = events.slice(start, start + DEMO_BATCH_EVENTS);
      await lake.append(EVENTS, batch, { nowMs: batch.at(-1)?.received_at ?? 0 });
    }
    await lake.commitPending(EVENTS, { nowMs: Date.now() - 2 * DAY_MS, force: true });
    for (const job of ["maintain", "refine", "maintain"]) await runJob(site, job, progress);
    return {
      events: events.length,
      bronzeBytesPerEvent: await bytesPerRow(lake, EVENTS),
      silverBytesPerEvent: await bytesPerRow(lake, INTERACTIONS),
    };
  });
}

/** By the way in, as clients would send them: what the server adds is part of what is stored. */
function demoEvents({ tiny, seed, nowMs }: { tiny: boolean; seed: number; nowMs: number }): StoredEvent[] {
  const shop = simulateShop({ seed, nowMs, scale: tiny ? "tiny" : "demo" });
  const sent = shop.events.filter(({ context }) => context?.user_agent !== CRAWLER_AGENT);
  const accepted: StoredEvent[] = [];
  for (let start = 0; start < sent.length; start += DEMO_REQUEST_EVENTS) {
    const result = acceptEvents(sent.slice(start, start + DEMO_REQUEST_EVENTS), {
      tenant: "demo",
      nowMs: nowMs + start,
      country: "DE",
      device: "desktop",
      isBot: false,
      config: { customEventTypes: [] },
      userTrusted: () => true,
    });
    if (result.ok) accepted.push(...result.value.accepted);
  }
  return accepted;
}

async function bytesPerRow<Row>(lake: Lake, table: Table<Row>): Promise<number> {
  const files = await lake.files(table);
  const rows = files.reduce((sum, file) => sum + file.rows, 0);
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return Math.round((10 * bytes) / Math.max(1, rows)) / 10;
}
