import { parquetMetadataAsync } from "hyparquet";
import { type ObjectStore, sha256Hex } from "../base/index.ts";
import { type AnyTable, compareCells, type Lake, type LiveFile, type Table } from "../lake/index.ts";

/** What is asked of a table's files, of each file by itself. */
export const FILE_CHECKS = ["exists", "size", "bytes", "footer", "readable", "bounds"] as const;
export type FileCheck = (typeof FILE_CHECKS)[number];

export interface FileFault {
  check: FileCheck;
  path: string;
  detail: string;
}

interface Ports {
  lake: Pick<Lake, "scan">;
  store: ObjectStore;
}

/**
 * What is wrong with a data file by what its manifest says of it, the first thing only: what follows from it is no news. Holds the file
 * and one row group of its rows in memory.
 */
export async function verifyFile(ports: Ports, table: AnyTable, file: LiveFile): Promise<FileFault | null> {
  const fault = (check: FileCheck, detail: string): FileFault => ({ check, path: file.path, detail });
  const object = await ports.store.get(file.path);
  if (object === null) return fault("exists", "there is no such object");
  if (object.size !== file.bytes)
    return fault("size", `${object.size} bytes, the manifest says ${file.bytes}`);
  const hash = HASH_IN_NAME.exec(file.path)?.[1];
  if (hash !== undefined && !(await sha256Hex(object.bytes)).startsWith(hash)) {
    return fault("bytes", "its bytes are not those that were written");
  }
  const footer = await footerRows(object.bytes.buffer).catch((cause: unknown) => String(cause));
  if (footer !== file.rows) return fault("footer", `${footer} rows, the manifest says ${file.rows}`);
  try {
    const detail = await brokenBound(ports.lake, table, file);
    return detail === null ? null : fault("bounds", detail);
  } catch (cause) {
    return fault("readable", cause instanceof Error ? cause.message : String(cause));
  }
}

/** Our files are named by the beginning of their bytes' SHA-256; a file that another engine wrote may be called otherwise. */
const HASH_IN_NAME = /\/[0-9a-z]+-([0-9a-f]{24})(?:-\d+)?\.parquet$/;

async function footerRows(bytes: ArrayBuffer): Promise<number> {
  const buffer = {
    byteLength: bytes.byteLength,
    slice: (from: number, to?: number) => bytes.slice(from, to),
  };
  const { num_rows, row_groups } = await parquetMetadataAsync(buffer);
  const inGroups = row_groups.reduce((sum, group) => sum + Number(group.num_rows), 0);
  return Number(num_rows) === inGroups ? inGroups : Number.NaN;
}

interface Seen {
  rows: number;
  nulls: Map<string, number>;
}

/** The first value outside the manifest's bounds, or count that is not the manifest's; null when all hold. */
async function brokenBound(lake: Ports["lake"], table: AnyTable, file: LiveFile): Promise<string | null> {
  const columns = table.columns.map(({ name }) => name);
  const seen: Seen = { rows: 0, nulls: new Map() };
  for await (const batch of lake.scan(table as Table<Record<string, unknown>>, { columns, files: [file] })) {
    seen.rows += batch.rows;
    for (const { id, name, required } of table.columns) {
      const { min, max } = file.stats[id] ?? {};
      for (const cell of batch.columns[name] ?? []) {
        if (cell === null || cell === undefined) {
          if (required) return `${name} has no value`;
          seen.nulls.set(name, (seen.nulls.get(name) ?? 0) + 1);
        } else if (min !== undefined && compareCells(cell as string, min) < 0) {
          return `${name} ${cell} is under its stated least, ${min}`;
        } else if (max !== undefined && compareCells(cell as string, max) > 0) {
          return `${name} ${cell} is over its stated most, ${max}`;
        }
      }
    }
  }
  if (seen.rows !== file.rows) return `${seen.rows} rows can be read, the manifest says ${file.rows}`;
  const wrong = table.columns.find(
    ({ id, name }) =>
      (file.stats[id]?.nullCount ?? seen.nulls.get(name) ?? 0) !== (seen.nulls.get(name) ?? 0),
  );
  return wrong === undefined ? null : `${wrong.name} has another number of nulls than stated`;
}
