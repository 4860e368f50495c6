import { DAY_MS } from "../../base/index.ts";
import { isBeyondLedger, isReplayedDeadLetter, silverPlace } from "../../events/index.ts";
import { EVENTS, type Lake, type LiveFile, tenantBucket, writtenAtMs } from "../../lake/index.ts";
import { ExternalSort, type Scratch } from "../sort/index.ts";
import {
  actorOf,
  cellOf,
  cellsAt,
  compareCopies,
  compareEvents,
  EVENT_NAMES,
  type EventCells,
  keyOf,
  patternOf,
} from "./columns.ts";
import { comparePartitions, type PartitionId } from "./fresh-partitions.ts";
import type { FreshRow, Landed } from "./merge-rows.ts";
import { partitionKey } from "./stored-partitions.ts";
import { TenantSet } from "./tenant-set.ts";

/** Events held while they are sorted: of so few not many outlive the young generation of the heap, which is collected as we go. */
const SORT_MEMORY_ROWS = 5_000;

export interface Fresh {
  /** In the order of partition, tenant, id and copy. */
  rows: ExternalSort<FreshRow>;
  /** Rows read, those that have no place in silver included. */
  read: number;
  /** Of the rows, in their order. */
  partitions: readonly PartitionId[];
  /** Of the rows. */
  actors: TenantSet;
  /** Of the rows without a user. */
  devices: TenantSet;
  items: TenantSet;
}

/** The events of some files of bronze, sorted for the merge. What is too late or too early is in quarantine since it landed. */
export async function readFresh(lake: Lake, files: readonly LiveFile[], scratch: Scratch): Promise<Fresh> {
  const bucketOf = memoised(tenantBucket);
  const rows = new ExternalSort<FreshRow>(scratch, {
    compare: compareFresh,
    memoryRows: SORT_MEMORY_ROWS,
    parts: (before, row) => before[0] !== row[0] || before[1] !== row[1],
  });
  const devices = new TenantSet();
  const items = new TenantSet();
  let read = 0;
  const actors = new TenantSet();
  const partitions = new Map<string, PartitionId>();
  const landed = await landingTimes(lake, files);
  for await (const batch of lake.scan(EVENTS, { columns: EVENT_NAMES, files })) {
    const landedMs = landed.get(batch.path) ?? null;
    const placed: FreshRow[] = [];
    for (let index = 0; index < batch.rows; index++) {
      const cells = cellsAt(batch, index);
      const row = placeRow(cells, landedMs, bucketOf);
      if (row === null) continue;
      placed.push(row);
      const [bucket, day] = row;
      partitions.set(partitionKey({ bucket, day }), { bucket, day });
      const { tenant } = keyOf(cells);
      const actor = actorOf(patternOf(cells));
      if (actor !== null) actors.add(tenant, actor);
      const [device, item] = [cellOf(cells, "anonymous_id"), cellOf(cells, "item_id")];
      if (device !== null && cellOf(cells, "user_id") === null) devices.add(tenant, device);
      if (item !== null) items.add(tenant, item);
    }
    await rows.add(placed);
    read += batch.rows;
  }
  return {
    rows,
    read,
    partitions: [...partitions.values()].sort(comparePartitions),
    actors,
    devices,
    items,
  };
}

/** Files that a compaction wrote tell nothing of when their rows landed: those count as landed when they were received, or replayed. */
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
  const { tenant, event_id } = keyOf(cells);
  // Required columns have no null.
  const [received_at, sent_at] = [cellOf(cells, "received_at"), cellOf(cells, "sent_at")] as [number, number];
  const replayed_at = cellOf(cells, "replayed_at");
  const place = silverPlace({ event_id, received_at, replayed_at });
  if (typeof place === "string") return null;
  let landed: Landed = "in_time";
  if (isBeyondLedger({ event_id, received_at, sent_at }, landedMs ?? replayed_at ?? received_at))
    landed = isReplayedDeadLetter({ event_id, received_at, replayed_at }) ? "replayed" : "late";
  return [bucketOf(tenant), Math.floor(place.idTimeMs / DAY_MS), landed, cells];
}

function compareFresh(a: FreshRow, b: FreshRow): number {
  return a[0] - b[0] || a[1] - b[1] || compareEvents(a[3], b[3]) || compareCopies(a[3], b[3]);
}

function memoised(compute: (text: string) => number): (text: string) => number {
  const known = new Map<string, number>();
  return (text) => {
    const value = known.get(text) ?? compute(text);
    known.set(text, value);
    return value;
  };
}
