import { discard } from "../base/index.ts";
import { encodeTogether, TOGETHER_FILE, VECTORS_FILE, vectorsWriter } from "../catalogue/index.ts";
import { EVENT_TYPES } from "../events/index.ts";
import { createPace, decodeContent, discardRows, learnTogether, learnVectors } from "../learn/index.ts";
import { decodeDataset } from "./dataset-file.ts";
import type { Context } from "./fit.ts";

/** Of larger catalogues half as many: the scorer holds them all. */
const DIMS = 64;
const DIMS_OF_LARGE = 32;
const LARGE_ITEMS_MIN = 100_000;

/** Files of an artifact that no learner has a part in, and that an answer does without. */
const LIKENESS_FILES = [VECTORS_FILE, TOGETHER_FILE] as const;

/** `vectors.bin` in the run's folder, from all rows. Estimated CPU-seconds. */
export async function makeVectors({ ports, params, workspace }: Context): Promise<number> {
  const pace = createPace(ports.yieldTo);
  const content = decodeContent(await workspace.read("content.bin"));
  const dataset = decodeDataset(await workspace.read("dataset.bin"));
  const count = dataset.itemIds.length;
  const options = {
    content,
    dims: count < LARGE_ITEMS_MIN ? DIMS : DIMS_OF_LARGE,
    seed: params.seed,
    onRowsRead: () => discardRows(dataset),
  };
  const learned = await learnVectors(dataset, options, { engine: ports.engine, pace });
  const { dims, projection } = learned;
  const file = vectorsWriter({ count, dims, width: content.width });
  const vector = new Float32Array(dims);
  for (let item = 0; item < count; item++) {
    learned.write(item, vector);
    file.setItem(item, vector);
    await pace.spend(dims * content.perItem);
  }
  for (let feature = 0; feature < content.width; feature++) {
    file.setFeature(feature, projection.subarray(feature * dims, (feature + 1) * dims));
  }
  await workspace.write(VECTORS_FILE, file.bytes);
  discard(file.bytes);
  return pace.workSeconds;
}

/** `together.bin` in the run's folder, from all rows; none where nothing goes together. Estimated CPU-seconds. */
export async function makeTogether({ ports, workspace }: Context): Promise<number> {
  const pace = createPace(ports.yieldTo);
  const rows = {
    bought: EVENT_TYPES.purchase.code,
    carted: EVENT_TYPES.add_to_cart.code,
    readRows: async () => decodeDataset(await workspace.read("dataset.bin")),
    discardRows,
  };
  const lists = await learnTogether(rows, pace);
  if (lists !== null) await workspace.write(TOGETHER_FILE, encodeTogether(lists));
  return pace.workSeconds;
}

/** Those that were made, as long as they leave room for the model in `bytesMax`. */
export async function likenessFiles(
  { workspace }: Context,
  bytesMax: number,
): Promise<Record<string, Uint8Array<ArrayBuffer>>> {
  const files: Record<string, Uint8Array<ArrayBuffer>> = {};
  let left = bytesMax;
  for (const name of LIKENESS_FILES) {
    const bytes = await workspace.find(name);
    if (bytes === null || bytes.byteLength > left) continue;
    files[name] = bytes;
    left -= bytes.byteLength;
  }
  return files;
}
