import { assert } from "../base/index.ts";
import type { Cases, Dataset } from "../learn/index.ts";

/**
 * A data set, or cases over one, as one object for the steps of one run to share: header length, JSON header, then the columns,
 * each aligned to 8 bytes so that a typed array can lie on it without a copy. It lives as long as the run, so it has no version.
 */
type Column = Int16Array | Uint8Array | Uint32Array | Float32Array | Float64Array;

const TYPES = { Int16Array, Uint8Array, Uint32Array, Float32Array, Float64Array } as const;

interface Header {
  /** What is no column. */
  values: Record<string, unknown>;
  columns: { name: string; type: keyof typeof TYPES; length: number }[];
}

/** A file with room for its columns, which are views of its bytes: large ones are filled where they lie. */
export function layOut(
  values: Record<string, unknown>,
  columns: Header["columns"],
): { bytes: Uint8Array<ArrayBuffer>; views: Record<string, Column> } {
  const headerBytes = new TextEncoder().encode(JSON.stringify({ values, columns } satisfies Header));
  const start = align(4 + headerBytes.byteLength);
  const size = columns.reduce(
    (end, { type, length }) => align(end + length * TYPES[type].BYTES_PER_ELEMENT),
    start,
  );
  const bytes = new Uint8Array(size);
  new DataView(bytes.buffer).setUint32(0, headerBytes.byteLength, true);
  bytes.set(headerBytes, 4);
  return { bytes, views: viewsOf(bytes, columns, start) };
}

/** Fields that are typed arrays become columns, all others JSON. */
export function encodeColumns(record: object): Uint8Array<ArrayBuffer> {
  const entries = Object.entries(record) as [string, unknown][];
  const columns = entries.filter((entry): entry is [string, Column] => ArrayBuffer.isView(entry[1]));
  const { bytes, views } = layOut(
    Object.fromEntries(entries.filter(([, value]) => !ArrayBuffer.isView(value))),
    columns.map(([name, column]) => ({
      name,
      type: column.constructor.name as keyof typeof TYPES,
      length: column.length,
    })),
  );
  for (const [name, column] of columns) views[name]?.set(column as never);
  return bytes;
}

export function decodeColumns(bytes: Uint8Array<ArrayBuffer>): Record<string, unknown> {
  assert(bytes.byteOffset === 0, "the columns must be aligned");
  const headerLength = new DataView(bytes.buffer).getUint32(0, true);
  const header = readHeader(bytes, headerLength);
  return { ...header.values, ...viewsOf(bytes, header.columns, align(4 + headerLength)) };
}

function viewsOf(bytes: Uint8Array<ArrayBuffer>, columns: Header["columns"], start: number) {
  const views: Record<string, Column> = {};
  let offset = start;
  for (const { name, type, length } of columns) {
    const column = new TYPES[type](bytes.buffer, offset, length);
    views[name] = column;
    offset = align(offset + column.byteLength);
  }
  return views;
}

/**
 * A decoded data set whose columns have been cut short, as a file in the bytes that it was decoded from: a copy would be as large
 * again. The data set is used up.
 */
export function repack(bytes: Uint8Array<ArrayBuffer>, dataset: Dataset): Uint8Array<ArrayBuffer> {
  const headerLength = new DataView(bytes.buffer).getUint32(0, true);
  const { values, columns } = readHeader(bytes, headerLength);
  const shorter = columns.map((column) => ({
    ...column,
    length: (dataset[column.name as keyof Dataset] as Column).length,
  }));
  let offset = align(4 + headerLength);
  for (const { name, type, length } of shorter) {
    const { byteOffset, byteLength } = dataset[name as keyof Dataset] as Column;
    // Downwards or not at all, first column first: nothing is overwritten that is still to be moved.
    bytes.copyWithin(offset, byteOffset, byteOffset + byteLength);
    offset = align(offset + length * TYPES[type].BYTES_PER_ELEMENT);
  }
  // JSON may end in blanks: the header keeps its place whatever digits its lengths have.
  const header = JSON.stringify({ values, columns: shorter } satisfies Header);
  bytes.set(new TextEncoder().encode(header + " ".repeat(headerLength)).subarray(0, headerLength), 4);
  return bytes.subarray(0, offset);
}

