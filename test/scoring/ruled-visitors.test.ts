import { describe, expect, it } from "vitest";
import {
  encodeTogether,
  mergeOverlay,
  TOGETHER_FILE,
  VECTORS_FILE,
  vectorsWriter,
  writeCatalog,
  writeOverlay,
} from "../../src/catalogue/index.ts";
import { promote, publish } from "../../src/registry/index.ts";
import { nodeEngine } from "../../src/runtime/node.ts";
import { harness, requestOf, T0 } from "./harness.ts";
import { listed, rulesOf, THINGS, thingShop } from "./ruled.ts";
import { contentGraph, goLive, manifestOf } from "./tiny-model.ts";

describe("a visitor of whom nothing is known", () => {
  const ladder = [
    { source: "segment", itemIds: ["item-30", "item-0", "nothing", "item-31"] },
    { source: "trending", itemIds: ["item-31", "item-12", "item-1"] },
  ];

  it("gets the lists as far as rules allow, then what is popular, then what is newest", async () => {
    const changes = [{ item_id: "late", brand: "brand-2", price: 9, updated_at: 5 }];
    const { ask, log } = await thingShop({ changes });
    const runs = log.runs.length;
    const answer = await ask({ filter: { price: { lt: 31 } } }, { ladder, limit: 5 }, []);
    const sources = answer.items.map(({ itemId, source }) => [itemId, source]);
    expect(sources).toEqual([
      ["item-30", "segment"],
      ["item-12", "trending"],
      ["item-2", "popular"],
      ["item-3", "popular"],
      ["item-4", "popular"],
    ]);
    expect(answer.qualifying).toBe(30);
    const all = await ask({ filter: { price: { lt: 31 } } }, { ladder, limit: 100 }, ["unknown"]);
    expect(all.ids).toHaveLength(30);
    expect(all.items.at(-1)).toMatchObject({ itemId: "late", source: "newest" });
    expect(log.runs.length).toBe(runs);
  });

  it("gets boosts, pins and caps too, in standard deviations of the places", async () => {
    const { ask } = await thingShop();
    const plain = await ask({}, { limit: 38 }, []);
    const scores = plain.items.map(({ score }) => score);
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean(scores)).toBeCloseTo(0, 6);
    expect(mean(scores.map((score) => score ** 2))).toBeCloseTo(1, 0);
    const boost = [{ where: { item_id: "item-39" }, by: 10 }];
    const pin = [{ where: { price: 38 }, position: 2 }];
    const answer = await ask({ boost, pin, cap: [{ field: "brand", max: 1 }] }, { limit: 10 }, []);
    expect(answer.ids.slice(0, 2)).toEqual(["item-39", "item-38"]);
    expect(answer.ids).toHaveLength(4);
  });

  it("is told so where there are neither rules nor lists", async () => {
    const shop = await thingShop();
    expect((await shop.score(requestOf("acme", []))).status).toBe("no_history");
  });
});

describe("a given list", () => {
  const candidates = ["item-30", "nothing", "item-0", "item-9", "item-13", "item-30", "item-1"];

  it("comes back in the model's order, whole, hidden and seen ones too, with what is not known apart", async () => {
    const { ask } = await thingShop();
    const answer = await ask(null, { candidates, limit: 2 });
    expect([...answer.ids].sort()).toEqual(["item-0", "item-1", "item-13", "item-30", "item-9"]);
    expect(answer.ids[0]).toBe("item-9");
    expect(answer.unknownCandidates).toEqual(["nothing"]);
    const scores = answer.items.map(({ score }) => score);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    const ruled = await ask(
      { filter: { price: 7 }, cap: [{ field: "brand", max: 1 }], boost: [{ where: { price: 30 }, by: 10 }] },
      { candidates },
    );
    expect(ruled.ids).toHaveLength(5);
    expect(ruled.ids[0]).toBe("item-30");
  });

  it("stays as it is for somebody of whom nothing is known", async () => {
    const { ask } = await thingShop();
    const answer = await ask(null, { candidates }, []);
    expect(answer.ids).toEqual(["item-30", "item-0", "item-9", "item-13", "item-1"]);
    expect((await ask(null, { candidates: ["nothing"] })).items).toEqual([]);
  });
});

