import { listAll, type ObjectStore } from "../../src/base/index.ts";
import type { Batch, Lake, ScanOptions, Table } from "../../src/lake/index.ts";

/** Everything that a scan gives, as objects without their nulls. */
export async function scanRows<Row extends object>(
  lake: Lake,
  table: Table<Row>,
  options: Partial<ScanOptions<Row, keyof Row & string>> = {},
): Promise<Row[]> {
  const columns = options.columns ?? table.columns.map(({ name }) => name);
  const rows: Row[] = [];
  for await (const batch of lake.scan(table, { ...options, columns })) rows.push(...rowsOf(batch));
  return rows;
}

export function rowsOf<Row, Name extends keyof Row>({ rows, columns }: Batch<Row, Name>): Row[] {
  const entries = Object.entries(columns) as [Name, unknown[]][];
  return Array.from({ length: rows }, (_, row) => {
    const cells = entries.map(([name, values]) => [name, values[row]]).filter(([, cell]) => cell !== null);
    return Object.fromEntries(cells) as Row;
  });
}

export async function keysOf(store: ObjectStore, prefix = ""): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of listAll(store, prefix)) keys.push(key);
  return keys;
}

/** Puts every object of one store into another, which is returned. */
export async function copyInto<Store extends ObjectStore>(
  target: Store,
  source: ObjectStore,
): Promise<Store> {
  for (const key of await keysOf(source)) {
    const object = await source.get(key);
    if (object !== null) await target.put(key, object.bytes);
  }
  return target;
}
