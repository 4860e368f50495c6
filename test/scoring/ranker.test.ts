import { describe, expect, it } from "vitest";
import { DAY_MS, type ObjectStore } from "../../src/base/index.ts";
import {
  type CatalogItem,
  createRankingItems,
  encodeRankingItems,
  type Overlay,
  type RankingFeature,
  type RankingWriter,
  rankingFeatures,
  rankingTable,
  rankingWriter,
  writeCatalog,
  writeOverlay,
} from "../../src/catalogue/index.ts";
import { createGraph, encodeModel } from "../../src/onnx/index.ts";
import {
  promote,
  publish,
  type RankerCard,
  readPointer,
  type ScoreAnswer,
} from "../../src/registry/index.ts";
import { nodeEngine } from "../../src/runtime/node.ts";
import { tryVersion } from "../../src/scoring/index.ts";
import type { LiveRanker } from "../../src/scoring/ranker.ts";
import { type Found, reorder } from "../../src/scoring/reorder.ts";
import type { ModelView } from "../../src/scoring/view.ts";
import { harness, requestOf, T0 } from "./harness.ts";
import { contentGraph, manifestOf } from "./tiny-model.ts";

const idsOf = (answer: ScoreAnswer) =>
  answer.status === "ok" ? answer.items.map(({ itemId }) => itemId) : undefined;

/** Forty items of one kind, dearer and dearer; counted so that `views_7d` falls with the index. */
const ITEMS: CatalogItem[] = Array.from({ length: 40 }, (_, index) => ({
  item_id: `item-${index}`,
  categories: ["things"],
  tags: [`tag-${index % 7}`],
  price: 10 + index,
  published_at: T0 - 10 * DAY_MS,
  popularity: 40 - index,
}));
const COUNTERS = ["views_7d"];
const CANDIDATES = 12;

/** `features` [C, F] → one column of it, times `factor`. */
function columnGraph(features: readonly RankingFeature[], name: string, factor: number): Uint8Array {
  const graph = createGraph("column");
  const input = graph.input("features", "float32", ["candidates", features.length]);
  const at = features.findIndex((feature) => feature.name === name);
  const column = graph.op("Gather", [input, graph.ints(at)], { axis: { int: 1 } });
  const flat = graph.op("Squeeze", [column, graph.ints(1)]);
  graph.output("scores", graph.op("Mul", [flat, graph.float(factor)]), "float32", ["candidates"]);
  return encodeModel(graph.build());
}

interface Stage {
  by: string;
  factor?: number;
  candidates?: number;
  features?: readonly RankingFeature[];
  ranker?: Uint8Array;
  items?: Uint8Array;
}

async function publishRanked(store: ObjectStore, { by, factor = 1, ...given }: Stage): Promise<void> {
  const features = given.features ?? rankingFeatures([]).filter(({ name }) => !name.includes("_24h"));
  const known = features.filter(({ name }) => COUNTERS.includes(name) || !/_(1h|24h|7d|30d)$/.test(name));
  const card: RankerCard = {
    attached: true,
    reason: "for a test",
    lists: { fitted: 0, judged: 0 },
    metrics: {},
    candidates: given.candidates ?? CANDIDATES,
    features: [...known],
    positionOffsets: [],
  };
  const counters = Float32Array.from(ITEMS, (_, index) => 100 - index);
  const bytes = (content: Uint8Array) => Uint8Array.from(content);
  const files = {
    "model.onnx": bytes(contentGraph(ITEMS)),
    "catalog.parquet": await writeCatalog(ITEMS),
    "ranker.onnx": bytes(given.ranker ?? columnGraph(known, by, factor)),
    "ranker-items.bin": bytes(
      given.items ?? encodeRankingItems(createRankingItems(ITEMS, COUNTERS, counters)),
    ),
  };
  const manifest = await publish(store, {
    manifest: { ...manifestOf("acme", ITEMS, 0), ranker: card },
    files,
  });
  await promote(store, "acme", manifest.version, { nowMs: 0 });
}

async function scorer(stage: Stage, overlay?: Overlay) {
  const shop = harness(nodeEngine());
  await publishRanked(shop.store, stage);
  if (overlay !== undefined) await writeOverlay(shop.store, "acme", overlay, null);
  await shop.warm("acme");
  return shop;
}

/** The live version. */
async function triedOut(store: ObjectStore, modelsBytesMax?: number): Promise<string | null> {
  const ports = { store, engine: nodeEngine(), sleep: async () => {} };
  const version = (await readPointer(store, "acme"))?.pointer.version as string;
  return tryVersion(
    { ...ports, ...(modelsBytesMax === undefined ? {} : { modelsBytesMax }) },
    "acme",
    version,
  );
}

