import type { ObjectStore, Tensor } from "../../src/base/index.ts";
import { type CatalogItem, contentFeatures, LATE_FEATURES, writeCatalog } from "../../src/catalogue/index.ts";
import { createGraph, encodeModel } from "../../src/onnx/index.ts";
import { type Manifest, promote, publish } from "../../src/registry/index.ts";
import { MANIFEST_DRAFT } from "../registry/artifacts.ts";

/**
 * A graph of the whole contract with a provable answer: every item's vector is its content features (late items
 * included), the score is its dot product with the weighted sum over the history.
 */
export function contentGraph(items: readonly CatalogItem[]): Uint8Array<ArrayBuffer> {
  const g = createGraph("content");
  const history = g.input("history", "int64", ["B", "L"]);
  const weight = g.input("history_weight", "float32", ["B", "L"]);
  g.input("history_age", "float32", ["B", "L"]);
  g.input("history_type", "int64", ["B", "L"]);
  const mask = g.input("history_mask", "float32", ["B", "L"]);
  const late = g.input("late_features", "float32", ["M", LATE_FEATURES]);
  const bias = g.input("bias", "float32", ["B", "NM"]);
  const k = g.input("k", "int64", [1]);
  const all = g.op("Concat", [g.constant(featureMatrix(items)), late], { axis: { int: 0 } });
  const strength = g.op("Unsqueeze", [g.op("Mul", [weight, mask]), g.ints(2)]);
  const seen = g.op("Mul", [g.op("Gather", [all, history]), strength]);
  const user = g.op("ReduceSum", [seen, g.ints(1)], { keepdims: { int: 0 } });
  const scores = g.op("MatMul", [user, g.op("Transpose", [all])]);
  const [top = "", indices = ""] = g.ops("TopK", [g.op("Add", [scores, bias]), k], 2);
  g.output("items", indices, "int64", ["B", "K"]);
  g.output("scores", top, "float32", ["B", "K"]);
  return encodeModel(g.build());
}

function featureMatrix(items: readonly CatalogItem[]): Tensor {
  const data = new Float32Array(items.length * LATE_FEATURES);
  for (const [i, item] of items.entries()) data.set(contentFeatures(item, LATE_FEATURES), i * LATE_FEATURES);
  return { type: "float32", dims: [items.length, LATE_FEATURES], data };
}

export function manifestOf(tenant: string, items: readonly CatalogItem[], createdAtMs: number) {
  return {
    ...MANIFEST_DRAFT,
    tenant,
    createdAtMs,
    itemCount: items.length,
    lateFeatureCount: LATE_FEATURES,
  };
}

/** Publishes and promotes such a model, with what else is to stand `beside` its files; gives its manifest. */
export async function goLive(
  store: ObjectStore,
  tenant: string,
  items: readonly CatalogItem[],
  {
    createdAtMs = 0,
    beside = {},
    ...more
  }: { createdAtMs?: number; beside?: Record<string, Uint8Array<ArrayBuffer>> } & Pick<
    Manifest,
    "historyWeights"
  > = {},
): Promise<Manifest> {
  const own = { "model.onnx": contentGraph(items), "catalog.parquet": await writeCatalog(items) };
  const files = { ...own, ...beside };
  const manifest = await publish(store, {
    manifest: { ...manifestOf(tenant, items, createdAtMs), ...more },
    files,
  });
  const promoted = await promote(store, tenant, manifest.version, { nowMs: createdAtMs });
  if (!promoted.ok) throw new Error(promoted.error.message);
  return manifest;
}

/** Six items in two themes, one of them hidden, one sold out. */
export const SHOP: CatalogItem[] = [
  {
    item_id: "boots",
    title: "Brown boots",
    categories: ["shoes"],
    tags: ["winter"],
    price: 90,
    popularity: 5,
  },
  { item_id: "sandals", title: "Beach sandals", categories: ["shoes"], tags: ["summer"], popularity: 4 },
  { item_id: "novel", title: "Crime novel", categories: ["books"], tags: ["crime"], popularity: 3 },
  { item_id: "atlas", title: "World atlas", categories: ["books"], tags: ["maps"], popularity: 2 },
  {
    item_id: "secret",
    title: "Secret shoes",
    categories: ["shoes"],
    tags: ["winter"],
    hidden: true,
    popularity: 1,
  },
  {
    item_id: "gone",
    title: "Sold-out shoes",
    categories: ["shoes"],
    tags: ["winter"],
    stock: 0,
    popularity: 1,
  },
];
