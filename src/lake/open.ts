import type { Clock, ObjectStore } from "../base/index.ts";
import { loadTable, type Warehouse } from "../iceberg/index.ts";
import { append } from "./append.ts";
import { commit } from "./commit.ts";
import { commitPending } from "./commit-pending.ts";
import { commitWaiting } from "./commit-waiting.ts";
import { increment } from "./increment.ts";
import { tablesPending } from "./pending.ts";
import { planFiles, scan } from "./scan.ts";
import { chooseSnapshot } from "./snapshot.ts";
import { TABLES } from "./tables/all.ts";
import type { Committed, Lake } from "./types.ts";
import { openWriter } from "./writer.ts";

/** Where other engines find the warehouse: the bucket's name in the Workers' configs. */
export const WAREHOUSE_URI = "s3://lakeshore-lake";

export interface OpenLakeOptions {
  warehouseUri?: string;
  /** Whoever commits names one: a commit on a base that is over five minutes old by it begins again. */
  clock?: Clock;
}

export function openLake(
  store: ObjectStore,
  { warehouseUri = WAREHOUSE_URI, clock }: OpenLakeOptions = {},
): Lake {
  const warehouse: Warehouse = { store, uri: warehouseUri, clock };
  return {
    append: (table, rows, at) => append(warehouse, table, rows, at),
    commitPending: (table, options) => commitPending(warehouse, table, options),
    commitWaiting: (table, options) => commitWaiting(warehouse, table, options),
    commitAllPending: (options) => commitAllPending(warehouse, options),
    load: (table) => loadTable(warehouse, table.path),
    snapshot: async (table, choice) => chooseSnapshot(table, await loadTable(warehouse, table.path), choice),
    files: (table, options = {}) => planFiles(warehouse, table, options),
    scan: (table, options) => scan(warehouse, table, options),
    increment: (table, options) => increment(warehouse, table, options),
    writer: (table, options) => openWriter(warehouse, table, options),
    commit: (table, change, at) => commit(warehouse, table, change, at),
    tag: async (table, tag, at) => {
      await commit(warehouse, table, { operation: "append", added: [], tags: [tag] }, at);
    },
  };
}

async function commitAllPending(
  warehouse: Warehouse,
  options: { nowMs: number; force?: boolean },
): Promise<{ committed: Record<string, Committed>; faults: string[] }> {
  const committed: Record<string, Committed> = {};
  const faults: string[] = [];
  const pending = await tablesPending(warehouse.store);
  for (const table of TABLES.filter(({ name }) => pending.has(name))) {
    try {
      const done = await commitPending(warehouse, table, options);
      if (done !== null) committed[table.name] = done;
    } catch (cause) {
      faults.push(`${table.name}: ${cause instanceof Error ? cause.message : String(cause)}`);
    }
  }
  return { committed, faults };
}
