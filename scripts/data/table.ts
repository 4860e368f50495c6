import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { parse } from "csv-parse";

/** A row by column name. */
export type Row = Record<string, string>;

/** The rows of a CSV file with a header, gzipped if its name ends so; throws a sentence with the file when it is none. */
export async function readTable(file: string): Promise<Row[]> {
  const parser = parse({ columns: true, bom: true });
  const rows: Row[] = [];
  parser.on("data", (row: Row) => rows.push(row));
  const source = createReadStream(file);
  try {
    await (file.endsWith(".gz") ? pipeline(source, createGunzip(), parser) : pipeline(source, parser));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new Error(`cannot read ${file}${code === "Z_DATA_ERROR" ? " as gzip" : ""}: ${message}`);
  }
  return rows;
}
