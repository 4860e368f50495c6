import Papa from "papaparse";

/** One row of a file, or why it is none. `row`: its line, in a table with the header as the first. */
export interface FileRow {
  row: number;
  values?: Record<string, unknown>;
  error?: string;
}

/** Rows in a piece of the file, and the bytes of the file up to its end, roughly where a table's letters take more than one. */
export interface Piece {
  rows: FileRow[];
  bytes: number;
}

/** Bytes of a table that are read in one go: some thousand rows, parsed between two frames. */
const PIECE_BYTES = 500_000;
/** Enough to see whether the letters are UTF-8. */
const LETTERS_BYTES = 100_000;

/** What a file holds, by its name and its beginning; an error in words where it cannot be read here. */
export async function readerOf(file: File): Promise<(() => AsyncGenerator<Piece>) | { error: string }> {
  const head = new Uint8Array(await file.slice(0, LETTERS_BYTES).arrayBuffer());
  if (head.length === 0) return { error: "The file is empty." };
  if (head[0] === 0x1f && head[1] === 0x8b) return { error: "The file is compressed: unpack it first." };
  if (head[0] === 0x50 && head[1] === 0x4b)
    return {
      error: "This is a spreadsheet or an archive: save it as CSV in your spreadsheet program first.",
    };
  const encoding = encodingOf(head);
  const start = new TextDecoder(encoding).decode(head).trimStart();
  if (start.startsWith("["))
    return {
      error: "This is one list of JSON. What can be read in pieces is JSON lines: one object on each line.",
    };
  if (start.startsWith("{")) return () => readJsonLines(file);
  return () => readTable(file, encoding);
}

/** Older spreadsheet programs write Windows' letters. */
function encodingOf(head: Uint8Array): "utf-8" | "windows-1252" | "utf-16le" {
  if (head[0] === 0xff && head[1] === 0xfe) return "utf-16le";
  try {
    // The last letter may be cut in half: as part of a stream that is no fault.
    new TextDecoder("utf-8", { fatal: true }).decode(head, { stream: true });
    return "utf-8";
  } catch {
    return "windows-1252";
  }
}

/** A table's rows by its header; the delimiter is found by the parser. Not one piece is read ahead of who asks. */
async function* readTable(file: File, encoding: string): AsyncGenerator<Piece> {
  const pieces = parsedPieces(file, encoding);
  let header: string[] | null = null;
  let row = 0;
  for await (const { data, bytes } of pieces) {
    const rows: FileRow[] = [];
    for (const cells of data) {
      row++;
      if (header === null) header = namesOf(cells);
      else if (cells.some((cell) => cell.trim() !== "")) rows.push(toRow(header, cells, row));
    }
    yield { rows, bytes };
  }
}

/** Each name once, and none empty: a column without a name is told by its place. */
function namesOf(cells: readonly string[]): string[] {
  const names: string[] = [];
  for (const [index, cell] of cells.entries()) {
    const name = cell.replace(/^\uFEFF/, "").trim() || `column ${index + 1}`;
    names.push(names.includes(name) ? `${name} (${index + 1})` : name);
  }
  return names;
}

function toRow(header: readonly string[], cells: readonly string[], row: number): FileRow {
  // Some exports end each row with a delimiter.
  const isWhole =
    cells.length >= header.length && cells.slice(header.length).every((cell) => cell.trim() === "");
  if (!isWhole) return { row, error: `has ${cells.length} cells where the header has ${header.length}` };
  return { row, values: Object.fromEntries(header.map((name, index) => [name, cells[index]])) };
}

interface Parsed {
  data: string[][];
  bytes: number;
}

/** The parser calls; who reads asks. It stands still from one piece until the next one is asked for. */
async function* parsedPieces(file: File, encoding: string): AsyncGenerator<Parsed> {
  type Said = { piece: Parsed; parser: Papa.Parser } | { end: true } | { error: Error };
  let hear: (said: Said) => void = () => {};
  const next = () =>
    new Promise<Said>((resolve) => {
      hear = resolve;
    });
  let waiting = next();
  Papa.parse<string[], File>(file, {
    encoding,
    chunkSize: PIECE_BYTES,
    chunk({ data, meta }, parser) {
      parser.pause();
      hear({ piece: { data, bytes: Math.min(file.size, meta.cursor) }, parser });
    },
    complete: () => hear({ end: true }),
    error: (error) => hear({ error }),
  });
  let parser: Papa.Parser | null = null;
  try {
    for (;;) {
      const said = await waiting;
      if ("error" in said) throw said.error;
      if ("end" in said) return;
      parser = said.parser;
      yield said.piece;
      waiting = next();
      parser.resume();
    }
  } finally {
    parser?.abort();
  }
}

async function* readJsonLines(file: File): AsyncGenerator<Piece> {
  let row = 0;
  let bytes = 0;
  let rest = "";
  const decoder = new TextDecoder();
  const reader = file.stream().getReader();
  for (;;) {
    const { value, done } = await reader.read();
    bytes += value?.byteLength ?? 0;
    rest += decoder.decode(value, { stream: !done });
    const lines = rest.split("\n");
    rest = done ? "" : (lines.pop() ?? "");
    const rows: FileRow[] = [];
    for (const line of lines) {
      row++;
      if (line.trim() !== "") rows.push(parseLine(line.replace(/^\uFEFF/, ""), row));
    }
    yield { rows, bytes };
    if (done) return;
  }
}

function parseLine(line: string, row: number): FileRow {
  try {
    const values: unknown = JSON.parse(line);
    if (typeof values === "object" && values !== null && !Array.isArray(values))
      return { row, values: { ...values } };
    return { row, error: "is not a JSON object" };
  } catch {
    return { row, error: "is not JSON" };
  }
}

/** So much of a file is hashed at a time, whatever its size. */
const HASHED_BYTES = 8_000_000;

/** SHA-256 over the hashes of the file's pieces: the same bytes, the same fingerprint. */
export async function fingerprintOf(file: File): Promise<string> {
  const digests: Uint8Array<ArrayBuffer>[] = [];
  for (let from = 0; from < file.size; from += HASHED_BYTES) {
    const piece = await file.slice(from, from + HASHED_BYTES).arrayBuffer();
    digests.push(new Uint8Array(await crypto.subtle.digest("SHA-256", piece)));
  }
  const whole = await crypto.subtle.digest("SHA-256", await new Blob(digests).arrayBuffer());
  return Array.from(new Uint8Array(whole), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
