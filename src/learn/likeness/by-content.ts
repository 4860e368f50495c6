import type { Engine } from "../../base/index.ts";
import { type Content, LEVEL_MAX } from "../data/content.ts";
import { contentRegression } from "../model/content-regression.ts";
import type { Pace } from "../model/pace.ts";

/**
 * [F × dims] The ridge regression of the items' directions on their content, (C'C + λI)⁻¹ C' directions: of items alike in content
 * the mean direction, near zero where content says nothing of who chooses an item.
 */
export async function contentProjection(
  {
    content,
    directions,
    itemAt,
    dims,
  }: {
    content: Content;
    /** [places × dims] */
    directions: Float32Array;
    /** [places] item of the content. */
    itemAt: Uint32Array;
    dims: number;
  },
  ports: { engine: Engine; pace: Pace },
): Promise<Float32Array<ArrayBuffer>> {
  const { width, perItem, buckets, levels } = content;
  const known = new Float32Array(levels.length / perItem);
  const sums = new Float32Array(width * dims);
  for (const [place, item] of itemAt.entries()) {
    known[item] = 1;
    for (let cell = item * perItem; cell < (item + 1) * perItem; cell++) {
      const value = (levels[cell] as number) / LEVEL_MAX;
      if (value === 0) continue;
      addTimes(sums, (buckets[cell] as number) * dims, { from: directions, at: place * dims, value, dims });
    }
    await ports.pace.spend(perItem * dims * 2);
  }
  const inverse = await contentRegression(content, known, ports);
  const projection = new Float32Array(width * dims);
  for (let row = 0; row < width; row++) {
    for (let column = 0; column < width; column++) {
      const value = inverse[row * width + column] as number;
      addTimes(projection, row * dims, { from: sums, at: column * dims, value, dims });
    }
    await ports.pace.spend(width * dims * 2);
  }
  return projection;
}

function addTimes(
  to: Float32Array,
  toAt: number,
  { from, at, value, dims }: { from: Float32Array; at: number; value: number; dims: number },
): void {
  for (let d = 0; d < dims; d++) {
    to[toAt + d] = (to[toAt + d] as number) + value * (from[at + d] as number);
  }
}
