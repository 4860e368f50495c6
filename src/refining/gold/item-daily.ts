import { DAY_MS } from "../../base/index.ts";
import {
  type DataFile,
  INTERACTIONS,
  ITEM_DAILY,
  type ItemDay,
  type Lake,
  type LiveFile,
} from "../../lake/index.ts";
import type { Job } from "../job.ts";
import { ExternalSort, mergeSorted, openScratch, type Scratch } from "../sort/index.ts";
import { clusterFiles } from "./clusters.ts";
import { type ChangedPartition, changedPartitions, differences } from "./difference.ts";
import {
  compareDayEntries,
  compareDays,
  compareItems,
  DAY_COLUMNS,
  type DayEntry,
  type DayEvent,
  type DayKey,
  dayEntriesOf,
  itemDays,
} from "./item-day.ts";
import { boundOf, rowsOf } from "./ordered-files.ts";
import { rewrite } from "./rewrite.ts";
import { FILE_ROWS, tableSink } from "./sink.ts";
import { commitStep, nextStep, type Step } from "./step.ts";
import { TouchedDays } from "./touched-days.ts";

export interface DailyOptions {
  /** Entries held in memory while they are sorted. */
  memoryRows: number;
  /** Rows of a file, as long as its last day ends there. */
  fileRows: number;
}

/** 40,000 entries are about 15 MB. */
const OPTIONS: DailyOptions = { memoryRows: 40_000, fileRows: FILE_ROWS };

/**
 * gold.item_daily: the days on which anything differs between two states of silver are counted again from all of their events. Distinct
 * subjects are no sum, so nothing can be added to a day that is there already.
 */
export const ITEM_DAILY_JOB: Job = dailyJob(OPTIONS);

/** The job with other sizes. */
export function dailyJob(options: DailyOptions): Job {
  return {
    name: ITEM_DAILY.name,
    async run({ lake, store }, { nowMs, rowsMax, run }) {
      const step = await nextStep(lake, ITEM_DAILY, { rowsMax });
      if (step === null) return null;
      const scratch = openScratch(store, run);
      try {
        const files = step.base === null ? [] : await lake.files(ITEM_DAILY, { snapshotId: step.base });
        const existing = step.anew ? [] : files;
        const removed = step.anew ? files.map(({ path }) => path) : [];
        const added: DataFile[] = [];
        const counts = { rowsIn: 0, rowsOut: 0 };
        const partitions = Map.groupBy(await changedPartitions(lake, step), ({ bucket }) => bucket);
        for (const [bucket, changed] of partitions) {
          const rewritten = existing.filter(({ partition }) => partition[0] === bucket);
          const made = await makeBucket(
            { ...options, lake, scratch, step, nowMs },
            { bucket, changed, existing: rewritten },
          );
          added.push(...made.files);
          removed.push(...made.removed);
          counts.rowsIn += made.rowsIn;
          counts.rowsOut += made.rowsOut;
        }
        return { ...(await commitStep(lake, ITEM_DAILY, { step, added, removed, run, nowMs })), ...counts };
      } finally {
        // What the store does not let go now is swept when the run is old.
        await scratch.clear().catch(() => undefined);
      }
    },
  };
}

interface Work extends DailyOptions {
  lake: Lake;
  scratch: Scratch;
  step: Step;
  nowMs: number;
}

async function makeBucket(
  { lake, scratch, step, nowMs, memoryRows, fileRows }: Work,
  { bucket, changed, existing }: { bucket: number; changed: ChangedPartition[]; existing: LiveFile[] },
): Promise<{ files: readonly DataFile[]; removed: string[]; rowsIn: number; rowsOut: number }> {
  const days = new TouchedDays();
  for (const partition of changed) await touchDays(lake, partition, days);
  const sort = new ExternalSort<DayEntry>(scratch, { compare: compareDayEntries, memoryRows });
  const rowsIn = await gatherDays({ lake, step, days, sort }, bucket);
  const sink = tableSink<ItemDay>(lake, ITEM_DAILY, { partition: [bucket], nowMs, fileRows });
  const removed = await rewrite<DayKey, ItemDay, DayKey | ItemDay>({
    clusters: clusterFiles<DayKey, ItemDay>(lake, ITEM_DAILY, existing, FILE_ORDER),
    changes: mergeSorted<DayKey | ItemDay>([days.markers(), itemDays(sort.read())], compareItems),
    compareGroups: compareDays,
    compareRows: compareItems,
    fold: {
      begin() {},
      existing() {},
      change: (row) => "views" in row && sink.push(row),
      end() {},
    },
    sink,
  });
  await sort.remove();
  return { files: sink.files, removed, rowsIn, rowsOut: sink.rows };
}

async function touchDays(lake: Lake, partition: ChangedPartition, days: TouchedDays): Promise<void> {
  const options = { columns: DAY_COLUMNS, same: sameForDays };
  for await (const block of differences(lake, partition, options)) {
    for (const { before, after } of block)
      for (const event of [before, after]) if (event !== null) days.add(event);
  }
}

function sameForDays(a: DayEvent, b: DayEvent): boolean {
  return DAY_COLUMNS.every((name) => a[name] === b[name] || (name === "items" && sameJson(a.items, b.items)));
}

function sameJson(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** All events of the touched days; returns how many rows were read. */
async function gatherDays(
  {
    lake,
    step,
    days,
    sort,
  }: Pick<Work, "lake" | "step"> & { days: TouchedDays; sort: ExternalSort<DayEntry> },
  bucket: number,
): Promise<number> {
  const until = step.inputs[INTERACTIONS.name]?.until ?? null;
  if (until === null || days.range === null) return 0;
  let rowsIn = 0;
  const { min, max } = days.range;
  const where = [{ column: "occurred_at", min, max: max + DAY_MS - 1 }] as const;
  const files = await lake.files(INTERACTIONS, { snapshotId: until, where });
  const touched = files.filter((file) => file.partition[0] === bucket && days.meets(file));
  const columns = [...DAY_COLUMNS, "tenant", "event_id"] as const;
  for await (const events of rowsOf(lake.scan(INTERACTIONS, { columns, files: touched, where }))) {
    rowsIn += events.length;
    await sort.add((events as DayEvent[]).filter((event) => days.has(event)).flatMap(dayEntriesOf));
  }
  return rowsIn;
}

const TENANT_ID = 1;
const DAY_ID = 3;

const FILE_ORDER = {
  lowest: (file: LiveFile) => keyOf(file, "min"),
  highest: (file: LiveFile) => keyOf(file, "max"),
  compareGroups: compareDays,
  compareRows: compareItems,
};

/** A row of which none of the file's stands on an earlier day, or on a later one; null when the statistics do not tell. */
function keyOf(file: LiveFile, end: "min" | "max"): DayKey | null {
  const [tenant, day] = [boundOf(file, TENANT_ID, end), boundOf(file, DAY_ID, end)];
  return typeof tenant === "string" && typeof day === "number" ? { tenant, day, item_id: "" } : null;
}
