import { DAY_MS } from "../../base/index.ts";
import { isBeyondLedger, type StoredEvent, silverPlace } from "../../events/index.ts";
import { EVENTS, type Lake, type LiveFile, tenantBucket, writtenAtMs } from "../../lake/index.ts";
import { ExternalSort, type Scratch } from "../sort/index.ts";
import { cellsAt, compareCopies, compareKeys, EVENT_NAMES, type EventCells } from "./columns.ts";
import { lookupKey } from "./lookups.ts";
import type { FreshRow } from "./merge-rows.ts";

/** Events held while they are sorted: at some 700 B each, 14 MB. */
const SORT_MEMORY_ROWS = 20_000;

export interface Fresh {
  /** In the order of partition, tenant, id and copy. */
  rows: ExternalSort<FreshRow>;
  /** Rows read, those that have no place in silver included. */
  read: number;
  /** The first of the rows' partitions' days; infinite without rows. */
  firstDay: number;
  /** Of the rows without a user; by `lookupKey`. */
  devices: ReadonlySet<string>;
  items: ReadonlySet<string>;
}

/** The events of some files of bronze, sorted for the merge. What is too late or too early is in quarantine since it landed. */
export async function readFresh(lake: Lake, files: readonly LiveFile[], scratch: Scratch): Promise<Fresh> {
  const bucketOf = memoised(tenantBucket);
  const rows = new ExternalSort<FreshRow>(scratch, { compare: compareFresh, memoryRows: SORT_MEMORY_ROWS });
  const devices = new Set<string>();
  const items = new Set<string>();
  let read = 0;
  let firstDay = Number.POSITIVE_INFINITY;
  const landed = await landingTimes(lake, files);
  for await (const batch of lake.scan(EVENTS, { columns: EVENT_NAMES, files })) {
    const landedMs = landed.get(batch.path) ?? null;
    const placed: FreshRow[] = [];
    for (let index = 0; index < batch.rows; index++) {
      const cells = cellsAt<keyof StoredEvent>(batch, index, EVENT_NAMES);
      const row = placeRow(cells, landedMs, bucketOf);
      if (row === null) continue;
      placed.push(row);
      firstDay = Math.min(firstDay, row.day);
      const tenant = cells.tenant as string;
      if (cells.user_id === null && cells.anonymous_id !== null)
        devices.add(lookupKey(tenant, cells.anonymous_id));
      if (cells.item_id !== null) items.add(lookupKey(tenant, cells.item_id));
    }
    await rows.add(placed);
    read += batch.rows;
  }
  return { rows, read, firstDay, devices, items };
}

/** Files that a compaction wrote tell nothing of when their rows landed: those count as landed when they were received. */
async function landingTimes(lake: Lake, files: readonly LiveFile[]): Promise<Map<string, number>> {
  const snapshots = (await lake.load(EVENTS))?.snapshots ?? [];
  const appends = new Set(snapshots.filter(({ operation }) => operation === "append").map(({ id }) => id));
  const landed = files.filter(({ snapshotId }) => appends.has(snapshotId));
  return new Map(landed.map(({ path }) => [path, writtenAtMs(path)]));
}

function placeRow(
  cells: EventCells,
  landedMs: number | null,
  bucketOf: (tenant: string) => number,
): FreshRow | null {
  // The required columns have no null.
  const event = cells as Pick<StoredEvent, "tenant" | "event_id" | "received_at" | "sent_at" | "replayed_at">;
  const place = silverPlace(event);
  if (typeof place === "string") return null;
  return {
    bucket: bucketOf(event.tenant),
    day: Math.floor(place.idTimeMs / DAY_MS),
    late: isBeyondLedger(event, landedMs ?? event.received_at),
    cells,
  };
}

function compareFresh(a: FreshRow, b: FreshRow): number {
  return (
    a.bucket - b.bucket || a.day - b.day || compareKeys(a.cells, b.cells) || compareCopies(a.cells, b.cells)
  );
}

function memoised(compute: (text: string) => number): (text: string) => number {
  const known = new Map<string, number>();
  return (text) => {
    const value = known.get(text) ?? compute(text);
    known.set(text, value);
    return value;
  };
}
