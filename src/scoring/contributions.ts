import type { Why } from "../registry/index.ts";
import { batchFeeds, candidateFeeds, type KnownEntry } from "./feeds.ts";
import { LIFT } from "./restrict.ts";
import type { ModelView } from "./view.ts";

/** Items of a history that are left out in turn, the newest. */
const HISTORY_ITEMS_MAX = 30;
/** Cells of a batch's bias: 8 histories at once over 50,000 items, with what the graph itself holds of as many. */
const BATCH_CELLS_MAX = 400_000;
/** Of an item, and standard deviations under which nothing is said. */
const TOLD_MAX = 5;
const TOLD_MIN = 0.01;

/**
 * By how many standard deviations items' scores fall without each item of the history: the counterfactual that an explanation stands
 * for (leave one out; as in PRINCE, Ghazimatin et al., WSDM 2020), which what an item scores alone would not be where a model goes by
 * order or by what items have in common. Of retrieval, before the second stage. Histories are run side by side, a batch at a time.
 */
export async function contributions(
  view: ModelView,
  recent: readonly KnownEntry[],
  indices: readonly number[],
): Promise<Map<number, Why["history"]>> {
  const told = indices.filter((index) => view.space.isAvailable(index));
  const items = [...new Set(recent.map(({ index }) => index).reverse())].slice(0, HISTORY_ITEMS_MAX);
  const contributed = new Map<number, Why["history"]>();
  if (told.length === 0 || items.length === 0) return contributed;
  // The first history is the whole one.
  const histories = [null, ...items].map((left) => recent.filter(({ index }) => index !== left));
  const scores = await scoresOf(view, histories, told);
  const [whole, ...without] = scores;
  for (const index of told) {
    const found = items.map((item, at) => ({
      itemId: view.idAt(item),
      by: (whole?.get(index) ?? 0) - (without[at]?.get(index) ?? 0),
    }));
    const spoke = found.filter(({ by }) => by >= TOLD_MIN).sort((a, b) => b.by - a.by);
    contributed.set(index, spoke.slice(0, TOLD_MAX));
  }
  return contributed;
}

/** For each history the scores of some items, all over the same available ones. */
async function scoresOf(
  view: ModelView,
  histories: readonly (readonly KnownEntry[])[],
  told: readonly number[],
): Promise<Map<number, number>[]> {
  const rows = Math.max(1, Math.floor(BATCH_CELLS_MAX / view.size));
  const found: Map<number, number>[] = [];
  for (let start = 0; start < histories.length; start += rows) {
    const batch = histories.slice(start, start + rows);
    const bias = new Float32Array(batch.length * view.size);
    for (let row = 0; row < batch.length; row++) writeRow(view, bias.subarray(row * view.size), told);
    const feeds = { ...batchFeeds(batch), ...candidateFeeds(view.lateFeatures, bias, told.length) };
    const dims = [batch.length, view.size];
    const { items, scores } = await view.model.run({ ...feeds, bias: { type: "float32", dims, data: bias } });
    for (let row = 0; row < batch.length; row++) {
      const at = Array.from({ length: told.length }, (_, place) => row * told.length + place);
      found.push(new Map(at.map((cell) => [Number(items?.data[cell]), Number(scores?.data[cell]) - LIFT])));
    }
  }
  return found;
}

/** Lifted over all others, so that the best k are the items told of, whatever their scores. */
function writeRow(view: ModelView, row: Float32Array, told: readonly number[]): void {
  for (let index = 0; index < view.size; index++) {
    row[index] = view.space.isAvailable(index) ? 0 : Number.NEGATIVE_INFINITY;
  }
  for (const index of told) row[index] = LIFT;
}
