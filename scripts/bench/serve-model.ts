import { createPrng, DAY_MS, type Engine, type ObjectStore, type Prng } from "../../src/base/index.ts";
import { type CatalogItem, writeCatalog } from "../../src/catalogue/index.ts";
import type { ModelForm } from "../../src/learn/index.ts";
import { type ManifestDraft, promote, publish } from "../../src/registry/index.ts";
import { HISTORY } from "./catalogue-feeds.ts";
import { catalogueOnnx, cataloguePart } from "./catalogue-model.ts";

export interface CatalogueSize {
  items: number;
  dims: number;
  seed: number;
}

/** The files of a model that nobody trained, over a catalogue with all that rules ask of a shop's items. */
export interface MadeModel {
  items: CatalogItem[];
  onnx: Uint8Array<ArrayBuffer>;
  seed: number;
}

const BRANDS = 400;
const CATEGORIES = 60;
const GROUPS = 8;
export const SIZES = ["S", "M", "L", "XL"] as const;
/** Of prices, in the shop's currency. */
export const PRICE_MAX = 500;
/** Of the attribute `weight`. */
export const WEIGHT_MAX = 1_000;

export const brandOf = (index: number) => `brand-${index % BRANDS}`;
export const categoryOf = (index: number) => `category-${index % CATEGORIES}`;
export const itemId = (index: number) => `item-${index}`;

export async function makeModel(size: CatalogueSize, form: ModelForm, engine: Engine): Promise<MadeModel> {
  const { items: count, seed } = size;
  const part = await cataloguePart(size, engine);
  const onnx = await catalogueOnnx(part, form, engine);
  const prng = createPrng(seed).fork("items");
  return { items: Array.from({ length: count }, (_, index) => randomItem(prng, index)), onnx, seed };
}

function randomItem(prng: Prng, index: number): CatalogItem {
  return {
    item_id: itemId(index),
    title: `Article ${index}`,
    brand: brandOf(prng.int(BRANDS)),
    categories: [categoryOf(prng.int(CATEGORIES)), `group-${prng.int(GROUPS)}`],
    price: prng.int(PRICE_MAX * 100) / 100,
    attributes: { size: prng.pick(SIZES), weight: prng.int(WEIGHT_MAX) },
    popularity: prng.int(1_000),
  };
}

/**
 * Writes the model as a version of the tenant's, without training. `mark` ends every title, so that an item tells which version it is of.
 * Versions made at different times have different names.
 */
export async function publishModel(
  store: ObjectStore,
  tenant: string,
  { items, onnx, seed }: MadeModel,
  { mark, createdAtMs }: { mark: string; createdAtMs: number },
): Promise<string> {
  const marked = items.map((item) => ({ ...item, title: `${item.title} ${mark}` }));
  const files = { "model.onnx": onnx, "catalog.parquet": await writeCatalog(marked) };
  const manifest: ManifestDraft = {
    tenant,
    createdAtMs,
    learner: "transformer",
    parameters: {},
    seed,
    data: {
      fromMs: createdAtMs - DAY_MS,
      untilMs: createdAtMs,
      interactions: 0,
      users: 0,
      snapshot: "synthetic",
    },
    itemCount: items.length,
    historyMax: HISTORY,
    // The graph was made with one column; nothing newer than the model is asked for.
    lateFeatureCount: 1,
    metrics: {},
    evaluation: { protocol: "none", cases: 0, users: 0, cutMs: 0 },
    fits: { evaluated: "none", published: "synthetic" },
  };
  return (await publish(store, { manifest, files })).version;
}

export async function makeLive(store: ObjectStore, tenant: string, version: string, nowMs: number) {
  const moved = await promote(store, tenant, version, { nowMs, byHand: true });
  if (!moved.ok) throw new Error(moved.error.message);
}
