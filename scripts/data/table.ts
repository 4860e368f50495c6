import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { parse } from "csv-parse";

/** A row by column name. */
export type Row = Record<string, string>;

/** The rows of a CSV file with a header, gzipped if its name ends so. */
export async function readTable(file: string): Promise<Row[]> {
  const parser = parse({ columns: true, bom: true });
  const rows: Row[] = [];
  parser.on("data", (row: Row) => rows.push(row));
  const source = createReadStream(file);
  await (file.endsWith(".gz") ? pipeline(source, createGunzip(), parser) : pipeline(source, parser));
  return rows;
}
