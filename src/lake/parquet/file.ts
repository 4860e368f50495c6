import type { ColumnChunk as ChunkMetadata, RowGroup, SchemaElement } from "hyparquet";
import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import type { Cell, ColumnType } from "../../events/index.ts";
import type { AnyTable } from "../tables/table.ts";
import { type Bounds, boundsOfAll } from "./bounds.ts";
import { joined } from "./bytes.ts";
import type { Effort } from "./codec.ts";
import { type ColumnChunk, encodeColumn } from "./column.ts";

export interface EncodedFile {
  bytes: Uint8Array<ArrayBuffer>;
  rows: number;
  /** By field id. */
  stats: Record<number, Bounds>;
  /** Where each row group begins. */
  rowGroupOffsets: number[];
}

/**
 * Rows read and written at once: of a whole event's columns 1.5 MB, most of which is garbage before the heap's young generation is
 * collected; and fine enough to prune by tenant or user.
 */
export const ROW_GROUP_ROWS = 5_000;

const MAGIC = Uint8Array.of(0x50, 0x41, 0x52, 0x31);

/**
 * A Parquet file in the making, row group by row group. Pages are encoded here, for a consumer's time goes into them; the
 * footer, which is written once, comes from hyparquet-writer.
 */
export class ParquetFile {
  readonly #table: AnyTable;
  readonly #effort: Effort;
  readonly #parts: Uint8Array[] = [MAGIC];
  readonly #groups: RowGroup[] = [];
  /** Of each column, what its chunks hold. */
  readonly #bounds: (Bounds & { values: number })[][];
  /** Bytes so far, without the footer. */
  bytes = MAGIC.byteLength;
  rows = 0;

  constructor(table: AnyTable, effort: Effort) {
    this.#table = table;
    this.#effort = effort;
    this.#bounds = table.columns.map(() => []);
  }

  /** `cells` gives the values of a column, as many as `rows`. Throws on a required column with a null. */
  addRowGroup(rows: number, cells: (column: AnyTable["columns"][number]) => readonly unknown[]): void {
    const begin = this.bytes;
    const columns = this.#table.columns.map((column, index) => {
      const chunk = encodeColumn(column, cells(column), this.#effort);
      const { parts, storedBytes, ...bounds } = chunk;
      this.#bounds[index]?.push(bounds);
      const metadata = chunkMetadata(column.name, column.type, chunk, this.bytes);
      this.#parts.push(...parts);
      this.bytes += storedBytes;
      return metadata;
    });
    this.rows += rows;
    this.#groups.push({
      columns,
      num_rows: BigInt(rows),
      file_offset: BigInt(begin),
      total_byte_size: columns.reduce(
        (sum, { meta_data }) => sum + (meta_data?.total_uncompressed_size ?? 0n),
        0n,
      ),
      total_compressed_size: BigInt(this.bytes - begin),
    });
  }

  finish(): EncodedFile {
    return {
      bytes: joined([...this.#parts, this.#footer()]),
      rows: this.rows,
      stats: Object.fromEntries(
        this.#table.columns.map(({ id }, index) => [id, boundsOfAll(this.#bounds[index] ?? [])]),
      ),
      rowGroupOffsets: this.#groups.map(({ file_offset }) => Number(file_offset)),
    };
  }

  #footer(): Uint8Array {
    const writer = new ByteWriter();
    const parquet = new ParquetWriter({
      writer,
      schema: schemaOf(this.#table),
      // Bounds are cut where they are made, so that files and manifests say the same.
      statisticsTruncateLength: Number.POSITIVE_INFINITY,
      createdBy: "lakeshore",
    });
    parquet.row_groups.push(...this.#groups);
    parquet.num_rows = BigInt(this.rows);
    void parquet.finish();
    return writer.getBytes().subarray(MAGIC.byteLength);
  }
}

function chunkMetadata(name: string, type: ColumnType, chunk: ColumnChunk, at: number): ChunkMetadata {
  const { codec, hasDictionary, dataOffset, uncompressedBytes, values, nullCount, min, max } = chunk;
  return {
    file_offset: BigInt(at),
    meta_data: {
      type: PARQUET_TYPES[type].type,
      encodings: hasDictionary ? ["PLAIN", "RLE", "RLE_DICTIONARY"] : ["PLAIN", "RLE"],
      path_in_schema: [name],
      codec,
      num_values: BigInt(values),
      total_uncompressed_size: BigInt(uncompressedBytes),
      total_compressed_size: BigInt(chunk.storedBytes),
      data_page_offset: BigInt(at + dataOffset),
      ...(hasDictionary ? { dictionary_page_offset: BigInt(at) } : {}),
      statistics: {
        null_count: BigInt(nullCount),
        ...(min === undefined ? {} : { min_value: storedBound(type, min) }),
        ...(max === undefined ? {} : { max_value: storedBound(type, max) }),
      },
    },
  };
}

function storedBound(type: ColumnType, bound: Cell): string | number | bigint | boolean {
  if (type === "timestamp_ms") return BigInt(bound as number) * 1_000n;
  return type === "long" ? BigInt(bound as number) : (bound as string | number | boolean);
}

function schemaOf({ name, columns }: AnyTable): SchemaElement[] {
  const elements = columns.map(
    ({ id, name: column, type, required }): SchemaElement => ({
      ...PARQUET_TYPES[type],
      name: column,
      field_id: id,
      repetition_type: required ? "REQUIRED" : "OPTIONAL",
    }),
  );
  return [{ name, num_children: columns.length }, ...elements];
}

const UTF8 = { type: "BYTE_ARRAY", converted_type: "UTF8", logical_type: { type: "STRING" } } as const;

const PARQUET_TYPES = {
  string: UTF8,
  json: UTF8,
  long: { type: "INT64" },
  double: { type: "DOUBLE" },
  boolean: { type: "BOOLEAN" },
  timestamp_ms: {
    type: "INT64",
    converted_type: "TIMESTAMP_MICROS",
    logical_type: { type: "TIMESTAMP", isAdjustedToUTC: true, unit: "MICROS" },
  },
} as const satisfies Record<ColumnType, Omit<SchemaElement, "name">>;
