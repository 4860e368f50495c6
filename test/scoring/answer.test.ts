import { expect, it } from "vitest";
import { HISTORY_MAX, type Tensor } from "../../src/base/index.ts";
import { LATE_FEATURES, mergeOverlay, type OverlayItem, writeOverlay } from "../../src/catalogue/index.ts";
import { nodeEngine } from "../../src/runtime/node.ts";
import { harness, idsOf, requestOf, T0 } from "./harness.ts";
import { goLive, SHOP } from "./tiny-model.ts";

async function shopWith(overlayItems: OverlayItem[] = []) {
  const h = harness(nodeEngine());
  const manifest = await goLive(h.store, "acme", SHOP);
  if (overlayItems.length > 0) {
    await writeOverlay(h.store, "acme", mergeOverlay(null, overlayItems, { nowMs: 1 }), null);
  }
  await h.warm("acme");
  return { ...h, manifest };
}

const numbersOf = (tensor: Tensor | undefined) =>
  Array.from((tensor?.data ?? []) as Iterable<number>, Number);

it("ranks what is near the history first, without the history and what is not available", async () => {
  const { score, manifest } = await shopWith();
  const answer = await score(requestOf("acme", ["boots"]));
  expect(answer).toMatchObject({ status: "ok", modelVersion: manifest.version, overlayEtag: null });
  expect(answer.status === "ok" && idsOf(answer)).toEqual(["sandals", "novel", "atlas"]);
  const again = await score(requestOf("acme", ["boots"], { excludeHistory: false, limit: 1 }));
  expect(again.status === "ok" && idsOf(again)).toEqual(["boots"]);
  expect(again.status === "ok" && again.items[0]?.score).toBeCloseTo(1, 5);
});

it("leaves out what the request excludes, and only for this request", async () => {
  const { score } = await shopWith();
  const answer = await score(requestOf("acme", ["boots"], { exclude: ["sandals", "unknown", "secret"] }));
  expect(answer.status === "ok" && idsOf(answer)).toEqual(["novel", "atlas"]);
  const next = await score(requestOf("acme", ["boots"]));
  expect(next.status === "ok" && idsOf(next)).toEqual(["sandals", "novel", "atlas"]);
  const all = await score(requestOf("acme", ["boots"], { exclude: SHOP.map(({ item_id }) => item_id) }));
  expect(all.status === "ok" && all.items).toEqual([]);
});

it("answers any limit", async () => {
  const { score, log } = await shopWith();
  for (const [limit, count] of [
    [0, 0],
    [-1, 0],
    [2, 2],
    [2.9, 2],
    [100_000, 3],
  ] as const) {
    const answer = await score(requestOf("acme", ["boots"], { limit }));
    expect(answer.status === "ok" && answer.items.length).toBe(count);
  }
  expect(log.runs.at(-1)?.k?.data).toEqual(BigInt64Array.of(6n));
});

it("says when nothing of the history is known", async () => {
  const { score, manifest } = await shopWith();
  for (const items of [[], ["unknown", "other"]]) {
    expect(await score(requestOf("acme", items))).toEqual({
      status: "no_history",
      modelVersion: manifest.version,
    });
  }
});

it("keeps equal scores in the order of their index", async () => {
  const h = harness(nodeEngine());
  const items = Array.from({ length: 300 }, (_, i) => ({
    item_id: `i${i}`,
    categories: ["c"],
    popularity: 1,
  }));
  await goLive(h.store, "acme", items);
  await h.warm("acme");
  const answer = await h.score(requestOf("acme", ["i5"], { limit: 100 }));
  const expected = items.map(({ item_id }) => item_id).filter((id) => id !== "i5");
  expect(answer.status === "ok" && idsOf(answer)).toEqual(expected.slice(0, 100));
});

