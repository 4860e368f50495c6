import { createWriteStream } from "node:fs";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { finished } from "node:stream/promises";
import type { ObjectStore } from "../../src/base/index.ts";
import {
  type AnyTable,
  type ColumnRange,
  EVENTS,
  INTERACTIONS,
  openLake,
  type Table,
  WAREHOUSE_URI,
} from "../../src/lake/index.ts";
import { ITEM_DAILY_SQL } from "../../src/refining/index.ts";
import type { AgedLake } from "./age.ts";

type Row = Record<string, unknown>;

/** One reading of a table: all of it, an older state, or what a filter leaves. */
interface Case {
  kind: "whole" | "as_of" | "filtered";
  name: string;
  table: AnyTable;
  columns: AnyTable["columns"];
  snapshotId?: number;
  where?: { column: string; operator: ">=" | "<=" | "="; value: string }[];
  ranges?: ColumnRange[];
}

/** Writes what our own scan finds, for the readers to compare with; returns how many tables there are. */
export async function writeExpectations(
  folder: string,
  store: ObjectStore,
  { aged, url }: { aged: AgedLake; url: string },
): Promise<number> {
  const lake = openLake(store);
  const existing: AnyTable[] = [];
  for (const table of aged.tables) if ((await lake.load(table))?.current) existing.push(table);
  const cases = [...existing.map(wholeCase), ...(await specialCases(store, aged))];
  const written = [];
  for (const [index, one] of cases.entries()) {
    const file = `${String(index).padStart(2, "0")}-${one.table.name}.jsonl`;
    await writeRows(path.join(folder, file), store, one);
    const files = await lake.files(one.table as Table<Row>);
    written.push({
      kind: one.kind,
      name: one.name,
      table: one.table.name,
      columns: one.columns,
      file,
      files: files.map((data) => `${WAREHOUSE_URI}/${data.path}`),
      ...(one.snapshotId === undefined ? {} : { snapshot_id: one.snapshotId }),
      ...(one.where === undefined ? {} : { where: one.where }),
    });
  }
  await writeFile(path.join(folder, "item_daily.sql"), ITEM_DAILY_SQL);
  const expected = {
    catalog: `${url}/catalog`,
    endpoint: url,
    tables: existing.map(({ name }) => name),
    cases: written,
    expired: aged.expiredSnapshots.map((id) => ({ table: EVENTS.name, expired_snapshot_id: id })),
    gold: { table: "gold.item_daily", sql: "item_daily.sql" },
  };
  await writeFile(path.join(folder, "tables.json"), JSON.stringify(expected));
  return existing.length;
}

function wholeCase(table: AnyTable): Case {
  return { kind: "whole", name: table.name, table, columns: table.columns };
}

/** An older state, and filters whose files engines choose by partition, by bounds, or by both. */
async function specialCases(store: ObjectStore, aged: AgedLake): Promise<Case[]> {
  const events = aged.tables.find(({ name }) => name === EVENTS.name) ?? EVENTS;
  const kept = {
    kind: "as_of",
    table: EVENTS,
    columns: EVENTS.columns,
    snapshotId: aged.keptSnapshot,
  } as const;
  const tenant = { column: "tenant", operator: "=", value: "demo" } as const;
  const other = { ...tenant, value: "näbrung" };
  const ranges = (value: string) => [{ column: "tenant", min: value, max: value }];
  const noon = await medianTime(store);
  const at = new Date(noon).toISOString().replace("Z", "+00:00");
  const filtered = { kind: "filtered", columns: INTERACTIONS.columns, table: INTERACTIONS } as const;
  return [
    { ...kept, name: "bronze.events, as it was before its schema grew" },
    {
      ...filtered,
      name: "silver.interactions of one tenant",
      where: [tenant],
      ranges: ranges("demo"),
    },
    {
      ...filtered,
      name: "silver.interactions of one tenant since a time",
      where: [tenant, { column: "occurred_at", operator: ">=", value: at }],
      ranges: [...ranges("demo"), { column: "occurred_at", min: noon }],
    },
    {
      kind: "filtered",
      name: "bronze.events of another tenant",
      table: events,
      columns: events.columns,
      where: [other],
      ranges: ranges("näbrung"),
    },
  ];
}

/** The middle of the interactions' times: a filter by it leaves some of them, and not all. */
async function medianTime(store: ObjectStore): Promise<number> {
  const times: number[] = [];
  for await (const { columns } of openLake(store).scan(INTERACTIONS, { columns: ["occurred_at"] })) {
    for (const time of columns.occurred_at) times.push(time ?? 0);
  }
  return times.sort((a, b) => a - b)[times.length >> 1] ?? 0;
}

/** One JSON line a row, times in ms. */
async function writeRows(
  file: string,
  store: ObjectStore,
  { table, columns, snapshotId, ranges }: Case,
): Promise<void> {
  const names = columns.map(({ name }) => name);
  const out = createWriteStream(file);
  const options = {
    columns: names,
    ...(snapshotId === undefined ? {} : { snapshotId }),
    ...(ranges === undefined ? {} : { where: ranges }),
  };
  for await (const batch of openLake(store).scan(table as Table<Row>, options)) {
    for (let row = 0; row < batch.rows; row++) {
      const cells = names.map((name) => [name, batch.columns[name]?.[row] ?? null]);
      out.write(`${JSON.stringify(Object.fromEntries(cells))}\n`);
    }
  }
  out.end();
  await finished(out);
}
