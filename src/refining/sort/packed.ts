/**
 * Rows as JSON by column: names stand once, what is the same in all rows stands once and is one value in memory again, and rows of
 * forty cells with thirty empty ones become a third as long. What comes back is what JSON would bring back, names in their order.
 */
export function packRows(rows: readonly unknown[]): string {
  return JSON.stringify({ count: rows.length, values: pack(rows) });
}

/** Rows that were packed; each is put together when it is asked for. */
export interface PackedRows {
  count: number;
  at(row: number): unknown;
}

/** Inverse of `packRows`. */
export function unpackRows(text: string): PackedRows {
  const { count, values } = JSON.parse(text) as { count: number; values: Packed };
  return { count, at: readerOf(values, count) };
}

type Packed =
  | { all: unknown }
  | { each: readonly unknown[] }
  | { tuple: Packed[] }
  /** `which`: the shape of each value. */
  | { shapes: { names: string[]; count: number; cells: Packed[] }[]; which: Packed };

/** Values of more different shapes are data of their own, not rows. */
const SHAPES_MAX = 8;

function pack(values: readonly unknown[]): Packed {
  const [first] = values;
  if (values.every((value) => value === first) && (typeof first !== "object" || first === null)) {
    return { all: first ?? null };
  }
  if (Array.isArray(first)) {
    const { length } = first;
    if (!values.every((value) => Array.isArray(value) && value.length === length)) return { each: values };
    const tuples = values as readonly unknown[][];
    return { tuple: first.map((_, index) => pack(tuples.map((tuple) => tuple[index]))) };
  }
  return (values.every(isRecord) ? packRecords(values) : null) ?? { each: values };
}

type Named = Readonly<Record<string, unknown>>;

function isRecord(value: unknown): value is Named {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Null when they are of too many shapes, or of one that cannot be put together again name by name. */
function packRecords(records: readonly Named[]): Packed | null {
  const shapes: { names: string[]; records: Named[] }[] = [];
  const which: number[] = [];
  for (const record of records) {
    const names = Object.keys(record).filter((name) => record[name] !== undefined);
    let index = shapes.findIndex((shape) => sameNames(shape.names, names));
    if (index < 0) {
      if (shapes.length === SHAPES_MAX || names.includes("__proto__")) return null;
      index = shapes.push({ names, records: [] }) - 1;
    }
    shapes[index]?.records.push(record);
    which.push(index);
  }
  return {
    shapes: shapes.map(({ names, records: own }) => ({
      names,
      count: own.length,
      cells: names.map((name) => pack(own.map((record) => record[name]))),
    })),
    which: pack(which),
  };
}

function sameNames(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, index) => name === b[index]);
}

type Reader = (row: number) => unknown;

function readerOf(packed: Packed, count: number): Reader {
  if ("all" in packed) return () => packed.all;
  if ("each" in packed) return (row) => packed.each[row];
  if ("shapes" in packed) return recordReader(packed, count);
  const cells = packed.tuple.map((column) => readerOf(column, count));
  return (row) => {
    const tuple = new Array<unknown>(cells.length);
    for (let index = 0; index < cells.length; index++) tuple[index] = cells[index]?.(row);
    return tuple;
  };
}

function recordReader({ shapes, which }: Extract<Packed, { which: unknown }>, count: number): Reader {
  const readers = shapes.map(({ names, count: own, cells }): Reader => {
    const columns = cells.map((column) => readerOf(column, own));
    return (row) => {
      const record: Record<string, unknown> = {};
      for (let index = 0; index < names.length; index++)
        record[names[index] as string] = columns[index]?.(row);
      return record;
    };
  });
  const shapeOf = readerOf(which, count) as (row: number) => number;
  // Where each stands among those of its shape.
  const places = new Uint32Array(count);
  const next = readers.map(() => 0);
  for (let row = 0; row < count; row++) {
    const shape = shapeOf(row);
    places[row] = next[shape] as number;
    next[shape] = (next[shape] as number) + 1;
  }
  return (row) => readers[shapeOf(row)]?.(places[row] as number);
}
