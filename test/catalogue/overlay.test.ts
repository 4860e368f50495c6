import fc from "fast-check";
import { expect, it } from "vitest";
import {
  mergeOverlay,
  type OverlayItem,
  overlayKey,
  readOverlay,
  writeOverlay,
} from "../../src/catalogue/index.ts";
import { memoryObjectStore } from "../memory-object-store.ts";

const at = (item_id: string, updated_at: number, rest: Partial<OverlayItem> = {}): OverlayItem => ({
  item_id,
  updated_at,
  ...rest,
});

it("reads what was written and notices that somebody else wrote", async () => {
  const store = memoryObjectStore();
  expect(await readOverlay(store, "acme")).toBeNull();
  const overlay = mergeOverlay(null, [at("a", 1, { price: 2 })], { nowMs: 5 });
  const first = await writeOverlay(store, "acme", overlay, null);
  expect(await readOverlay(store, "acme")).toEqual({ overlay, etag: first?.etag });
  expect(await writeOverlay(store, "acme", overlay, null)).toBeNull();
  expect(await writeOverlay(store, "acme", overlay, first?.etag ?? "")).not.toBeNull();
  expect(await writeOverlay(store, "acme", overlay, first?.etag ?? "")).toBeNull();
  expect(await readOverlay(store, "other")).toBeNull();
});

it("throws at an object that is no overlay", async () => {
  const store = memoryObjectStore();
  for (const text of ["{", "[]", "null", '{"v":2,"items":{}}', '{"v":1}']) {
    await store.put(overlayKey("acme"), new TextEncoder().encode(text));
    await expect(readOverlay(store, "acme")).rejects.toThrow();
  }
});

it("keeps the later of two states, whatever the order and grouping they come in", () => {
  const change = fc.record({ id: fc.constantFrom("a", "b", "__proto__"), time: fc.nat(5) });
  fc.assert(
    fc.property(fc.array(change), fc.nat(), fc.boolean(), (changes, cut, flip) => {
      const items = changes.map(({ id, time }) => at(id, time, { price: time }));
      const whole = mergeOverlay(null, items, { nowMs: 9 });
      const order = flip ? [...items].reverse() : items;
      const half = mergeOverlay(null, order.slice(0, cut), { nowMs: 8 });
      expect(mergeOverlay(half, order.slice(cut), { nowMs: 9 })).toEqual(whole);
    }),
  );
});

it("over its bound forgets the oldest edits first, and exclusions last", () => {
  const changes = [
    at("old-hidden", 1, { hidden: true }),
    at("old-gone", 2, { deleted: true }),
    at("old-sold", 3, { stock: 0 }),
    at("old-edit", 4, { price: 1 }),
    at("new-edit", 5, { price: 1 }),
  ];
  const { items } = mergeOverlay(null, changes, { nowMs: 9, itemsMax: 4 });
  expect(Object.keys(items).sort()).toEqual(["new-edit", "old-gone", "old-hidden", "old-sold"]);
});
