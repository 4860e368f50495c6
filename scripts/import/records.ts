import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { CsvError, parse } from "csv-parse";

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
  info: { lines: number };
}

async function* readCsv(text: Readable): AsyncGenerator<ImportRecord> {
  const skipped: ImportRecord[] = [];
  const parser = parse({
    bom: true,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    on_skip: (error) => {
      if (error instanceof CsvError) skipped.push({ line: Number(error.lines ?? 0), error: error.message });
      return undefined;
    },
  });
  text.on("error", (error) => parser.destroy(error));
  let header: string[] | null = null;
  let nextLine = 1;
  for await (const { record, info } of text.pipe(parser) as AsyncIterable<CsvRow>) {
    yield* skipped.splice(0);
    const line = nextLine;
    nextLine = info.lines + 1;
    if (header === null) header = record.map((name) => name.trim());
    else yield toRecord(header, record, line);
  }
  yield* skipped.splice(0);
}

function toRecord(header: readonly string[], cells: readonly string[], line: number): ImportRecord {
  if (cells.length !== header.length) {
    return { line, error: `has ${cells.length} columns where the header has ${header.length}` };
  }
  return { line, values: Object.fromEntries(header.map((name, index) => [name, cells[index]])) };
}
