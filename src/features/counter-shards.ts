import { fnv1a32 } from "../base/index.ts";

/** Items of a bucket are spread over so many rows: 50,000 of them, each of 45 B, make 35 KB a row, and who reads one item reads that. */
export const SHARDS = { item: 64, category: 4 } as const;

export type CounterKind = keyof typeof SHARDS;

export const COUNTER_KINDS = ["item", "category"] as const satisfies readonly CounterKind[];

/** Where a part has the increments of a kind. */
export const PART_COLUMNS = { item: "items", category: "categories" } as const satisfies Record<
  CounterKind,
  string
>;

export function shardOf(kind: CounterKind, key: string): number {
  return fnv1a32(key) % SHARDS[kind];
}
