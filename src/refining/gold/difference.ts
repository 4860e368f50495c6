import { compareCells, INTERACTIONS, type Interaction, type Lake, type LiveFile } from "../../lake/index.ts";
import { boundOf, type Cells, rowsOf } from "../rewrite/index.ts";
import { BLOCK_ROWS, type Blocks, Cursor, mergeOrdered, type OrderedRows } from "../sort/index.ts";
import type { Step } from "./step.ts";

type Key = Pick<Interaction, "tenant" | "event_id">;

/** An event that is not the same in two states of silver; null where it is not there. */
export interface Difference<Row> {
  before: Row | null;
  after: Row | null;
}

/** The columns named, and those that order the table. */
export type EventCells<Name extends keyof Interaction> = Cells<Interaction, Name | keyof Key>;

/**
 * What differs in a partition, event by event: both states are sorted by tenant and event, so that one pass beside each other finds
 * it. Rows that `same` calls equal are left out: most of a rewritten partition.
 */
export async function* differences<Name extends keyof Interaction & string>(
  lake: Lake,
  { before, after }: ChangedPartition,
  { columns, same }: { columns: readonly Name[]; same(a: EventCells<Name>, b: EventCells<Name>): boolean },
): AsyncGenerator<Difference<EventCells<Name>>[]> {
  const left = await Cursor.open(eventsOf(lake, before, columns));
  const right = await Cursor.open(eventsOf(lake, after, columns));
  let block: Difference<EventCells<Name>>[] = [];
  while (left.row !== undefined || right.row !== undefined) {
    const order =
      left.row === undefined ? 1 : right.row === undefined ? -1 : compareEvents(left.row, right.row);
    const pair = {
      before: order <= 0 ? (left.row ?? null) : null,
      after: order >= 0 ? (right.row ?? null) : null,
    };
    if (pair.before === null || pair.after === null || !same(pair.before, pair.after)) block.push(pair);
    const loading = [order <= 0 ? left.next() : undefined, order >= 0 ? right.next() : undefined];
    for (const load of loading) if (load !== undefined) await load;
    if (block.length < BLOCK_ROWS) continue;
    yield block;
    block = [];
  }
  if (block.length > 0) yield block;
}

/** Events of files of one partition, in the table's order. */
function eventsOf<Name extends keyof Interaction & string>(
  lake: Lake,
  files: readonly LiveFile[],
  columns: readonly Name[],
): Blocks<EventCells<Name>> {
  const names = [...new Set<Name | keyof Key>([...columns, "tenant", "event_id"])];
  const ordered = files.map(
    (file): OrderedRows<Key, EventCells<Name>> => ({
      lowest: lowestOf(file),
      open: () =>
        rowsOf<Interaction, Name | keyof Key>(lake.scan(INTERACTIONS, { columns: names, files: [file] })),
    }),
  );
  return mergeOrdered(ordered, compareEvents);
}

const TENANT_ID = 1;
const EVENT_ID = 2;

function lowestOf(file: LiveFile): Key | null {
  const [tenant, event] = [boundOf(file, TENANT_ID, "min"), boundOf(file, EVENT_ID, "min")];
  return typeof tenant === "string" && typeof event === "string" ? { tenant, event_id: event } : null;
}

function compareEvents(a: Key, b: Key): number {
  // Ids are in lower case and digits, where JavaScript's own order is that of the bytes.
  const byTenant = a.tenant === b.tenant ? 0 : compareCells(a.tenant, b.tenant);
  return byTenant || (a.event_id < b.event_id ? -1 : Number(a.event_id > b.event_id));
}

/** A partition of silver.interactions whose files are not the same in two states, without the files that are in both. */
export interface ChangedPartition {
  /** Of the tenants; gold's tables have the same buckets. */
  bucket: number;
  /** Of the ids' own time, UTC, since the epoch. */
  day: number;
  before: LiveFile[];
  after: LiveFile[];
}

/** By bucket, then day: rows of files that both states have are the same rows. */
export async function changedPartitions(lake: Lake, step: Pick<Step, "inputs">): Promise<ChangedPartition[]> {
  const { from, until } = step.inputs[INTERACTIONS.name] ?? { from: null, until: null };
  if (from === until) return [];
  const before = from === null ? [] : await lake.files(INTERACTIONS, { snapshotId: from });
  const after = until === null ? [] : await lake.files(INTERACTIONS, { snapshotId: until });
  const kept = intersection(before, after);
  const partitions = new Map<string, ChangedPartition>();
  const add = (files: readonly LiveFile[], side: "before" | "after") => {
    for (const file of files) {
      if (kept.has(file.path)) continue;
      const [bucket, day] = file.partition as [number, number];
      const key = `${bucket}/${day}`;
      const partition = partitions.get(key) ?? { bucket, day, before: [], after: [] };
      partition[side].push(file);
      partitions.set(key, partition);
    }
  };
  add(before, "before");
  add(after, "after");
  return [...partitions.values()].sort((a, b) => a.bucket - b.bucket || a.day - b.day);
}

function intersection(before: readonly LiveFile[], after: readonly LiveFile[]): Set<string> {
  const paths = new Set(before.map(({ path }) => path));
  return new Set(after.map(({ path }) => path).filter((path) => paths.has(path)));
}