/** What retrieval alone finds best. */
async function retrieved(count: number, exclude: string[] = []) {
  const shop = await scorer({ by: "retrieval_score" });
  const answer = await shop.score(requestOf("acme", ["item-3"], { limit: count, exclude }));
  return idsOf(answer) ?? [];
}

describe("the second stage", () => {
  it("orders retrieval's best by its own scores, and only those", async () => {
    const best = await retrieved(CANDIDATES);
    const { score } = await scorer({ by: "log_price" });
    const answer = await score(requestOf("acme", ["item-3"], { limit: CANDIDATES }));
    const dearest = [...best].sort((a, b) => Number(b.slice(5)) - Number(a.slice(5)));
    expect(idsOf(answer)).toEqual(dearest);
    expect(answer).not.toHaveProperty("rankerProblem");
    const five = await score(requestOf("acme", ["item-3"], { limit: 5 }));
    expect(idsOf(five)).toEqual(dearest.slice(0, 5));
  });

  it("gives an item one score, however long the list is, and has behind its own what retrieval has there", async () => {
    const { score } = await scorer({ by: "log_price" });
    const itemsOf = async (limit: number) => {
      const answer = await score(requestOf("acme", ["item-3"], { limit }));
      return answer.status === "ok" ? answer.items.map(({ itemId, score }) => ({ itemId, score })) : [];
    };
    const whole = await itemsOf(ITEMS.length);
    expect(await itemsOf(CANDIDATES)).toEqual(whole.slice(0, CANDIDATES));
    expect(await itemsOf(5)).toEqual(whole.slice(0, 5));
    expect(whole.map(({ itemId }) => itemId).slice(CANDIDATES)).toEqual(
      (await retrieved(ITEMS.length)).slice(CANDIDATES),
    );
    const scores = whole.map(({ score }) => score);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
  });

  it("gives back retrieval's own order and scores when it goes by them", async () => {
    const plain = harness(nodeEngine());
    await publishRanked(plain.store, { by: "retrieval_score", items: new Uint8Array(8) });
    await plain.warm("acme");
    const request = requestOf("acme", ["item-3"], { limit: 8 });
    const expected = await plain.score(request);
    const answer = await (await scorer({ by: "retrieval_score", factor: 17 })).score(request);
    expect(idsOf(answer)).toEqual(idsOf(expected));
    const scores = (one: typeof answer) => (one.status === "ok" ? one.items.map(({ score }) => score) : []);
    for (const [at, score] of scores(answer).entries())
      expect(score).toBeCloseTo(scores(expected)[at] as number, 4);
  });

  it("never answers what is excluded or hidden, or what the history has", async () => {
    const excluded = (await retrieved(3)).slice(0, 2);
    const hidden = {
      v: 1 as const,
      writtenAtMs: 0,
      items: { "item-20": { item_id: "item-20", hidden: true } },
    };
    const { score } = await scorer({ by: "log_price" }, hidden);
    const answer = await score(requestOf("acme", ["item-3"], { limit: 40, exclude: excluded }));
    const ids = idsOf(answer) ?? [];
    expect(ids).toHaveLength(40 - 2 - 1 - 1);
    for (const id of [...excluded, "item-3", "item-20"]) expect(ids).not.toContain(id);
  });

  it("goes by an edited price and knows late items, whose counters are the declared defaults", async () => {
    const overlay: Overlay = {
      v: 1,
      writtenAtMs: 0,
      items: {
        "item-5": { ...(ITEMS[5] as CatalogItem), price: 9_999 },
        newcomer: { item_id: "newcomer", categories: ["things"], tags: ["tag-3"], price: 5_000 },
      },
    };
    const all = { candidates: ITEMS.length + 1 };
    const byPrice = await scorer({ by: "log_price", ...all }, overlay);
    const answer = await byPrice.score(requestOf("acme", ["item-3"], { limit: 40 }));
    expect(idsOf(answer)?.slice(0, 2)).toEqual(["item-5", "newcomer"]);
    const byViews = await scorer({ by: "views_7d", ...all }, overlay);
    const seen = idsOf(await byViews.score(requestOf("acme", ["item-3"], { limit: 40 })));
    expect(seen?.[0]).toBe("item-0");
    expect(seen?.at(-1)).toBe("newcomer");
  });

  it("looks at device, country and hour, and says that the list depends on them", async () => {
    const countries = rankingFeatures(["NL"]);
    const { score, log } = await scorer({ by: "country_NL", features: countries });
    const context = { device: "mobile", country: "NL", localHour: 7 };
    const answer = await score(requestOf("acme", ["item-3"], { context }));
    expect(answer).toMatchObject({ status: "ok", usesContext: true });
    const fed = log.runs.at(-1)?.features;
    const width = fed?.dims[1] as number;
    const names = countries
      .map(({ name }) => name)
      .filter((name) => COUNTERS.includes(name) || !/_(1h|24h|7d|30d)$/.test(name));
    const value = (name: string) => fed?.data[names.indexOf(name)];
    expect(width).toBe(names.length);
    expect([value("device"), value("country_NL"), value("local_hour")]).toEqual([1, 1, 7]);
  });
});

