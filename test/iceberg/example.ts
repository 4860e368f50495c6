import type { ObjectStore } from "../../src/base/index.ts";
import {
  type Cell,
  commitChange,
  createTable,
  type DataFile,
  type IcebergTable,
  loadTable,
  type TableChange,
  type TableDefinition,
  type Warehouse,
} from "../../src/iceberg/index.ts";

/** A table with every type, partitioned by every transform. */
export const EXAMPLE: TableDefinition = {
  prefix: "lake/bronze/example",
  fields: [
    { id: 1, name: "tenant", type: "string", required: true },
    { id: 2, name: "at", type: "timestamptz", required: true },
    { id: 3, name: "count", type: "long", required: false },
    { id: 4, name: "value", type: "double", required: false },
    { id: 5, name: "flag", type: "boolean", required: false },
  ],
  partition: [
    { sourceId: 2, fieldId: 1000, name: "at_day", transform: { kind: "day" } },
    { sourceId: 1, fieldId: 1001, name: "tenant_bucket", transform: { kind: "bucket", buckets: 16 } },
    { sourceId: 1, fieldId: 1002, name: "tenant", transform: { kind: "identity" } },
  ],
  sort: [1, 2],
};

/** 2026-11-21T00:00:00Z. */
export const NOW_MS = 1_795_219_200_000;
export const TODAY = 20_778;

export function warehouseOn(store: ObjectStore): Warehouse {
  return { store, uri: "s3://example" };
}

let made = 0;

/** A data file's description; the file itself is nobody's business here. */
export function exampleFile(overrides: Partial<DataFile> = {}): DataFile {
  const day = (overrides.partition?.[0] as number | undefined) ?? TODAY;
  return {
    path: `${EXAMPLE.prefix}/data/file-${made++}.parquet`,
    partition: [day, 3, "shop"],
    rows: 10,
    bytes: 1_000,
    stats: {
      1: { min: "shop", max: "shop", nullCount: 0 },
      2: { min: day * 86_400_000, max: day * 86_400_000 + 999, nullCount: 0 },
      3: { min: 1, max: 5, nullCount: 2 },
      4: { nullCount: 10 },
      5: { min: false, max: true, nullCount: 0 },
    },
    columnBytes: { 1: 20, 2: 80 },
    rowGroupOffsets: [4, 500],
    ...overrides,
  };
}

export function appendOf(files: readonly DataFile[]): TableChange {
  return { snapshot: { operation: "append", added: files, removed: [], summary: {} } };
}

export async function created(warehouse: Warehouse, definition = EXAMPLE): Promise<IcebergTable> {
  return createTable(warehouse, definition, { nowMs: NOW_MS });
}

/** Commits on a base that nobody else builds on. */
export async function committed(
  warehouse: Warehouse,
  table: IcebergTable,
  change: TableChange,
  nowMs = NOW_MS,
): Promise<IcebergTable> {
  const result = await commitChange(warehouse, table, change, { nowMs });
  if (!result.ok) throw new Error(result.error);
  return result.value;
}

export async function loaded(warehouse: Warehouse, prefix = EXAMPLE.prefix): Promise<IcebergTable> {
  const table = await loadTable(warehouse, prefix);
  if (table === null) throw new Error(`${prefix} is not there`);
  return table;
}

export function pathsOf(files: readonly { path: string }[]): string[] {
  return files.map(({ path }) => path).sort();
}

export type { Cell };
