import { describe, expect, it } from "vitest";
import { createPrng } from "../../src/base/index.ts";
import {
  ContentBuilder,
  createDataset,
  createPace,
  type Dataset,
  discardRows,
  learnVectors,
  rowsAlone,
} from "../../src/learn/index.ts";
import { nodeEngine } from "../../src/runtime/node.ts";

const GROUPS = 4;
const ITEMS = 80;
const WIDTH = 8;

/** Users keep to a group of items, but for one choice in five; items numbered `ITEMS` and above nobody has touched. */
function planted(untouched = 8, items = ITEMS): Dataset {
  const rows = Array.from({ length: 400 }, (_, user) => {
    const prng = createPrng(user);
    return Array.from({ length: 10 }, (_, time) => {
      const group = prng.next() < 0.2 ? prng.int(GROUPS) : user % GROUPS;
      // The first of a group are chosen far more often.
      const place = Math.floor((items / GROUPS) * prng.next() ** 2);
      return {
        userId: `u${user}`,
        itemId: idOf(place * GROUPS + group),
        timeMs: time,
        weight: 1,
        typeCode: 1,
      };
    });
  }).flat();
  return createDataset(
    rows,
    Array.from({ length: items + untouched }, (_, item) => idOf(item)),
  );
}

const idOf = (item: number) => `i${String(item).padStart(4, "0")}`;

/** Feature g: of group g; the last item says nothing of itself. */
function contentOf(count: number) {
  const builder = new ContentBuilder(count, WIDTH);
  for (let item = 0; item < count; item++) {
    const vector = new Float32Array(WIDTH);
    if (item < count - 1) vector[item % GROUPS] = 1;
    builder.add(vector);
  }
  return builder.build();
}

async function vectorsOf(dataset: Dataset, { seed = 1, dims = 16 } = {}): Promise<Float32Array[]> {
  const content = contentOf(dataset.itemIds.length);
  const ports = { engine: nodeEngine(), pace: createPace(async () => {}) };
  const learned = await learnVectors(dataset, { content, dims, seed }, ports);
  return dataset.itemIds.map((_, item) => {
    const vector = new Float32Array(learned.dims);
    learned.write(item, vector);
    return vector;
  });
}

function cosine(a: Float32Array, b: Float32Array): number {
  const lengths = Math.hypot(...a) * Math.hypot(...b);
  return lengths === 0 ? 0 : a.reduce((sum, value, d) => sum + value * (b[d] as number), 0) / lengths;
}

function means(vectors: readonly Float32Array[], items: readonly number[]) {
  const pairs = items.flatMap((a) => items.filter((b) => b !== a).map((b) => ({ a, b })));
  const mean = (isWithin: boolean) => {
    const cosines = pairs
      .filter(({ a, b }) => (a % GROUPS === b % GROUPS) === isWithin)
      .map(({ a, b }) => cosine(vectors[a] as Float32Array, vectors[b] as Float32Array));
    return cosines.reduce((sum, one) => sum + one, 0) / cosines.length;
  };
  return { within: mean(true), between: mean(false) };
}

describe("vectors of items", () => {
  it("are near within what the same users choose, and not beyond it, whether it is chosen often or not", async () => {
    const vectors = await vectorsOf(planted());
    const frequent = means(
      vectors,
      Array.from({ length: 20 }, (_, item) => item),
    );
    const rare = means(
      vectors,
      Array.from({ length: 20 }, (_, item) => ITEMS - 1 - item),
    );
    expect(frequent.within).toBeGreaterThan(0.5);
    expect(frequent.between).toBeLessThan(0.05);
    expect(rare.within).toBeGreaterThan(0.4);
    expect(rare.between).toBeLessThan(0.05);
  });

  it("of items that nobody has touched are where their content is chosen; without content they are nothing", async () => {
    const vectors = await vectorsOf(planted());
    const untouched = Array.from({ length: 7 }, (_, j) => ITEMS + j);
    for (const item of untouched) {
      const others = Array.from({ length: 20 }, (_, other) => other);
      const near = others.filter((other) => other % GROUPS === item % GROUPS);
      const mean = (of: number[]) =>
        of.reduce(
          (sum, other) => sum + cosine(vectors[item] as Float32Array, vectors[other] as Float32Array),
          0,
        ) / of.length;
      expect(mean(near)).toBeGreaterThan(0.5);
      expect(mean(others.filter((other) => !near.includes(other)))).toBeLessThan(0.05);
    }
    expect(vectors[ITEMS + 7]?.every((value) => value === 0)).toBe(true);
  });

  it("part worlds that have no user in common", async () => {
    const rows = Array.from({ length: 60 }, (_, user) =>
      Array.from({ length: 6 }, (_, time) => ({
        userId: `u${user}`,
        itemId: idOf((user % 2) * 10 + ((user * 7 + time * 3) % 10)),
        timeMs: time,
        weight: 1,
        typeCode: 1,
      })),
    ).flat();
    const ids = Array.from({ length: 20 }, (_, item) => idOf(item));
    const dataset = createDataset(rows, ids);
    const content = new ContentBuilder(20, WIDTH);
    for (const _ of ids) content.add(new Float32Array(WIDTH));
    const ports = { engine: nodeEngine(), pace: createPace(async () => {}) };
    const learned = await learnVectors(dataset, { content: content.build(), dims: 2, seed: 1 }, ports);
    const vectors = ids.map((_, item) => {
      const vector = new Float32Array(learned.dims);
      learned.write(item, vector);
      return vector;
    });
    const cosines = vectors.slice(1).map((vector) => cosine(vectors[0] as Float32Array, vector));
    expect(Math.min(...cosines.slice(0, 9))).toBeGreaterThan(0.99);
    expect(Math.max(...cosines.slice(9))).toBeLessThan(0);
  });

  it("are the same for the same rows and seed, whether the rows stay or go, and of no more dims than there are items", async () => {
    const dataset = planted();
    const alone = rowsAlone(dataset, dataset);
    const content = contentOf(dataset.itemIds.length);
    const ports = { engine: nodeEngine(), pace: createPace(async () => {}) };
    const gone = { content, dims: 16, seed: 1, onRowsRead: () => discardRows(alone) };
    const learned = await learnVectors(alone, gone, ports);
    expect(alone.items).toHaveLength(0);
    const vector = new Float32Array(learned.dims);
    for (const [item, expected] of (await vectorsOf(dataset)).entries()) {
      learned.write(item, vector);
      expect(vector).toEqual(expected);
    }
    const few = await vectorsOf(planted(2, 8), { dims: 64 });
    expect(few[0]).toHaveLength(8);
  });
});
