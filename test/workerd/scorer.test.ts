import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { r2ObjectStore } from "../../src/base/index.ts";
import { mergeOverlay, writeOverlay } from "../../src/catalogue/index.ts";
import type { ScoreRequest } from "../../src/registry/index.ts";
import { parseRules } from "../../src/rules/index.ts";
import Scorer from "../../workers/scorer.ts";
import { idsOf, requestOf, T0 } from "../scoring/harness.ts";
import { goLive, SHOP } from "../scoring/tiny-model.ts";

const store = r2ObjectStore(env.LAKE);

/** One call of the Worker, as an RPC from the edge makes it: with a context of its own, background work included. */
async function score(request: ScoreRequest) {
  const context = createExecutionContext();
  const answer = await new Scorer(context, env).score(request);
  await waitOnExecutionContext(context);
  return answer;
}

it("serves, swaps and overlays models from R2 with ONNX Runtime in workerd", async () => {
  expect(await score(requestOf("acme", ["boots"]))).toEqual({ status: "cold" });
  expect(await score(requestOf("acme", ["boots"]))).toEqual({ status: "no_model" });

  const old = await goLive(store, "acme", SHOP);
  await score(requestOf("acme", ["boots"], { nowMs: T0 + 15_000 }));
  const first = await score(requestOf("acme", ["boots"], { nowMs: T0 + 16_000, fields: ["title"] }));
  expect(first).toMatchObject({ status: "ok", modelVersion: old.version, overlayEtag: null });
  expect(first.status === "ok" && idsOf(first)).toEqual(["sandals", "novel", "atlas"]);
  expect(first.status === "ok" && first.items[0]?.fields).toEqual({ title: "Beach sandals" });

  const clogs = { item_id: "clogs", title: "Clogs", categories: ["shoes"], tags: ["winter"], updated_at: 1 };
  const overlay = mergeOverlay(null, [clogs, { item_id: "sandals", stock: 0 }], { nowMs: 1 });
  await writeOverlay(store, "acme", overlay, null);
  const next = await goLive(store, "acme", SHOP, { createdAtMs: 1_000 });
  const during = await score(requestOf("acme", ["boots"], { nowMs: T0 + 30_000 }));
  expect(during).toMatchObject({ status: "ok", modelVersion: old.version });
  const after = await score(requestOf("acme", ["boots"], { nowMs: T0 + 31_000 }));
  expect(after).toMatchObject({ status: "ok", modelVersion: next.version });
  expect(after.status === "ok" && idsOf(after)).toEqual(["clogs", "novel", "atlas"]);
});

it("answers requests of two tenants at once, each from its own model", async () => {
  await goLive(store, "left", SHOP);
  const right = SHOP.map((item) => ({
    ...item,
    title: `Right ${item.title}`,
    stock: item.item_id === "novel" ? 0 : 9,
  }));
  await goLive(store, "right", right);
  await Promise.all([score(requestOf("left", [])), score(requestOf("right", []))]);
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, i) =>
      score(requestOf(i % 2 === 0 ? "left" : "right", ["boots"], { fields: ["title"], nowMs: T0 + i })),
    ),
  );
  for (const [i, answer] of answers.entries()) {
    expect(answer.status).toBe("ok");
    expect(JSON.stringify(answer).includes("Right")).toBe(i % 2 === 1);
    expect(JSON.stringify(answer).includes("novel")).toBe(i % 2 === 0);
  }
});

it("answers under rules, over an overlay, with reasons", async () => {
  await goLive(store, "ruled", SHOP);
  const edits = [
    { item_id: "atlas", title: "World atlas", brand: "Globe", price: 30, updated_at: 1 },
    { item_id: "clogs", title: "Clogs", brand: "Globe", price: 50, categories: ["shoes"], updated_at: 1 },
  ];
  await writeOverlay(store, "ruled", mergeOverlay(null, edits, { nowMs: 1 }), null);
  await score(requestOf("ruled", []));
  const parsed = parseRules({
    filter: [
      { name: "globe", where: { brand: "Globe" } },
      { name: "cheap", where: { price: { lte: 30 } } },
    ],
    pin: [{ item_id: "atlas", position: 1 }],
    relax: ["filter.cheap"],
  });
  if (!parsed.ok) throw new Error(parsed.error[0]?.message);
  const rules = parsed.value;
  const one = await score(requestOf("ruled", ["boots"], { rules, limit: 1, nowMs: T0 + 1_000 }));
  expect(one).toMatchObject({ status: "ok", qualifying: 1, items: [{ itemId: "atlas" }] });
  const more = { rules, limit: 2, explain: true, explainItems: ["novel"], nowMs: T0 + 2_000 };
  const two = await score(requestOf("ruled", ["boots"], more));
  expect(two).toMatchObject({
    status: "ok",
    relaxed: ["filter.cheap"],
    items: [
      { itemId: "atlas", why: { pin: "pin[0]" } },
      { itemId: "clogs", why: { rankBefore: 1, history: [{ itemId: "boots" }] } },
    ],
    unlisted: [{ itemId: "novel", reason: "filter.globe" }],
  });
  const ladder = [{ source: "trending", itemIds: ["sandals", "clogs"] }];
  const unknown = await score(requestOf("ruled", [], { rules, ladder, limit: 2, nowMs: T0 + 3_000 }));
  expect(unknown.status === "ok" && unknown.items.map(({ itemId, source }) => [itemId, source])).toEqual([
    ["atlas", "popular"],
    ["clogs", "trending"],
  ]);
});
