import {
  type DataFile,
  INTERACTIONS,
  ITEM_DAILY,
  type ItemDay,
  type Lake,
  type LiveFile,
} from "../../lake/index.ts";
import { boundOf, clusterFiles, FILE_ROWS, rewrite, rowsOf, tableSink } from "../rewrite/index.ts";
import { ExternalSort, mergeSorted, type Scratch } from "../sort/index.ts";
import type { DirtyDays } from "./dirty-days.ts";
import {
  compareDayEntries,
  compareDays,
  compareItems,
  DAY_COLUMNS,
  type DayEntry,
  type DayEvent,
  type DayKey,
  dayEntriesOf,
  dayOf,
  itemDays,
} from "./item-day.ts";

export interface DailyOptions {
  /** Entries held in memory while they are sorted. */
  memoryRows: number;
  /** Rows of a file, as long as its last day ends there. */
  fileRows: number;
}

/** 5,000 entries are about 1.5 MB: few outlive the young generation of the heap. */
export const DAILY_OPTIONS: DailyOptions = { memoryRows: 5_000, fileRows: FILE_ROWS };

export interface Recounting extends DailyOptions {
  lake: Lake;
  scratch: Scratch;
  /** Of silver.interactions. */
  snapshotId: number;
  nowMs: number;
}

/** The first of the days, as many as have `rowsMax` rows together, and one at least. */
export async function firstDays(
  { lake, snapshotId }: Recounting,
  days: DirtyDays,
  rowsMax: number,
): Promise<DirtyDays> {
  const files = await filesOf(lake, snapshotId, days);
  if (files.reduce((sum, { rows }) => sum + rows, 0) <= rowsMax) return days;
  const rows = new Map<string, number>();
  const nameOf = ({ tenant, day }: { tenant: string; day: number }) => `${tenant} ${day}`;
  for await (const batch of lake.scan(INTERACTIONS, { columns: ["tenant", "occurred_at"], files })) {
    for (let row = 0; row < batch.rows; row++) {
      const tenant = batch.columns.tenant[row] as string;
      const day = dayOf({ occurred_at: batch.columns.occurred_at[row] as number });
      if (days.has({ tenant, day }))
        rows.set(nameOf({ tenant, day }), (rows.get(nameOf({ tenant, day })) ?? 0) + 1);
    }
  }
  let sum = 0;
  let taken = 0;
  return days.filter((day) => {
    sum += rows.get(nameOf(day)) ?? 0;
    return taken++ === 0 || sum <= rowsMax;
  });
}

/** Files that may hold events of the days. */
async function filesOf(lake: Lake, snapshotId: number, days: DirtyDays): Promise<LiveFile[]> {
  if (days.isEmpty) return [];
  const where = [{ column: "occurred_at", ...days.range }] as const;
  const files = await lake.files(INTERACTIONS, { snapshotId, where });
  return files.filter((file) => days.meets(file));
}

export interface Recounted {
  files: readonly DataFile[];
  removed: string[];
  rowsIn: number;
  rowsOut: number;
}

/** Days of one bucket's tenants, counted from all of their events, in the place of what `existing` files have of them. */
export async function recountBucket(
  recounting: Recounting,
  { bucket, days, existing }: { bucket: number; days: DirtyDays; existing: LiveFile[] },
): Promise<Recounted> {
  const { lake, scratch, nowMs, memoryRows, fileRows } = recounting;
  const sort = new ExternalSort<DayEntry>(scratch, { compare: compareDayEntries, memoryRows });
  const rowsIn = await gatherDays(recounting, { bucket, days, sort });
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

/** Returns how many rows were read. */
async function gatherDays(
  { lake, snapshotId }: Recounting,
  { bucket, days, sort }: { bucket: number; days: DirtyDays; sort: ExternalSort<DayEntry> },
): Promise<number> {
  let rowsIn = 0;
  const files = (await filesOf(lake, snapshotId, days)).filter(({ partition }) => partition[0] === bucket);
  const columns = [...DAY_COLUMNS, "tenant", "event_id"] as const;
  const where = [{ column: "occurred_at", ...days.range }] as const;
  for await (const events of rowsOf(lake.scan(INTERACTIONS, { columns, files, where }))) {
    rowsIn += events.length;
    const counted = (events as DayEvent[]).filter(({ tenant, occurred_at }) =>
      days.has({ tenant, day: dayOf({ occurred_at }) }),
    );
    await sort.add(counted.flatMap(dayEntriesOf));
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
