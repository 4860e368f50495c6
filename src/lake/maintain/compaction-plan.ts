import { DAY_MS } from "../../base/index.ts";
import { compareCells, type LiveFile } from "../../iceberg/index.ts";
import { columnOf } from "../definition.ts";
import { ROW_GROUP_ROWS } from "../parquet/file.ts";
import type { AnyTable } from "../tables/table.ts";
import {
  GROWING_AFTER_DAY_MS,
  GROWING_FILE_BYTES,
  GROWING_FILES_MIN,
  MERGED_FILES_MAX,
  MERGED_ROWS_OPEN_MAX,
  SMALL_FILE_BYTES,
} from "./limits.ts";

/**
 * Groups of files that are worth merging, each of one partition. A group's files are neighbours in the table's sort order, so
 * that merging keeps the files' ranges of rows as far apart as they were.
 */
export function planCompaction(
  table: AnyTable,
  files: readonly LiveFile[],
  { nowMs }: { nowMs: number },
): LiveFile[][] {
  const partitions = Map.groupBy(files, ({ partition }) => JSON.stringify(partition));
  return [...partitions.values()].flatMap((own) => groupsOf(table, own, nowMs));
}

function groupsOf(table: AnyTable, files: LiveFile[], nowMs: number): LiveFile[][] {
  const isGrowing = growsStill(table, files[0] as LiveFile, nowMs);
  const bytesMax = isGrowing && hasDay(table) ? GROWING_FILE_BYTES : SMALL_FILE_BYTES;
  const filesMin = isGrowing ? GROWING_FILES_MIN : 2;
  const groups: LiveFile[][] = [[]];
  for (const file of inSortOrder(table, files)) {
    if (file.bytes < bytesMax) groups.at(-1)?.push(file);
    else groups.push([]);
  }
  return groups.flatMap(shares).filter((group) => group.length >= filesMin);
}

/** Parts of a group that one merge can hold. */
function shares(files: readonly LiveFile[]): LiveFile[][] {
  const parts: LiveFile[][] = [];
  let part: LiveFile[] = [];
  let rowsOpen = 0;
  for (const file of files) {
    const rows = Math.min(file.rows, ROW_GROUP_ROWS);
    if (part.length >= MERGED_FILES_MAX || rowsOpen + rows > MERGED_ROWS_OPEN_MAX) {
      parts.push(part);
      part = [];
      rowsOpen = 0;
    }
    part.push(file);
    rowsOpen += rows;
  }
  parts.push(part);
  return parts;
}

function dayIndex({ partition }: AnyTable): number {
  return partition.findIndex(({ transform }) => transform.kind === "day");
}

function hasDay(table: AnyTable): boolean {
  return dayIndex(table) >= 0;
}

/** Whether rows still come into the file's partition; without a day, always. */
function growsStill(table: AnyTable, file: LiveFile, nowMs: number): boolean {
  const day = file.partition[dayIndex(table)];
  return typeof day !== "number" || nowMs < (day + 1) * DAY_MS + GROWING_AFTER_DAY_MS;
}

function inSortOrder(table: AnyTable, files: readonly LiveFile[]): LiveFile[] {
  const ids = table.sort.map((name) => columnOf(table, name).id);
  return files.toSorted((a, b) => {
    for (const id of ids) {
      const left = a.stats[id]?.min ?? null;
      const right = b.stats[id]?.min ?? null;
      if (left === right) continue;
      if (left === null || right === null) return left === null ? -1 : 1;
      const order = compareCells(left, right);
      if (order !== 0) return order;
    }
    return a.path < b.path ? -1 : 1;
  });
}
