import { listAll, type ObjectStore } from "../../base/index.ts";
import { type PackedRows, packRows, unpackRows } from "./packed.ts";

/** Objects of every run stand under `work/lake/<run>/`: what a crash leaves is found and swept by that name. */
export const WORK_PREFIX = "work/lake/";

/** A row that can lie in an object meanwhile: anything that JSON brings back as it was. */
export type Storable = readonly unknown[] | { readonly [name: string]: unknown };

/** A run's own place for rows that do not fit into memory. Nothing in it is ever the truth. */
export interface Scratch {
  /** One immutable object; its key. */
  write(rows: readonly Storable[]): Promise<string>;
  read<Row extends Storable>(key: string): Promise<Row[]>;
  /** The same rows, a few at a time: the others are not put together yet. */
  pieces<Row extends Storable>(key: string): AsyncGenerator<Row[]>;
  remove(keys: readonly string[]): Promise<void>;
  /** Everything that stands under the run's name, also what an earlier attempt left. */
  clear(): Promise<void>;
}

/** Rows handed on at once within a merge: so few that they are gone before the heap's young generation is collected twice. */
export const PIECE_ROWS = 64;

/** The store takes so many keys in one call. */
const DELETE_KEYS_MAX = 1_000;

/** `run` must be nobody else's: two runs under one name would overwrite each other's objects. */
export function openScratch(store: ObjectStore, run: string): Scratch {
  const prefix = `${WORK_PREFIX}${run}/`;
  let written = 0;
  async function remove(keys: readonly string[]): Promise<void> {
    for (let from = 0; from < keys.length; from += DELETE_KEYS_MAX)
      await store.delete(keys.slice(from, from + DELETE_KEYS_MAX));
  }
  /** Apart, so that bytes and text are let go before the rows are asked for. */
  async function load(key: string): Promise<PackedRows> {
    const object = await store.get(key);
    if (object === null) throw new Error(`${key} is gone: the run it belongs to was swept`);
    return unpackRows(new TextDecoder().decode(object.bytes));
  }
  async function* pieces<Row extends Storable>(key: string): AsyncGenerator<Row[]> {
    const { count, at } = await load(key);
    for (let from = 0; from < count; from += PIECE_ROWS) {
      const length = Math.min(PIECE_ROWS, count - from);
      yield Array.from({ length }, (_, index) => at(from + index) as Row);
    }
  }
  return {
    async write(rows) {
      const key = `${prefix}${String(written++).padStart(8, "0")}.json`;
      await store.put(key, new TextEncoder().encode(packRows(rows)));
      return key;
    },
    async read<Row extends Storable>(key: string) {
      const rows: Row[] = [];
      for await (const piece of pieces<Row>(key)) rows.push(...piece);
      return rows;
    },
    pieces,
    remove,
    async clear() {
      const keys: string[] = [];
      for await (const { key } of listAll(store, prefix)) keys.push(key);
      await remove(keys);
    },
  };
}