it("a boost moves an item by as many standard deviations as in retrieval, whatever the ranker's scale", async () => {
  const ranking = rankingTable(createRankingItems(ITEMS, []));
  const features = rankingFeatures([]).filter(
    ({ name }) => name === "retrieval_score" || name === "log_price",
  );
  const ranker = {
    write: rankingWriter(features, []) as RankingWriter,
    featureCount: features.length,
    run: async (matrix: Float32Array) =>
      Float32Array.from({ length: matrix.length / 2 }, (_, row) => 1_000 * (matrix[2 * row + 1] as number)),
  };
  const given = [2.5, 2.4, 1.9, 1.2, 0.7].map((score, index) => ({ index, score, boost: 0 }));
  const order = async (found: Found[]) => {
    const request = requestOf("acme", []);
    const parts = [{ ranking } as ModelView, ranker as unknown as LiveRanker] as const;
    return reorder(...parts, found, { known: [{ index: 9, weight: 1, ageS: 5, typeCode: 1 }], request });
  };
  const plain = await order(given);
  expect(plain.map(({ index }) => index)).toEqual([4, 3, 2, 1, 0]);
  const boosted = given.map((one) =>
    one.index === 1 ? { ...one, score: one.score + 0.75, boost: 0.75 } : one,
  );
  const after = await order(boosted.sort((a, b) => b.score - a.score));
  const score = (list: Found[], index: number) => list.find((one) => one.index === index)?.score as number;
  expect(score(after, 1) - score(plain, 1)).toBeCloseTo(0.75, 5);
  for (const index of [0, 2, 3, 4]) expect(score(after, index)).toBeCloseTo(score(plain, index), 5);
});

describe("a second stage that fails leaves retrieval's order, with the reason", () => {
  const noNumber = () => columnGraph(rankingFeatures([]), "retrieval_score", Number.NaN);
  const broken: [string, Partial<Stage>, RegExp][] = [
    ["its graph is none", { ranker: new Uint8Array(40).fill(7) }, /./],
    ["its scores are no numbers", { ranker: noNumber() }, /number for every candidate|dimension|Invalid/],
    ["its items cannot be read", { items: new Uint8Array(40).fill(7) }, /ranker-items\.bin/],
    [
      "it asks for what nobody knows",
      { features: [...rankingFeatures([]), { name: "horoscope", default: 0 }] },
      /feature that this scorer does not know/,
    ],
  ];
  it.each(broken)("%s", async (_, stage, reason) => {
    const best = await retrieved(6);
    const shop = await scorer({ by: "log_price", ...stage });
    const answer = await shop.score(requestOf("acme", ["item-3"], { limit: 6 }));
    expect(idsOf(answer)).toEqual(best);
    expect(answer).toMatchObject({ status: "ok", rankerProblem: expect.stringMatching(reason) });
    expect(shop.faults.map(({ subject }) => subject)).toEqual([expect.stringMatching(/: ranker$/)]);
    // Who publishes is told before anybody is answered so.
    const tried = await triedOut(shop.store);
    expect(tried).toMatch(/^ranker: /);
    expect(tried).toMatch(reason);
  });
});

it("a version that is tried out as a scorer holds it is sound, or said to be too large", async () => {
  const { store } = await scorer({ by: "log_price" });
  expect(await triedOut(store)).toBeNull();
  const held = Number(/it needs (\d+) bytes/.exec((await triedOut(store, 1)) ?? "")?.[1]);
  expect(await triedOut(store, held)).toBeNull();
  expect(await triedOut(store, held - 1)).toBe(`it needs ${held} bytes, over the scorer's ${held - 1}`);
});

it("a model without a second stage is asked for no more than the list, and runs once", async () => {
  const shop = harness(nodeEngine());
  const files = { "model.onnx": contentGraph(ITEMS), "catalog.parquet": await writeCatalog(ITEMS) };
  const manifest = await publish(shop.store, { manifest: manifestOf("acme", ITEMS, 0), files });
  await promote(shop.store, "acme", manifest.version, { nowMs: 0 });
  await shop.warm("acme");
  const before = shop.log.runs.length;
  const answer = await shop.score(requestOf("acme", ["item-3"], { limit: 5 }));
  expect(shop.log.runs.length - before).toBe(1);
  expect(shop.log.runs.at(-1)?.k?.data).toEqual(BigInt64Array.of(5n));
  expect(answer).not.toHaveProperty("usesContext");
});
