import { createPrng, type Engine, type Tensor } from "../../src/base/index.ts";
import {
  assembleModel,
  createDataset,
  createPace,
  type FittedPart,
  type ModelForm,
  transformer,
} from "../../src/learn/index.ts";
import { HISTORY } from "./catalogue-feeds.ts";

const DAY_MS = 86_400_000;
/** Of a cluster on average, as categories of a shop have. */
const ITEMS_PER_CLUSTER = 300;
/** Of an item around its cluster's centre, in the length of centres. */
const SPREAD = 0.6;

/** float32 [items + 1, dims] in clusters, the last row empty; of the length that a fit begins with. */
export function clusteredVectors(items: number, dims: number, seed: number): Float32Array<ArrayBuffer> {
  const prng = createPrng(seed).fork("vectors");
  const deviation = 1 / Math.sqrt(dims);
  const clusters = Math.max(2, Math.round(items / ITEMS_PER_CLUSTER));
  const centres = Float32Array.from({ length: clusters * dims }, () => deviation * prng.normal());
  const vectors = new Float32Array((items + 1) * dims);
  for (let item = 0; item < items; item++) {
    const from = prng.int(clusters) * dims;
    for (let c = 0; c < dims; c++) {
      vectors[item * dims + c] = (centres[from + c] as number) + SPREAD * deviation * prng.normal();
    }
  }
  return vectors;
}

/** A transformer fitted on next to nothing, over vectors of a catalogue that nobody could fit in a bench: as dear to answer as a real one. */
export async function cataloguePart(
  { items, dims, seed }: { items: number; dims: number; seed: number },
  engine: Engine,
): Promise<FittedPart> {
  const prng = createPrng(seed).fork("walks");
  const rows = Array.from({ length: 40 * (HISTORY + 1) }, (_, row) => ({
    userId: `u${Math.floor(row / (HISTORY + 1))}`,
    itemId: `i${prng.int(200)}`,
    timeMs: DAY_MS + 60_000 * (row % (HISTORY + 1)),
    weight: 1,
    typeCode: 1,
  }));
  const part = await transformer.fit(
    createDataset(rows),
    { width: dims, window: HISTORY, epochs: 1 },
    { seed, contentWidth: 0 },
    {
      engine,
      pace: createPace(async () => {}),
      checkpoint: { read: async () => null, write: async () => {} },
    },
  );
  if (part === null) throw new Error("the fit was cut short");
  const data = clusteredVectors(items, dims, seed);
  const vectors: Tensor = { type: "float32", dims: [items + 1, dims], data };
  return { ...part, itemCount: items, tensors: { ...part.tensors, items: vectors } };
}

/** The part alone as a model of the contract. */
export async function catalogueOnnx(
  part: FittedPart,
  form: ModelForm,
  engine: Engine,
): Promise<Uint8Array<ArrayBuffer>> {
  const itemIds = Array.from({ length: part.itemCount }, (_, item) => `i${item}`);
  const rows = itemIds.map((itemId) => ({ userId: "u", itemId, timeMs: 0, weight: 1, typeCode: 1 }));
  const data = { dataset: createDataset(rows, itemIds), contentWidth: 1, form };
  const ports = { engine, pace: createPace(async () => {}) };
  const model = await assembleModel({ parts: [{ part, weight: 1 }], contentWeight: 0 }, data, ports);
  return model.onnx;
}
