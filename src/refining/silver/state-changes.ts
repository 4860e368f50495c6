import {
  type AnyTable,
  compareCells,
  type Lake,
  type LiveFile,
  type Table,
  tenantBucket,
} from "../../lake/index.ts";
import { type Blocks, Cursor, ExternalSort, type Scratch } from "../sort/index.ts";
import { compareChanges, ValidityFold } from "./validity.ts";

/** What the tables of changes and of states have in common, with the entity's id under `idName`. */
export interface StateTables {
  changes: Table<{ tenant: string; changed_at: number; deleted: boolean }>;
  states: Table<StateRow>;
  idName: string;
}

/** A row of a table of states, or a mark that an entity has none; cells by column. */
export type StateRow = StateKey & { [column: string]: unknown };

export interface StateKey {
  tenant: string;
  valid_from: number;
}

/** A change as it is sorted: json columns as values. */
export type ChangeRow = {
  bucket: number;
  tenant: string;
  id: string;
  atMs: number;
  deleted: boolean;
  text: string;
  state: Record<string, unknown> | null;
};

/** Changes held while they are sorted: items have up to some KB. */
const SORT_MEMORY_ROWS = 5_000;

/** Ids of what changed, by tenant. */
export type Touched = Map<string, Set<string>>;

export async function touchedIds(
  lake: Lake,
  { changes, idName }: StateTables,
  files: readonly LiveFile[],
): Promise<{ touched: Touched; rows: number }> {
  const touched: Touched = new Map();
  let count = 0;
  const columns = ["tenant", idName as "tenant"] as const;
  for await (const { rows, columns: cells } of lake.scan(changes, { columns, files })) {
    const ids = (cells as Record<string, (string | null)[]>)[idName] ?? [];
    for (let row = 0; row < rows; row++) {
      const tenant = cells.tenant[row] as string;
      const ofTenant = touched.get(tenant) ?? new Set();
      touched.set(tenant, ofTenant.add(ids[row] as string));
    }
    count += rows;
  }
  return { touched, rows: count };
}

/**
 * All changes ever of the touched ones, sorted by bucket, tenant, id and time. Not only the new ones: states that were merged or
 * deleted do not tell any more what a change that comes late would have found.
 */
export async function changesOf(
  lake: Lake,
  tables: StateTables,
  { touched, scratch }: { touched: Touched; scratch: Scratch },
): Promise<ExternalSort<ChangeRow>> {
  const sort = new ExternalSort<ChangeRow>(scratch, { compare: compareRows, memoryRows: SORT_MEMORY_ROWS });
  const columns = tables.changes.columns.map(({ name }) => name);
  for (const [tenant, ids] of touched) {
    const bucket = tenantBucket(tenant);
    for await (const batch of lake.scan(tables.changes, { columns, tenant })) {
      const cells = batch.columns as Record<string, unknown[]>;
      const rows: ChangeRow[] = [];
      for (let row = 0; row < batch.rows; row++) {
        const id = cells[tables.idName]?.[row] as string;
        if (ids.has(id)) rows.push({ bucket, tenant, id, ...changeAt(tables, cells, row) });
      }
      await sort.add(rows);
    }
  }
  return sort;
}

function changeAt(
  { states }: StateTables,
  cells: Record<string, unknown[]>,
  row: number,
): Pick<ChangeRow, "atMs" | "deleted" | "text" | "state"> {
  const atMs = cells.changed_at?.[row] as number;
  const deleted = cells.deleted?.[row] === true;
  if (deleted) return { atMs, deleted, text: "", state: null };
  const kept = (states as AnyTable).columns.filter(({ name }) => cells[name] !== undefined);
  const state = Object.fromEntries(kept.map(({ name }) => [name, cells[name]?.[row] ?? null]));
  return { atMs, deleted, text: JSON.stringify(state), state };
}

function compareRows(a: ChangeRow, b: ChangeRow): number {
  return a.bucket - b.bucket || compareIds(a, b) || compareChanges(a, b);
}

function compareIds(a: { tenant: string; id: string }, b: { tenant: string; id: string }): number {
  return compareCells(a.tenant, b.tenant) || compareCells(a.id, b.id);
}

/** Sorted changes as states, bucket by bucket; each bucket's are to be read to their end before the next is asked for. */
export async function* statesByBucket(
  sorted: Blocks<ChangeRow>,
  { idName }: StateTables,
): AsyncGenerator<{ bucket: number; states: Blocks<StateRow> }> {
  const cursor = await Cursor.open(sorted);
  while (cursor.row !== undefined) {
    const { bucket } = cursor.row;
    yield { bucket, states: statesOfBucket(cursor, bucket, idName) };
  }
}

/** The states of one entity after another; of one that has none the mark alone, without a `state`. */
async function* statesOfBucket(
  cursor: Cursor<ChangeRow>,
  bucket: number,
  idName: string,
): AsyncGenerator<StateRow[]> {
  while (cursor.row?.bucket === bucket) {
    const entity = cursor.row;
    const states: StateRow[] = [];
    const fold = new ValidityFold<Record<string, unknown>>(({ state, fromMs, toMs }) =>
      states.push({ ...state, tenant: entity.tenant, valid_from: fromMs, valid_to: toMs }),
    );
    while (cursor.row?.bucket === bucket && compareIds(cursor.row, entity) === 0) {
      fold.add(cursor.row);
      const loading = cursor.next();
      if (loading !== undefined) await loading;
    }
    fold.end();
    yield states.length > 0 ? states : [absent(entity, idName)];
  }
}

function absent({ tenant, id }: ChangeRow, idName: string): StateRow {
  return { tenant, [idName]: id, valid_from: Number.NEGATIVE_INFINITY };
}

export function isAbsent({ valid_from }: StateKey): boolean {
  return valid_from === Number.NEGATIVE_INFINITY;
}
