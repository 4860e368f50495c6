import type { Command } from "commander";
import type { ObjectStore } from "../../src/base/index.ts";
import { openLake, TABLES, type Table } from "../../src/lake/index.ts";
import { type LakeOptions, withLake, withLakeStore } from "./open.ts";
import { printRows } from "./print.ts";

interface Options extends LakeOptions {
  json?: true;
  columns?: true;
}

export function registerTables(lake: Command): void {
  const command = lake
    .command("tables")
    .description("every table with its rows, files, bytes and snapshots, or with its columns")
    .option("--columns", "the declared columns in place of the sizes")
    .option("--json", "as one line of JSON");
  withLake(command).action((options: Options) =>
    options.columns === true
      ? showColumns(options)
      : withLakeStore(options, ({ store }) => showSizes(store, options)),
  );
}

/** What is declared: no lake is opened for it. */
function showColumns({ json }: Options): void {
  const columns = TABLES.flatMap(({ name: table, columns }) =>
    columns.map(({ id, name, type, required }) => ({ table, id, column: name, type, required })),
  );
  if (json === true) console.log(JSON.stringify(columns));
  else printRows(["table", "id", "column", "type", "required"], columns);
}

async function showSizes(store: ObjectStore, { json }: Options): Promise<void> {
  const opened = openLake(store);
  const rows = [];
  for (const table of TABLES) {
    const loaded = await opened.load(table);
    const files = loaded === null ? [] : await opened.files(table as Table<object>);
    rows.push({
      table: table.name,
      rows: files.reduce((sum, file) => sum + file.rows, 0),
      files: files.length,
      bytes: files.reduce((sum, file) => sum + file.bytes, 0),
      snapshots: loaded?.snapshots.length ?? 0,
    });
  }
  if (json === true) {
    console.log(JSON.stringify(Object.fromEntries(rows.map(({ table, ...counts }) => [table, counts]))));
  } else printRows(["table", "rows", "files", "bytes", "snapshots"], rows);
}