function readHeader(bytes: Uint8Array<ArrayBuffer>, headerLength: number): Header {
  return JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + headerLength))) as Header;
}

/** Without the users' ids: no learner asks for them, and 300,000 of them would take 15 MB of every step. */
export function encodeDataset({ userIds, ...rest }: Dataset): Uint8Array<ArrayBuffer> {
  return encodeColumns({ userCount: userIds.length, ...rest });
}

/** Every user's id is empty. */
export function decodeDataset(bytes: Uint8Array<ArrayBuffer>): Dataset {
  return named(decodeColumns(bytes));
}

function named({ userCount, ...rest }: Record<string, unknown>): Dataset {
  return { userIds: new Array(userCount as number).fill(""), ...rest } as unknown as Dataset;
}

/** With the data set that they stand in, which keeps only the users who have a case. */
export function encodeCases(cases: Cases): Uint8Array<ArrayBuffer> {
  const { dataset, ...own } = withOwnUsers(cases);
  const { userIds, ...rest } = dataset;
  const prefixed = Object.entries({ userCount: userIds.length, ...rest }).map(([name, value]) => [
    `dataset.${name}`,
    value,
  ]);
  return encodeColumns({ ...own, ...Object.fromEntries(prefixed) });
}

export function decodeCases(bytes: Uint8Array<ArrayBuffer>): Cases {
  const own: Record<string, unknown> = {};
  const dataset: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(decodeColumns(bytes))) {
    if (name.startsWith("dataset.")) dataset[name.slice("dataset.".length)] = value;
    else own[name] = value;
  }
  return { ...own, dataset: named(dataset) } as unknown as Cases;
}

/** Cases are drawn from a part of the users: the rows of the others are of no use to them. */
function withOwnUsers(cases: Cases): Cases {
  const { dataset } = cases;
  const kept = [...new Set(cases.users)].sort((a, b) => a - b);
  const userStart = new Uint32Array(kept.length + 1);
  for (const [place, user] of kept.entries()) {
    userStart[place + 1] = (userStart[place] as number) + rowsOf(dataset, user).length;
  }
  const column = <C extends Column>(make: (length: number) => C, from: C): C => {
    const to = make(userStart[kept.length] as number);
    for (const [place, user] of kept.entries()) {
      const { start, end } = rowsOf(dataset, user);
      to.set(from.subarray(start, end) as never, userStart[place]);
    }
    return to;
  };
  const placeOf = new Map(kept.map((user, place) => [user, place]));
  /** How far a row moves when the rows of the others go. */
  const shift = Float64Array.from(
    kept,
    (user, place) => (userStart[place] as number) - rowsOf(dataset, user).start,
  );
  const places = Uint32Array.from(cases.users, (user) => placeOf.get(user) as number);
  const moved = (row: number, index: number) => row + (shift[places[index] as number] as number);
  return {
    ...cases,
    users: places,
    targetRows: cases.targetRows.map(moved),
    historyEnds: cases.historyEnds.map(moved),
    dataset: {
      ...dataset,
      userIds: kept.map((user) => dataset.userIds[user] as string),
      userStart,
      items: column((length) => new Uint32Array(length), dataset.items),
      timesMs: column((length) => new Float64Array(length), dataset.timesMs),
      weights: column((length) => new Float32Array(length), dataset.weights),
      types: column((length) => new Uint8Array(length), dataset.types),
    },
  };
}

function rowsOf({ userStart }: Dataset, user: number): { start: number; end: number; length: number } {
  const start = userStart[user] as number;
  const end = userStart[user + 1] as number;
  return { start, end, length: end - start };
}

function align(offset: number): number {
  return (offset + 7) & ~7;
}
