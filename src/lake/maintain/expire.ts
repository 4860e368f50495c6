import {
  commitChange,
  expirable,
  type IcebergTable,
  loadTable,
  reachedOnlyBy,
  type Snapshot,
  type Warehouse,
} from "../../iceberg/index.ts";
import { standingMark } from "../snapshot.ts";
import type { AnyTable } from "../tables/table.ts";
import { deleteAll, EXPIRE_SNAPSHOTS_MAX, SNAPSHOT_KEEP_MS, UNREAD_KEEP_MS } from "./limits.ts";
import { type MaintenanceUnit, unitOf } from "./unit.ts";

/** What jobs between tables write into a snapshot's summary: how far they have read an input. */
const INPUT_KEY = "lakeshore.input.";

/** The stored tables among those declared. */
export async function loadStates(warehouse: Warehouse, tables: readonly AnyTable[]): Promise<IcebergTable[]> {
  const states: IcebergTable[] = [];
  for (const { path } of tables) {
    const state = await loadTable(warehouse, path);
    if (state !== null) states.push(state);
  }
  return states;
}

/** How far every table's readers have read it, as far as their own snapshots tell: ids by table. */
export function readMarks(tables: readonly IcebergTable[]): Map<string, Set<number>> {
  const marks = new Map<string, Set<number>>();
  for (const { snapshots } of tables) {
    for (const [key, snapshot] of newestWords(snapshots)) {
      const name = key.slice(INPUT_KEY.length);
      const ids = marks.get(name) ?? new Set();
      marks.set(name, ids.add(Number(snapshot.summary[key])));
    }
  }
  return marks;
}

/** The snapshots that tell last how far an input was read, by key. */
function newestWords(snapshots: readonly Snapshot[]): Map<string, Snapshot> {
  const newest = new Map<string, Snapshot>();
  for (const snapshot of snapshots) {
    for (const key of Object.keys(snapshot.summary)) {
      if (key.startsWith(INPUT_KEY)) newest.set(key, snapshot);
    }
  }
  return newest;
}

/** What a table's snapshots tell of how far its inputs were read, as a summary. */
export function lastWords(snapshots: readonly Snapshot[]): Record<string, string> {
  const words = [...newestWords(snapshots)].map(([key, { summary }]) => [key, summary[key] as string]);
  return Object.fromEntries(words);
}

/**
 * Snapshots to forget now: too old, named by no tag, read by every layer above, and not the last word on what the table itself has
 * read, which its job goes on from.
 */
export function snapshotsToExpire(
  table: IcebergTable,
  { nowMs, marks }: { nowMs: number; marks: ReadonlySet<number> },
): { tags: string[]; snapshots: number[] } {
  const { tags, snapshots } = expirable(table, { nowMs, keepMs: SNAPSHOT_KEEP_MS });
  const words = new Set([...newestWords(table.snapshots).values()].map(({ id }) => id));
  const standing = new Set([...marks].map((mark) => standingMark(table, mark)));
  const unread = firstUnread(table.snapshots, standing, nowMs);
  const places = new Map(table.snapshots.map(({ id }, index) => [id, index]));
  return {
    tags,
    snapshots: snapshots
      .filter((id) => !words.has(id) && (places.get(id) ?? 0) < unread)
      .slice(0, EXPIRE_SNAPSHOTS_MAX),
  };
}

/**
 * Place of the oldest snapshot that a reader goes on from, unless it has stood still for too long: that counts from the first
 * snapshot after it that brought or dropped rows. A reader of a quiet table has nothing to read, however old its mark is, while rows
 * that were dropped must be gone in the end.
 */
function firstUnread(snapshots: readonly Snapshot[], marks: ReadonlySet<number>, nowMs: number): number {
  const place = snapshots.findIndex(({ id }, index) => {
    if (!marks.has(id)) return false;
    const next = snapshots.slice(index + 1).find(({ operation }) => operation !== "replace");
    return next === undefined || next.atMs >= nowMs - UNREAD_KEEP_MS;
  });
  return place < 0 ? snapshots.length : place;
}

/** Forgets snapshots and tags, and deletes what only those snapshots reached. */
export async function expire(
  warehouse: Warehouse,
  table: AnyTable,
  state: IcebergTable,
  { tags, snapshots }: { tags: readonly string[]; snapshots: readonly number[] },
  { nowMs, properties }: { nowMs: number; properties?: Record<string, string> },
): Promise<MaintenanceUnit> {
  const unreachable = await reachedOnlyBy(warehouse, state, new Set(snapshots));
  const change = { dropTags: tags, expire: snapshots, ...(properties === undefined ? {} : { properties }) };
  // The commit point. A crash after it leaves objects that nothing names, which the sweep finds in time.
  const result = await commitChange(warehouse, state, change, { nowMs });
  if (!result.ok) return unitOf("expire", table, { outcome: "overtaken" });
  const keys = [...unreachable.data, ...unreachable.metadata];
  await deleteAll(warehouse.store, keys);
  return unitOf("expire", table, { removed: snapshots.length, deleted: keys.length });
}
