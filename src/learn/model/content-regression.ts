import { type Content, LEVEL_MAX } from "../data/content.ts";
import type { Pace } from "./pace.ts";

/** λ of the regression, in items: a feature that fewer carry says little. */
const RIDGE_ITEMS = 5;

/**
 * [F × F] (C'C + λI)⁻¹ over the items with interactions. With it a graph fits, at every run, the scores of those items to
 * their content, θ = (C'C + λI)⁻¹ C' scores, and so gives items nobody has touched yet a score on the same scale: θ · c.
 */
export async function contentRegression(
  content: Content,
  warm: Float32Array,
  pace: Pace,
): Promise<Float32Array<ArrayBuffer>> {
  const { width, perItem, buckets, levels } = content;
  const gram = new Float64Array(width * width);
  for (let f = 0; f < width; f++) gram[f * width + f] = RIDGE_ITEMS;
  for (const [item, isWarm] of warm.entries()) {
    const from = item * perItem;
    const end = isWarm === 0 ? from : from + perItem;
    for (let a = from; a < end; a++) {
      const level = (levels[a] as number) / LEVEL_MAX ** 2;
      if (level === 0) continue;
      const row = (buckets[a] as number) * width;
      for (let b = from; b < end; b++) {
        const at = row + (buckets[b] as number);
        gram[at] = (gram[at] as number) + level * (levels[b] as number);
      }
    }
    await pace.spend(perItem * perItem * 4);
  }
  await invertInPlace(gram, width, pace);
  return Float32Array.from(gram);
}

/** Gauss–Jordan: the matrix is symmetric positive definite (λ sees to that), so no pivoting is needed. */
async function invertInPlace(a: Float64Array, size: number, pace: Pace): Promise<void> {
  for (let p = 0; p < size; p++) {
    const pivot = a.subarray(p * size, (p + 1) * size);
    const scale = 1 / (pivot[p] as number);
    pivot[p] = 1;
    for (let j = 0; j < size; j++) pivot[j] = (pivot[j] as number) * scale;
    for (let i = 0; i < size; i++) {
      const row = a.subarray(i * size, (i + 1) * size);
      const factor = row[p] as number;
      if (i === p || factor === 0) continue;
      row[p] = 0;
      for (let j = 0; j < size; j++) row[j] = (row[j] as number) - factor * (pivot[j] as number);
    }
    await pace.spend(size * size * 2);
  }
}