it("feeds the newest part of the history, padded, with ages in seconds", async () => {
  const { score, log } = await shopWith();
  await score(requestOf("acme", ["novel", "unknown", "boots"]));
  const feeds = log.runs.at(-1) ?? {};
  expect(feeds.history?.dims).toEqual([1, 8]);
  expect(numbersOf(feeds.history)).toEqual([2, 0, 0, 0, 0, 0, 0, 0]);
  expect(numbersOf(feeds.history_mask)).toEqual([1, 1, 0, 0, 0, 0, 0, 0]);
  expect(feeds.history_age?.data[0]).toBe(60);
  expect(feeds.late_features?.dims).toEqual([0, LATE_FEATURES]);

  const many = Array.from({ length: HISTORY_MAX + 20 }, (_, i) => (i < 20 ? "novel" : "boots"));
  const answer = await score(requestOf("acme", many));
  const cut = log.runs.at(-1)?.history;
  expect(cut?.dims).toEqual([1, HISTORY_MAX]);
  expect(new Set(numbersOf(cut))).toEqual(new Set([0]));
  // What is cut away from the model's sight is still seen.
  expect(answer.status === "ok" && idsOf(answer)).toEqual(["sandals", "atlas"]);
});

it("weighs the history as training did: what that left out says nothing, but has been seen", async () => {
  const h = harness(nodeEngine());
  await goLive(h.store, "acme", SHOP, { historyWeights: { 4: 9, 2: 0 } });
  await h.warm("acme");
  const entry = (itemId: string, typeCode: number) => ({ itemId, typeCode, weight: 1, occurredAtMs: T0 });
  const history = [entry("boots", 1), entry("novel", 4), entry("atlas", 2)];
  const answer = await h.score(requestOf("acme", [], { history }));
  const { history: items, history_weight: weights, history_mask: mask } = h.log.runs.at(-1) ?? {};
  expect(numbersOf(items).slice(0, 2)).toEqual([0, 2]);
  expect(numbersOf(weights).slice(0, 2)).toEqual([1, 9]);
  expect(numbersOf(mask)).toEqual([1, 1, 0, 0, 0, 0, 0, 0]);
  expect(answer.status === "ok" && idsOf(answer)).toEqual(["sandals"]);
  const left = await h.score(requestOf("acme", [], { history: [entry("atlas", 2)] }));
  expect(left.status).toBe("no_history");
});

it("recommends items newer than the model, and takes them as history", async () => {
  const { score } = await shopWith([
    { item_id: "clogs", title: "Wooden clogs", categories: ["shoes"], tags: ["winter"], updated_at: 2 },
    { item_id: "hidden-clogs", categories: ["shoes"], tags: ["winter"], hidden: true, updated_at: 3 },
    { item_id: "lost", categories: ["shoes"], deleted: true, updated_at: 3 },
  ]);
  const answer = await score(requestOf("acme", ["boots"], { fields: ["title"] }));
  expect(answer.status === "ok" && idsOf(answer)).toEqual(["clogs", "sandals", "novel", "atlas"]);
  expect(answer.status === "ok" && answer.items[0]?.fields).toEqual({ title: "Wooden clogs" });
  const byLate = await score(requestOf("acme", ["clogs"], { limit: 1 }));
  expect(byLate.status === "ok" && idsOf(byLate)).toEqual(["boots"]);
  expect((await score(requestOf("acme", ["hidden-clogs"]))).status).toBe("no_history");
});

it("lets the overlay win over the model's catalogue, in rules and in fields", async () => {
  const { score } = await shopWith([
    { item_id: "sandals", hidden: true, updated_at: 2 },
    { item_id: "secret", title: "Open secret", price: 1, categories: ["shoes"], updated_at: 2 },
    { item_id: "gone", stock: 4, updated_at: 2 },
    { item_id: "novel", deleted: true, updated_at: 2 },
  ]);
  const answer = await score(requestOf("acme", ["boots"], { fields: ["title", "price", "tags"] }));
  expect(answer.status).toBe("ok");
  const items = answer.status === "ok" ? answer.items : [];
  expect(idsOf({ items })?.sort()).toEqual(["atlas", "gone", "secret"]);
  const fieldsOf = (id: string) => items.find(({ itemId }) => itemId === id)?.fields;
  expect(fieldsOf("secret")).toEqual({ title: "Open secret", price: 1 });
  expect(fieldsOf("atlas")).toEqual({ title: "World atlas", tags: ["maps"] });
});
