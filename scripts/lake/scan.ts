import type { Command } from "commander";
import { type AnyTable, openLake, type SnapshotChoice, type Table } from "../../src/lake/index.ts";
import { wholeNumber } from "../commands/arguments.ts";
import { type LakeOptions, withLake, withLakeStore } from "./open.ts";
import { csvLine, printRows } from "./print.ts";
import { asOf, tableName } from "./table-argument.ts";
import { type Condition, columnType, condition, rangeOf } from "./where.ts";

interface Options extends LakeOptions {
  table: AnyTable;
  asOf?: SnapshotChoice;
  tenant?: string;
  columns?: string;
  where?: Condition[];
  limit?: number;
  json?: boolean;
  csv?: boolean;
}

type Row = Record<string, unknown>;

/** What fits a screen, where nobody asked for a form that a program reads. */
const SHOWN_ROWS = 20;

export function registerScan(lake: Command): void {
  const command = lake
    .command("scan")
    .description("print rows of a table, as it is or as it was")
    .requiredOption("--table <name>", "such as silver.interactions", tableName)
    .option("--as-of <when>", "a time (2026-01-31T12:00Z), a snapshot's id or a tag", asOf)
    .option("--tenant <tenant>", "rows of one tenant only")
    .option("--columns <names>", "which columns, with commas (default: all)")
    .option("--where <condition>", "column>=value, column<=value or column=value; repeatable", condition)
    .option(
      "--limit <number>",
      `how many rows (default: all; ${SHOWN_ROWS} without --json or --csv)`,
      wholeNumber,
    )
    .option("--json", "one JSON object a line; times in ms")
    .option("--csv", "CSV with a header; times as ISO 8601");
  withLake(command).action((options: Options) => withLakeStore(options, ({ store }) => run(store, options)));
}

async function run(store: Parameters<typeof openLake>[0], options: Options): Promise<void> {
  if (options.json === true && options.csv === true) throw new Error("--json and --csv: one of them");
  const names =
    options.columns?.split(",").map((name) => name.trim()) ?? options.table.columns.map(({ name }) => name);
  const isTime = new Set(names.filter((name) => columnType(options.table, name) === "timestamp_ms"));
  const readable = (row: Row): Row =>
    Object.fromEntries(names.map((name) => [name, isTime.has(name) ? isoTime(row[name]) : row[name]]));
  const rows = scannedRows(store, options, names);
  if (options.json === true) for await (const row of rows) console.log(JSON.stringify(row));
  else if (options.csv === true) {
    console.log(csvLine(names));
    for await (const row of rows) console.log(csvLine(Object.values(readable(row))));
  } else {
    const shown: Row[] = [];
    for await (const row of rows) shown.push(readable(row));
    printRows(names, shown);
  }
}

async function* scannedRows(
  store: Parameters<typeof openLake>[0],
  { table, asOf: choice, tenant, where, limit, json, csv }: Options,
  names: readonly string[],
): AsyncGenerator<Row> {
  let left = limit ?? (json === true || csv === true ? Number.POSITIVE_INFINITY : SHOWN_ROWS);
  if (left === 0) return;
  // The declarations differ in their rows; columns are checked above, by name.
  const batches = openLake(store).scan(table as Table<Row>, {
    ...choice,
    columns: names,
    where: (where ?? []).map((one) => rangeOf(table, one)),
    ...(tenant === undefined ? {} : { tenant }),
  });
  for await (const { rows, columns } of batches) {
    for (let row = 0; row < rows; row++) {
      yield Object.fromEntries(names.map((name) => [name, columns[name]?.[row] ?? null]));
      if (--left === 0) return;
    }
  }
}

function isoTime(value: unknown): unknown {
  return typeof value === "number" ? new Date(value).toISOString() : value;
}
