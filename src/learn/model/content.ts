import { invert } from "../linear/dense.ts";

/** λ of the regression, in items: a feature that fewer carry says little. */
const RIDGE_ITEMS = 5;

/**
 * [F × F] (C'C + λI)⁻¹ over the items with interactions. With it a graph fits, at every run, the scores of those items to
 * their content, θ = (C'C + λI)⁻¹ C' scores, and so gives items nobody has touched yet a score on the same scale: θ · c.
 */
export function contentRegression(content: Float32Array, warm: Float32Array, width: number): Float32Array {
  const gram = new Float64Array(width * width);
  for (let f = 0; f < width; f++) gram[f * width + f] = RIDGE_ITEMS;
  for (const [item, isWarm] of warm.entries()) {
    if (isWarm === 0) continue;
    const row = content.subarray(item * width, (item + 1) * width);
    for (const [f, value] of row.entries()) {
      if (value === 0) continue;
      for (let g = 0; g < width; g++) {
        gram[f * width + g] = (gram[f * width + g] as number) + value * (row[g] as number);
      }
    }
  }
  return invert(gram, width);
}
