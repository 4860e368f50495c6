import { expect, it } from "vitest";
import { LATE_ITEMS_MAX } from "../../src/base/index.ts";
import { LATE_FEATURES, mergeOverlay, writeOverlay } from "../../src/catalogue/index.ts";
import { nodeEngine } from "../../src/runtime/node.ts";
import { harness, idsOf, requestOf } from "./harness.ts";
import { goLive, SHOP } from "./tiny-model.ts";

const ENGINE = nodeEngine();

async function withLateItems(count: number) {
  const h = harness(ENGINE);
  await goLive(h.store, "acme", SHOP);
  const late = Array.from({ length: count }, (_, i) => ({
    item_id: `late-${i}`,
    categories: i % 2 === 0 ? ["shoes"] : ["books"],
    updated_at: i,
  }));
  await writeOverlay(h.store, "acme", mergeOverlay(null, late, { nowMs: count }), null);
  await h.warm("acme");
  return h;
}

it.each([1, 50])("answers from N + M candidates with %i late items, each once", async (count) => {
  const { score, log } = await withLateItems(count);
  const limit = SHOP.length + count;
  const answer = await score(requestOf("acme", ["boots"], { limit, excludeHistory: false }));
  const ids = answer.status === "ok" ? (idsOf(answer) ?? []) : [];
  expect(log.runs.at(-1)?.k?.data).toEqual(BigInt64Array.of(BigInt(limit)));
  expect(new Set(ids).size).toBe(ids.length);
  // All but the hidden and the sold-out one.
  expect(ids).toHaveLength(limit - 2);
});

it("keeps the newest late items when there are too many", async () => {
  const { score, log } = await withLateItems(LATE_ITEMS_MAX + 100);
  const answer = await score(requestOf("acme", ["late-1098"], { limit: 2_000 }));
  expect(log.runs.at(-1)?.late_features?.dims).toEqual([LATE_ITEMS_MAX, LATE_FEATURES]);
  const ids = new Set(answer.status === "ok" ? idsOf(answer) : []);
  expect([ids.has("late-99"), ids.has("late-100"), ids.has("late-1099")]).toEqual([false, true, true]);
  expect((await score(requestOf("acme", ["late-99"]))).status).toBe("no_history");
});

it("excludes a late item as any other", async () => {
  const { score } = await withLateItems(3);
  const answer = await score(requestOf("acme", ["late-0"], { exclude: ["late-2"], limit: 100 }));
  const ids = answer.status === "ok" ? (idsOf(answer) ?? []) : [];
  expect(ids).toContain("late-1");
  expect(ids).not.toContain("late-0");
  expect(ids).not.toContain("late-2");
});
