import type { Command } from "commander";
import { openLake, TABLES, type Table } from "../../src/lake/index.ts";
import { type LakeOptions, withLake, withLakeStore } from "./open.ts";
import { printRows } from "./print.ts";

export function registerTables(lake: Command): void {
  const command = lake
    .command("tables")
    .description("every table with its rows, files, bytes and snapshots")
    .option("--json", "as one line of JSON");
  withLake(command).action((options: LakeOptions & { json?: boolean }) =>
    withLakeStore(options, async ({ store }) => {
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
      if (options.json === true) {
        console.log(JSON.stringify(Object.fromEntries(rows.map(({ table, ...counts }) => [table, counts]))));
      } else printRows(["table", "rows", "files", "bytes", "snapshots"], rows);
    }),
  );
}
