import type { Command } from "commander";
import { type AnyTable, openLake } from "../../src/lake/index.ts";
import { type LakeOptions, withLake, withLakeStore } from "./open.ts";
import { printRows } from "./print.ts";
import { tableName } from "./table-argument.ts";

interface Options extends LakeOptions {
  table: AnyTable;
  json?: boolean;
}

export function registerSnapshots(lake: Command): void {
  const command = lake
    .command("snapshots")
    .description("a table's snapshots, oldest first: what `scan --as-of` can go back to")
    .requiredOption("--table <name>", "such as silver.interactions", tableName)
    .option("--json", "one line of JSON each, with the whole summary");
  withLake(command).action((options: Options) =>
    withLakeStore(options, ({ store }) => print(store, options)),
  );
}

async function print(store: Parameters<typeof openLake>[0], { table, json }: Options): Promise<void> {
  const loaded = await openLake(store).load(table);
  const tagsOf = (id: number) =>
    (loaded?.tags ?? []).filter(({ snapshotId }) => snapshotId === id).map(({ name }) => name);
  const snapshots = loaded?.snapshots ?? [];
  if (json === true) {
    for (const { id, parentId, atMs, operation, summary } of snapshots) {
      console.log(
        JSON.stringify({ id, parent_id: parentId, at: atMs, operation, tags: tagsOf(id), summary }),
      );
    }
    return;
  }
  const rows = snapshots.map(({ id, atMs, operation, summary }) => ({
    id: String(id),
    at: new Date(atMs).toISOString(),
    operation,
    added_rows: Number(summary["added-records"] ?? 0),
    removed_rows: Number(summary["deleted-records"] ?? 0),
    rows: Number(summary["total-records"] ?? 0),
    tags: tagsOf(id).join(" "),
  }));
  printRows(["id", "at", "operation", "added_rows", "removed_rows", "rows", "tags"], rows);
}
