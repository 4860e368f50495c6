import { assert, sha256Hex } from "../base/index.ts";
import type { Cell, DataFile, Warehouse } from "../iceberg/index.ts";
import { partitionFolder } from "./definition.ts";
import type { EncodedFile } from "./parquet/file.ts";
import type { AnyTable } from "./tables/table.ts";

/** Files of the same bytes that one millisecond may bring: a caller that goes on beyond it is wrong. */
const SAME_NAME_MAX = 1_000;
const HASH_CHARS = 24;

/**
 * Stores a data file under a name that none has had before, `<nowMs in base 36>-<hash>`: a path means one file for ever, also
 * after the file was compacted away, so that nobody can take a new file for one that was committed long ago.
 */
export async function storeFile(
  { store }: Warehouse,
  table: AnyTable,
  encoded: EncodedFile,
  { partition, nowMs }: { partition: readonly Cell[]; nowMs: number },
): Promise<DataFile> {
  const { bytes, rows, stats, rowGroupOffsets } = encoded;
  const hash = (await sha256Hex(bytes)).slice(0, HASH_CHARS);
  const stem = `${partitionFolder(table, partition)}/${nowMs.toString(36)}-${hash}`;
  for (let copy = 0; copy < SAME_NAME_MAX; copy++) {
    const path = copy === 0 ? `${stem}.parquet` : `${stem}-${copy}.parquet`;
    if ((await store.put(path, bytes, { ifAbsent: true })) === null) continue;
    return { path, partition, rows, bytes: bytes.byteLength, stats, rowGroupOffsets };
  }
  throw new Error(`${stem} was written ${SAME_NAME_MAX} times in one millisecond`);
}

/** The file's name without its folder and its ending. */
export function fileName(path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1);
  assert(name.endsWith(".parquet"), `${path} is a data file`);
  return name.slice(0, -".parquet".length);
}