describe("side files", () => {
  /** Items with a vector each: two crowds, odd and even; item 4 is bought with 39, 0 and 8. */
  async function shopWith(files: Record<string, Uint8Array<ArrayBuffer>>) {
    const shop = harness(nodeEngine());
    const manifest = await publish(shop.store, {
      manifest: manifestOf("acme", THINGS, 0),
      files: { "model.onnx": contentGraph(THINGS), "catalog.parquet": await writeCatalog(THINGS), ...files },
    });
    await promote(shop.store, "acme", manifest.version, { nowMs: 0 });
    await shop.warm("acme");
    return shop;
  }
  const crowds = vectorsWriter({ count: THINGS.length, dims: 4, width: 512 });
  for (const index of THINGS.keys()) crowds.setItem(index, Float32Array.of(index % 2, 1 - (index % 2), 0, 0));

  it("diversity goes by vectors.bin, and by content where there is none", async () => {
    const kindsOf = (ids: string[]) => ids.map((id) => Number(id.slice(5)) % 2);
    const request = requestOf("acme", ["item-9"], { rules: rulesOf({ diversity: 0.9 }), limit: 6 });
    const byVectors = await shopWith({ [VECTORS_FILE]: crowds.bytes });
    const mixed = listed(await byVectors.score(request));
    const plain = listed(await byVectors.score({ ...request, rules: rulesOf({}) }));
    expect(new Set(kindsOf(plain.ids.slice(0, 2))).size).toBe(1);
    expect(new Set(kindsOf(mixed.ids.slice(0, 2))).size).toBe(2);
    const byContent = await shopWith({});
    const tags = (ids: string[]) => new Set(ids.map((id) => Number(id.slice(5)) % 7)).size;
    const different = listed(await byContent.score(request));
    const alike = listed(await byContent.score({ ...request, rules: rulesOf({}) }));
    expect(tags(different.ids)).toBeGreaterThan(tags(alike.ids));
  });

  it("what is bought together comes first, as far as rules allow", async () => {
    const start = Uint32Array.from({ length: THINGS.length + 1 }, (_, item) => (item > 4 ? 3 : 0));
    const together = encodeTogether({
      start,
      indices: Uint32Array.of(39, 0, 8),
      scores: Float32Array.of(9, 5, 3),
    });
    const shop = await shopWith({ [TOGETHER_FILE]: together });
    const request = requestOf("acme", ["item-4"], { together: true, limit: 4 });
    const answer = listed(await shop.score(request));
    expect(answer.ids.slice(0, 2)).toEqual(["item-39", "item-8"]);
    expect(answer.items.map(({ source }) => source)).toEqual(["together", "together", undefined, undefined]);
    const cheap = listed(await shop.score({ ...request, rules: rulesOf({ filter: { price: { lt: 20 } } }) }));
    expect(cheap.ids[0]).toBe("item-8");
    expect(cheap.ids).toHaveLength(4);
  });

  it("that cannot be read are told of, and done without", async () => {
    const shop = await shopWith({
      [VECTORS_FILE]: Uint8Array.of(1, 2, 3),
      [TOGETHER_FILE]: Uint8Array.of(1),
    });
    expect(shop.faults.map(({ subject }) => subject)).toEqual([
      expect.stringMatching(/: side file$/),
      expect.stringMatching(/: side file$/),
    ]);
    const answer = listed(
      await shop.score(requestOf("acme", ["item-4"], { together: true, rules: rulesOf({ diversity: 0.5 }) })),
    );
    expect(answer.ids).toHaveLength(10);
  });
});

it("a scenario's weights of events stand in place of the model's", async () => {
  const { score, log } = await thingShop();
  const entry = (itemId: string, typeCode: number) => ({ itemId, typeCode, weight: 1, occurredAtMs: T0 });
  const history = [entry("item-5", 1), entry("item-6", 4)];
  await score(requestOf("acme", [], { history, eventWeights: { 4: 7, 1: 0 } }));
  expect(log.runs.at(-1)?.history_weight?.data[0]).toBe(7);
  expect((await score(requestOf("acme", [], { history, eventWeights: { 4: 0, 1: 0 } }))).status).toBe(
    "no_history",
  );
});

describe("what is compiled", () => {
  it("is never another tenant's, with equal ids and equal expressions", async () => {
    const shop = harness(nodeEngine());
    await goLive(shop.store, "left", THINGS);
    await goLive(
      shop.store,
      "right",
      THINGS.map((item) => ({ ...item, price: 39 - (item.price ?? 0) })),
    );
    await shop.warm("left");
    await shop.warm("right");
    const rules = rulesOf({ filter: { price: { lt: 12 } } });
    for (let round = 0; round < 3; round++) {
      const left = listed(await shop.score(requestOf("left", ["item-9"], { rules })));
      const right = listed(await shop.score(requestOf("right", ["item-9"], { rules })));
      expect(left.ids.every((id) => Number(id.slice(5)) < 12)).toBe(true);
      expect(right.ids.every((id) => Number(id.slice(5)) > 27)).toBe(true);
    }
  });

  it("gives way to a new overlay and to a new model", async () => {
    const shop = harness(nodeEngine());
    await goLive(shop.store, "acme", THINGS);
    await shop.warm("acme");
    const asked = (nowMs: number) =>
      requestOf("acme", ["item-9"], { nowMs, rules: rulesOf({ filter: { price: { gte: 38 } } }) });
    expect(listed(await shop.score(asked(T0))).ids.sort()).toEqual(["item-38", "item-39"]);
    const changes = [
      { item_id: "item-38", price: 1, updated_at: 2 },
      { item_id: "item-2", price: 99, updated_at: 2 },
      { item_id: "late", price: 50, updated_at: 2 },
    ];
    await writeOverlay(shop.store, "acme", mergeOverlay(null, changes, { nowMs: 1 }), null);
    await shop.warm("acme", T0 + 15_000);
    expect(listed(await shop.score(asked(T0 + 16_000))).ids.sort()).toEqual(["item-2", "item-39", "late"]);
    const dearer = THINGS.map((item) => ({ ...item, price: (item.price ?? 0) + 4 }));
    await goLive(shop.store, "acme", dearer, { createdAtMs: 1_000 });
    await shop.warm("acme", T0 + 30_000);
    expect(listed(await shop.score(asked(T0 + 31_000))).ids.sort()).toEqual(
      ["item-2", "item-34", "item-35", "item-36", "item-37", "item-39", "late"].sort(),
    );
  });

  it("costs a request one run and no buffer of its own, and leaves nothing behind in it", async () => {
    const { ask, score, log } = await thingShop();
    const plain = await score(requestOf("acme", ["item-9"], { limit: 38 }));
    const runs = log.runs.length;
    for (let round = 0; round < 50; round++) {
      const filter = { price: { gte: round % 30 } };
      await ask({
        filter,
        boost: [{ where: { brand: "brand-1" }, by: 2 }],
        pin: [{ item_id: "item-39", position: 1 }],
      });
    }
    const fed = log.runs.slice(runs).map(({ bias }) => bias?.data);
    expect(fed).toHaveLength(50);
    expect(new Set(fed).size).toBe(1);
    expect(await score(requestOf("acme", ["item-9"], { limit: 38 }))).toEqual(plain);
  });
});
