import { expect, it } from "vitest";
import { createPrng, HOUR_MS } from "../../src/base/index.ts";
import {
  type CatalogItem,
  contentFeatures,
  LATE_FEATURES,
  mergeOverlay,
  writeCatalog,
  writeOverlay,
} from "../../src/catalogue/index.ts";
import {
  assembleModel,
  ContentBuilder,
  createDataset,
  type InteractionRow,
  type Learner,
  linear,
  popularity,
} from "../../src/learn/index.ts";
import { promote, publish } from "../../src/registry/index.ts";
import { nodeEngine } from "../../src/runtime/node.ts";
import { fitPorts, startOf } from "../contracts/learner.ts";
import { harness, idsOf, requestOf } from "./harness.ts";
import { manifestOf } from "./tiny-model.ts";

const ENGINE = nodeEngine();
const ITEMS: CatalogItem[] = Array.from({ length: 40 }, (_, i) => ({
  item_id: `i${i}`,
  categories: [themeOf(i)],
  popularity: 1,
}));

function themeOf(i: number): string {
  return i % 2 === 0 ? "even" : "odd";
}

/** Shoppers who stay within one theme, and all of whom come to its first item in the end. */
function interactions(): InteractionRow[] {
  const prng = createPrng("learners");
  return Array.from({ length: 120 }, (_, user) => {
    const picks = [...Array.from({ length: 7 }, () => 1 + prng.int(19)), 0].map(
      (pick) => pick * 2 + (user % 2),
    );
    return picks.map((item, turn) => ({
      userId: `u${user}`,
      itemId: `i${item}`,
      timeMs: (turn * 120 + user) * HOUR_MS,
      weight: 1,
      typeCode: 1,
    }));
  }).flat();
}

/** Trains, publishes and loads a learner's model, with one late item of the even theme in the overlay. */
async function serve(learner: Learner) {
  const h = harness(ENGINE);
  const itemIds = ITEMS.map(({ item_id }) => item_id);
  const content = new ContentBuilder(ITEMS.length, LATE_FEATURES);
  for (const item of ITEMS) content.add(contentFeatures(item, LATE_FEATURES));
  const dataset = createDataset(interactions(), itemIds);
  const options = { seed: 1, historyMax: 100, contentWidth: LATE_FEATURES };
  const ports = fitPorts(ENGINE);
  const part = await learner.fit(dataset, startOf(learner, dataset), options, ports);
  if (part === null) throw new Error("a slice without limit is never used up");
  const parts = [{ part, weight: 1 }];
  const data = { dataset, contentWidth: LATE_FEATURES, content: content.build() };
  const model = await assembleModel({ parts, contentWeight: 0.3 }, data, ports);
  const files = { "model.onnx": model.onnx, "catalog.parquet": await writeCatalog(ITEMS) };
  const { version } = await publish(h.store, { manifest: manifestOf("acme", ITEMS, 0), files });
  await promote(h.store, "acme", version, { nowMs: 0 });
  const late = { item_id: "late", categories: ["even"], updated_at: 1 };
  await writeOverlay(h.store, "acme", mergeOverlay(null, [late], { nowMs: 1 }), null);
  await h.warm("acme");
  return h;
}

it("serves the linear learner's model: a history's theme, its late item included, and no item twice", async () => {
  const { score, faults } = await serve(linear);
  expect(faults).toEqual([]);
  for (const theme of [0, 1]) {
    const history = [4, 6, 8].map((i) => `i${i + theme}`);
    const answer = await score(requestOf("acme", history, { limit: 10 }));
    const ids = answer.status === "ok" ? (idsOf(answer) ?? []) : [];
    expect(ids).toHaveLength(10);
    expect(ids.filter((id) => history.includes(id))).toEqual([]);
    const ofTheme = ids.filter((id) => (id === "late" ? theme === 0 : Number(id.slice(1)) % 2 === theme));
    expect(ofTheme).toEqual(ids);
    const all = await score(requestOf("acme", history, { limit: 1_000 }));
    const everything = all.status === "ok" ? (idsOf(all) ?? []) : [];
    expect(new Set(everything).size).toBe(everything.length);
    expect(everything).toHaveLength(ITEMS.length + 1 - history.length);
  }
});

it("serves the popularity learner's model: the same list whatever the history", async () => {
  const { score, faults } = await serve(popularity);
  expect(faults).toEqual([]);
  const lists = await Promise.all(
    ["i10", "i11", "late"].map((id) => score(requestOf("acme", [id], { limit: 2 }))),
  );
  for (const list of lists) expect(list.status === "ok" && idsOf(list)?.sort()).toEqual(["i0", "i1"]);
});
