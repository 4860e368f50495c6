import type { AsyncBuffer } from "hyparquet";
import type { ObjectStore } from "../../base/index.ts";
import { LakeError } from "../error.ts";

/** Told of every read of a data file, in bytes that the store gave. */
export type OnRead = (read: { path: string; bytes: number }) => void;

export interface ByteRange {
  from: number;
  to: number;
}

/** A gap up to this between two ranges is read along: it takes less time than another call, and bytes are free in R2. */
const GAP_BYTES_MAX = 16_000;

/** A data file as hyparquet reads it; what `prefetch` fetched is not asked for again. */
export class RangeBuffer implements AsyncBuffer {
  readonly byteLength: number;
  readonly #store: ObjectStore;
  readonly #path: string;
  readonly #onRead: OnRead | undefined;
  #fetched: (ByteRange & { bytes: Promise<ArrayBuffer> })[] = [];

  constructor(store: ObjectStore, { path, bytes }: { path: string; bytes: number }, onRead?: OnRead) {
    this.#store = store;
    this.#path = path;
    this.#onRead = onRead;
    this.byteLength = bytes;
  }

  async slice(from: number, to = this.byteLength): Promise<ArrayBuffer> {
    const held = this.#fetched.find((range) => range.from <= from && to <= range.to);
    if (held === undefined) return this.#read(from, to);
    return (await held.bytes).slice(from - held.from, to - held.from);
  }

  /** Fetches the ranges in as few calls as their gaps allow, and lets go what was fetched before. */
  async prefetch(ranges: readonly ByteRange[]): Promise<void> {
    this.#fetched = joined(ranges).map((range) => ({ ...range, bytes: this.#read(range.from, range.to) }));
    await Promise.all(this.#fetched.map(({ bytes }) => bytes));
  }

  release(): void {
    this.#fetched = [];
  }

  async #read(from: number, to: number): Promise<ArrayBuffer> {
    const object = await this.#store.get(this.#path, { offset: from, length: to - from });
    // Data files are immutable. Expiry removes them in the end, and a reader that is overtaken by it must start again.
    if (object === null) {
      throw new LakeError(
        "expired",
        `data file ${this.#path} is gone: the snapshots that had it have expired`,
      );
    }
    const { bytes } = object;
    this.#onRead?.({ path: this.#path, bytes: bytes.byteLength });
    const isWhole = bytes.byteOffset === 0 && bytes.byteLength === bytes.buffer.byteLength;
    return isWhole ? bytes.buffer : bytes.slice().buffer;
  }
}

function joined(ranges: readonly ByteRange[]): ByteRange[] {
  const result: ByteRange[] = [];
  for (const range of ranges.toSorted((a, b) => a.from - b.from)) {
    const last = result.at(-1);
    if (last !== undefined && range.from - last.to <= GAP_BYTES_MAX) last.to = Math.max(last.to, range.to);
    else result.push({ ...range });
  }
  return result;
}
