import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { type CsvError, parse } from "csv-parse";

export type Format = "csv" | "jsonl";

/** One record of a file, or why it is none. `line` is where it begins, from 1, as editors count. */
export interface ImportRecord {
  line: number;
  values?: Record<string, unknown>;
  error?: string;
}

/** The records of a CSV (with a header) or JSON-lines file, gunzipped if its name ends in `.gz`; a bad one does not end the file. */
export async function* readRecords(
  file: string,
  format: Format,
  onBytes: (count: number) => void,
): AsyncGenerator<ImportRecord> {
  const source = createReadStream(file);
  source.on("data", (chunk) => onBytes(chunk.length));
  const text = file.endsWith(".gz") ? source.pipe(createGunzip()) : source;
  // `pipe` does not pass a failure on, and a reader would wait for ever.
  source.on("error", (error) => text.destroy(error));
  yield* format === "csv" ? readCsv(text) : readJsonLines(text);
}

async function* readJsonLines(text: Readable): AsyncGenerator<ImportRecord> {
  let line = 0;
  for await (const row of createInterface({ input: text, crlfDelay: Number.POSITIVE_INFINITY })) {
    line++;
    if (row.trim() === "") continue;
    yield parseJsonLine(line === 1 ? row.replace(/^\uFEFF/, "") : row, line);
  }
}

function parseJsonLine(row: string, line: number): ImportRecord {
  try {
    const values: unknown = JSON.parse(row);
    if (typeof values === "object" && values !== null && !Array.isArray(values)) {
      return { line, values: values as Record<string, unknown> };
    }
    return { line, error: "is not a JSON object" };
  } catch (error) {
    return { line, error: `is not JSON: ${(error as Error).message}` };
  }
}

interface CsvRow {
  record: string[];
  /** Lines up to the end of the record. */
  info: { lines: number };
  /** The record's text, with empty lines before it. */
  raw: string;
}

async function* readCsv(text: Readable): AsyncGenerator<ImportRecord> {
  const skipped: ImportRecord[] = [];
  const parser = parse({
    bom: true,
    info: true,
    raw: true,
    relax_column_count: true,
    // A stray quote inside a cell is a character; only one that is never closed is an error.
    relax_quotes: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    on_skip: (error) => {
      if (error === undefined) return;
      const { lines, raw } = error as CsvError & { lines: number; raw: string };
      skipped.push({ line: firstLine(lines, raw), error: error.message });
    },
  });
  text.on("error", (error) => parser.destroy(error));
  let header: string[] | null = null;
  for await (const { record, info, raw } of text.pipe(parser) as AsyncIterable<CsvRow>) {
    yield* skipped.splice(0);
    if (header === null) header = record.map((name) => name.trim());
    else yield toRecord(header, record, firstLine(info.lines, raw));
  }
  yield* skipped.splice(0);
}

function firstLine(lastLine: number, raw: string): number {
  return lastLine - (raw.trim().match(/\n/g)?.length ?? 0);
}

function toRecord(header: readonly string[], cells: readonly string[], line: number): ImportRecord {
  if (cells.length !== header.length) {
    return { line, error: `has ${cells.length} columns where the header has ${header.length}` };
  }
  return { line, values: Object.fromEntries(header.map((name, index) => [name, cells[index]])) };
}
