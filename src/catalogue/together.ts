import { err, ok, type Result } from "../base/index.ts";

/** The file of an artifact that says what is bought together. Absent where nothing was, and in models made before it was kept. */
export const TOGETHER_FILE = "together.bin";

/** Which items go into one basket more often than chance would have it. */
export interface ItemsTogether {
  /** N */
  readonly count: number;
  /** About what it holds in memory: for the scorer's bookkeeping. */
  readonly bytes: number;
  /** Best first; empty where too little is known, and for items newer than the model. `score` > 0: a log-likelihood ratio. */
  neighboursOf(item: number): { index: number; score: number }[];
}

/** The lists of all items, one after another. */
export interface TogetherLists {
  /** [N + 1] The list of item i stands at start[i] … start[i + 1] − 1. */
  start: Uint32Array<ArrayBuffer>;
  /** [pairs] item index. */
  indices: Uint32Array<ArrayBuffer>;
  /** [pairs] falling within a list. */
  scores: Float32Array<ArrayBuffer>;
}

/** "LST1", little-endian: the format's number is part of it. */
const MAGIC = 0x3154534c;
/** Magic, N, pairs, 0: uint32 each. Then start, indices and scores. */
const HEADER_BYTES = 16;

export function encodeTogether(lists: TogetherLists): Uint8Array<ArrayBuffer> {
  const count = lists.start.length - 1;
  const pairs = lists.indices.length;
  const bytes = new Uint8Array(byteLength(count, pairs));
  const header = new DataView(bytes.buffer);
  for (const [field, value] of [MAGIC, count, pairs].entries()) header.setUint32(4 * field, value, true);
  const { start, indices, scores } = listsOf(bytes, count, pairs);
  start.set(lists.start);
  indices.set(lists.indices);
  scores.set(lists.scores);
  return bytes;
}

/** The lists lie on `bytes`, which must not be changed. An error for what is no such file. */
export function readTogether(bytes: Uint8Array<ArrayBuffer>): Result<ItemsTogether> {
  if (bytes.byteLength < HEADER_BYTES) return err(`${TOGETHER_FILE} has no header`);
  const header = new DataView(bytes.buffer, bytes.byteOffset);
  if (header.getUint32(0, true) !== MAGIC) return err(`${TOGETHER_FILE} is of another format`);
  const count = header.getUint32(4, true);
  const pairs = header.getUint32(8, true);
  if (bytes.byteLength !== byteLength(count, pairs)) {
    return err(
      `${TOGETHER_FILE} of ${pairs} pairs is ${byteLength(count, pairs)} B long, this one ${bytes.byteLength} B`,
    );
  }
  const lists = listsOf(bytes.byteOffset % 4 === 0 ? bytes : bytes.slice(), count, pairs);
  if (!isSound(lists)) return err(`${TOGETHER_FILE} names items that are not there`);
  const { start, indices, scores } = lists;
  return ok({
    count,
    bytes: bytes.byteLength,
    neighboursOf(item) {
      const [from, until] = [start[item] ?? 0, start[item + 1] ?? 0];
      const found: { index: number; score: number }[] = [];
      for (let at = from; at < until; at++) {
        found.push({ index: indices[at] as number, score: scores[at] as number });
      }
      return found;
    },
  });
}

function isSound({ start, indices }: TogetherLists): boolean {
  const count = start.length - 1;
  if (start[0] !== 0 || start[count] !== indices.length) return false;
  for (let item = 0; item < count; item++) {
    if ((start[item] as number) > (start[item + 1] as number)) return false;
  }
  return indices.every((index) => index < count);
}

function listsOf(
  { buffer, byteOffset }: Uint8Array<ArrayBuffer>,
  count: number,
  pairs: number,
): TogetherLists {
  const at = byteOffset + HEADER_BYTES;
  const indicesAt = at + 4 * (count + 1);
  return {
    start: new Uint32Array(buffer, at, count + 1),
    indices: new Uint32Array(buffer, indicesAt, pairs),
    scores: new Float32Array(buffer, indicesAt + 4 * pairs, pairs),
  };
}

function byteLength(count: number, pairs: number): number {
  return HEADER_BYTES + 4 * (count + 1) + 8 * pairs;
}
