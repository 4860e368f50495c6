import { DAY_MS } from "../base/index.ts";
import type { ColumnType } from "../events/index.ts";
import {
  applyTransform,
  type Cell,
  type Field,
  type FieldType,
  type IcebergTable,
  planEvolution,
  type TableDefinition,
  type Transform,
} from "../iceberg/index.ts";
import { LakeError } from "./error.ts";
import type { AnyColumn, AnyTable } from "./tables/table.ts";

const FIELD_TYPES: Record<ColumnType, FieldType> = {
  string: "string",
  json: "string",
  long: "long",
  double: "double",
  boolean: "boolean",
  timestamp_ms: "timestamptz",
};

/** Where Iceberg's ids of partition fields begin. */
const PARTITION_FIELD_ID_MIN = 1_000;

/** The declaration in the terms of the table format. */
export function definitionOf(table: AnyTable): TableDefinition {
  return {
    prefix: table.path,
    fields: table.columns.map(fieldOf),
    partition: table.partition.map(({ column, transform }, index) => ({
      sourceId: columnOf(table, column).id,
      fieldId: PARTITION_FIELD_ID_MIN + index,
      name: partitionName(column, transform),
      transform,
    })),
    sort: table.sort.map((column) => columnOf(table, column).id),
  };
}

function fieldOf({ id, name, type, required }: AnyColumn): Field {
  return { id, name, type: FIELD_TYPES[type], required };
}

/** As Spark names them: `received_at_day`, `tenant_bucket`. */
function partitionName(column: string, { kind }: Transform): string {
  return kind === "identity" ? column : `${column}_${kind}`;
}

export function columnOf(table: AnyTable, name: string): AnyColumn {
  const column = table.columns.find((candidate) => candidate.name === name);
  if (column === undefined) throw new LakeError("unknown", `table ${table.name} has no column ${name}`);
  return column;
}

/**
 * The fields that the stored table must grow to; undefined when it has all. Columns that only the stored table has were added
 * by a newer version of us, and stay. Throws a `LakeError` that names the column when the declaration is no growth.
 */
export function grownFields(stored: IcebergTable, table: AnyTable): Field[] | undefined {
  const declared = table.columns.map(fieldOf);
  const ids = new Set(declared.map(({ id }) => id));
  const evolved = planEvolution(stored.fields, [
    ...declared,
    ...stored.fields.filter(({ id }) => !ids.has(id)),
  ]);
  if (!evolved.ok) throw new LakeError("incompatible", `table ${table.name}: ${evolved.error.message}`);
  return evolved.value.length === stored.fields.length ? undefined : evolved.value;
}

/** Rows by the partition that each belongs to. */
export function groupByPartition<Row extends object>(
  table: AnyTable,
  rows: readonly Row[],
): { partition: Cell[]; rows: Row[] }[] {
  const sources = table.partition.map(({ column, transform }) => ({
    name: column as keyof Row,
    transform,
    type: FIELD_TYPES[columnOf(table, column).type],
  }));
  const groups = new Map<string, { partition: Cell[]; rows: Row[] }>();
  for (const row of rows) {
    const partition = sources.map(({ name, transform, type }) =>
      applyTransform(transform, type, (row[name] as Cell | undefined) ?? null),
    );
    const key = JSON.stringify(partition);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { partition, rows: [row] });
    else group.rows.push(row);
  }
  return [...groups.values()];
}

/** The folder of a partition's files, as Hive and Iceberg name it: `received_at_day=2026-11-21`. */
export function partitionFolder(table: AnyTable, partition: readonly Cell[]): string {
  const parts = table.partition.map(({ column, transform }, index) => {
    const value = partition[index] ?? null;
    const text = transform.kind === "day" && value !== null ? dayOf(Number(value) * DAY_MS) : String(value);
    return `${partitionName(column, transform)}=${encodeURIComponent(text)}`;
  });
  return [`${table.path}/data`, ...parts].join("/");
}

/** YYYY-MM-DD in UTC. */
function dayOf(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10);
}
