import type { Dataset } from "../data/dataset.ts";
import type { FittedPart } from "../model/learner.ts";
import type { ItemContent } from "./item-content.ts";
import type { StateSizes, TrainingState } from "./state.ts";

/**
 * Takes over from an earlier part every table of the same dims; of the items, whose rows are already those of this data set,
 * all that the part has a vector for. The moments begin anew. `contentOf` reads the state's table of content.
 */
export function warmStart(
  state: TrainingState,
  previous: FittedPart | undefined,
  { width }: StateSizes,
  contentOf: (state: TrainingState) => ItemContent | null,
): TrainingState {
  if (previous === undefined) return state;
  for (const [name, { dims, learned }] of state.tables) {
    const tensor = previous.tensors[name];
    if (name === "items" || tensor?.type !== "float32" || tensor.dims.join() !== dims.join()) continue;
    learned.values.set(tensor.data);
  }
  const vectors = previous.tensors.items;
  const items = state.tables.get("items")?.learned.values;
  if (vectors?.type !== "float32" || vectors.dims[1] !== width || items === undefined) return state;
  const content = contentOf(state);
  const folded = new Float32Array(width);
  for (let item = 0; item < Math.min(items.length, vectors.data.length) / width; item++) {
    const row = vectors.data.subarray(item * width, (item + 1) * width);
    // Rows of zeros are items that the earlier part did not know.
    if (!row.some((value) => value !== 0)) continue;
    folded.fill(0);
    content?.add(item, folded, 0);
    for (let i = 0; i < width; i++) items[item * width + i] = (row[i] as number) - (folded[i] as number);
  }
  return state;
}

/** Items that have rows, or that the earlier part has a vector for: a data set of new rows alone forgets none of the others. */
export function knownItems({ items, itemIds }: Dataset, previous: FittedPart | undefined): number[] {
  const isKnown = new Uint8Array(itemIds.length);
  for (const item of items) isKnown[item] = 1;
  const vectors = previous?.tensors.items;
  if (vectors?.type === "float32") {
    const width = vectors.dims[1] as number;
    for (let at = 0; at < vectors.data.length; at++) {
      const item = Math.floor(at / width);
      if (item < isKnown.length && vectors.data[at] !== 0) isKnown[item] = 1;
    }
  }
  return [...isKnown.keys()].filter((item) => isKnown[item] === 1);
}
