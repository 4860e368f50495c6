import type { Command } from "commander";
import {
  type AnyTable,
  type ColumnRange,
  openLake,
  type SnapshotChoice,
  type Table,
} from "../../src/lake/index.ts";
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
  withLake(command).action(async (options: Options) => {
    // Before the store is opened, which takes seconds where a local runtime must be started for it.
    const asked = checkAsked(options);
    await withLakeStore(options, async ({ store }) => {
      const absent = await absence(store, asked);
      if (absent !== null) console.error(absent);
      await print(scannedRows(store, asked), asked, options);
    });
  });
}

/** What is asked of the table, by the table's own names and types. */
interface Asked {
  table: AnyTable;
  names: readonly string[];
  isTime: ReadonlySet<string>;
  ranges: ColumnRange[];
  choice: SnapshotChoice;
  tenant: string | undefined;
  limit: number;
}

function checkAsked({
  table,
  columns,
  where = [],
  asOf: choice = {},
  tenant,
  limit,
  json,
  csv,
}: Options): Asked {
  if (json === true && csv === true) throw new Error("--json and --csv: one of them");
  const names = columns?.split(",").map((name) => name.trim()) ?? table.columns.map(({ name }) => name);
  return {
    table,
    names,
    isTime: new Set(names.filter((name) => columnType(table, name) === "timestamp_ms")),
    ranges: where.map((one) => rangeOf(table, one)),
    choice,
    tenant,
    limit: limit ?? (json === true || csv === true ? Number.POSITIVE_INFINITY : SHOWN_ROWS),
  };
}

/** Says so where the table had no state by then: no rows are easily taken for a table that was empty. */
async function absence(
  store: Parameters<typeof openLake>[0],
  { table, choice }: Asked,
): Promise<string | null> {
  if (choice.asOfMs === undefined || (await openLake(store).snapshot(table, choice)) !== null) return null;
  return `${table.name} had no snapshot by ${new Date(choice.asOfMs).toISOString()}`;
}

async function print(
  rows: AsyncIterable<Row>,
  { names, isTime }: Asked,
  { json, csv }: Pick<Options, "json" | "csv">,
): Promise<void> {
  const readable = (row: Row): Row =>
    Object.fromEntries(names.map((name) => [name, isTime.has(name) ? isoTime(row[name]) : row[name]]));
  if (json === true) for await (const row of rows) console.log(JSON.stringify(row));
  else if (csv === true) {
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
  { table, names, ranges, choice, tenant, limit }: Asked,
): AsyncGenerator<Row> {
  let left = limit;
  if (left === 0) return;
  // The declarations differ in their rows; columns are checked by name.
  const batches = openLake(store).scan(table as Table<Row>, {
    ...choice,
    columns: names,
    where: ranges,
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
