import { expect, it } from "vitest";
import { Lru } from "../../src/serving/lru.ts";

it("forgets the least recently used entry first, and each after its life", () => {
  const lru = new Lru<number>({ entriesMax: 2, lifeMs: 10 });
  lru.set("a", 1, 0);
  lru.set("b", 2, 0);
  expect(lru.get("a", 1)).toBe(1);
  lru.set("c", 3, 1);
  expect([lru.get("a", 2), lru.get("b", 2), lru.get("c", 2)]).toEqual([1, undefined, 3]);
  expect([lru.get("a", 10), lru.get("c", 10)]).toEqual([undefined, 3]);
  expect(lru.size).toBe(1);
});

it("keeps the sum of weights within its bound, whatever is replaced, dropped or outlived", () => {
  const lru = new Lru<string>({ entriesMax: 100, lifeMs: 10, weightMax: 6, weightOf: (text) => text.length });
  for (const key of ["a", "b", "c"]) lru.set(key, "xx", 0);
  lru.set("c", "x", 0);
  lru.set("d", "x", 0);
  expect(lru.size).toBe(4);
  lru.set("e", "xxx", 5);
  // a 2, b 2, c 1, d 1, e 3: the oldest two had to go.
  expect(["a", "b", "c", "d", "e"].map((key) => lru.get(key, 5))).toEqual([
    undefined,
    undefined,
    "x",
    "x",
    "xxx",
  ]);
  lru.delete("e");
  for (const key of ["b", "c", "d"]) lru.get(key, 20);
  expect(lru.size).toBe(0);
  for (const key of ["f", "g", "h"]) lru.set(key, "xx", 20);
  expect(lru.size).toBe(3);
});
