import type { Lake, LiveFile, Table } from "../../lake/index.ts";
import { type Compare, mergeOrdered, type OrderedRows } from "../sort/index.ts";
import type { Cluster } from "./rewrite.ts";
import { type Cells, rowsOf } from "./rows.ts";

/** How a gold table's files are ordered: bounds of a file's rows, as far as its statistics tell. */
export interface FileOrder<Key> {
  lowest(file: LiveFile): Key | null;
  highest(file: LiveFile): Key | null;
  compareGroups: Compare<Key>;
  compareRows: Compare<Key>;
}

/**
 * Files of one partition as clusters, in order: files that may hold rows of one group stand in one cluster. A file of unknown bounds
 * joins all of them.
 */
export function clusterFiles<Key, Row extends object & Key>(
  lake: Lake,
  table: Table<Row>,
  files: readonly LiveFile[],
  order: FileOrder<Key>,
): Cluster<Key, Row>[] {
  const bounds = files.map((file) => ({ file, lowest: order.lowest(file), highest: order.highest(file) }));
  if (bounds.some(({ lowest, highest }) => lowest === null || highest === null)) {
    return [clusterOf(lake, table, { files, lowest: null }, order)];
  }
  const groups: { files: LiveFile[]; lowest: Key; highest: Key }[] = [];
  const sorted = (bounds as { file: LiveFile; lowest: Key; highest: Key }[]).sort((a, b) =>
    order.compareRows(a.lowest, b.lowest),
  );
  for (const { file, lowest, highest } of sorted) {
    const last = groups.at(-1);
    if (last === undefined || order.compareGroups(last.highest, lowest) < 0) {
      groups.push({ files: [file], lowest, highest });
      continue;
    }
    last.files.push(file);
    if (order.compareGroups(last.highest, highest) < 0) last.highest = highest;
  }
  return groups.map((group) => clusterOf(lake, table, group, order));
}

function clusterOf<Key, Row extends object & Key>(
  lake: Lake,
  table: Table<Row>,
  { files, lowest }: { files: readonly LiveFile[]; lowest: Key | null },
  order: FileOrder<Key>,
): Cluster<Key, Row> {
  const columns = table.columns.map(({ name }) => name);
  const ordered = files.map(
    (file): OrderedRows<Key, Row> => ({
      lowest: order.lowest(file),
      open: () =>
        rowsOf(lake.scan(table, { columns, files: [file] })) as AsyncIterable<
          Cells<Row, keyof Row>[]
        > as AsyncIterable<Row[]>,
    }),
  );
  return {
    paths: files.map(({ path }) => path),
    lowest,
    read: () => mergeOrdered(ordered, order.compareRows),
  };
}
