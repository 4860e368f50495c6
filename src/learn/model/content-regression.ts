import { invertInPlace } from "../algebra/inverse.ts";
import { type Content, LEVEL_MAX } from "../data/content.ts";
import type { FitPorts } from "./learner.ts";

/** λ of the regression, in items: a feature that fewer carry says little. */
const RIDGE_ITEMS = 5;

/**
 * [F × F] (C'C + λI)⁻¹ over the items with interactions. With it a graph fits, at every run, the scores of those items to
 * their content, θ = (C'C + λI)⁻¹ C' scores, and so gives items nobody has touched yet a score on the same scale: θ · c.
 */
export async function contentRegression(
  content: Content,
  warm: Float32Array,
  ports: Pick<FitPorts, "engine" | "pace">,
): Promise<Float32Array<ArrayBuffer>> {
  const { width, perItem, buckets, levels } = content;
  const gram = new Float32Array(width * width);
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
    await ports.pace.spend(perItem * perItem * 4);
  }
  await invertInPlace(gram, width, ports, () => {});
  return gram;
}
