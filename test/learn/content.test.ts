import { describe, expect, it } from "vitest";
import { createPrng } from "../../src/base/index.ts";
import {
  assembleModel,
  ContentBuilder,
  createDataset,
  decodeContent,
  encodeContent,
  foldContent,
  popularity,
  takeContent,
} from "../../src/learn/index.ts";
import { contentRegression } from "../../src/learn/model/content-regression.ts";
import { nodeEngine } from "../../src/runtime/node.ts";
import { rank } from "../contracts/graph.ts";
import { fitPorts } from "../contracts/learner.ts";

const WIDTH = 16;

function vectors(items: number): Float32Array[] {
  const prng = createPrng("content");
  return Array.from({ length: items }, () => {
    const vector = new Float32Array(WIDTH);
    for (let cell = 0; cell < 3; cell++) vector[prng.int(WIDTH)] = prng.next() < 0.5 ? -0.5 : 0.5;
    return vector;
  });
}

function contentOf(rows: readonly Float32Array[]) {
  const content = new ContentBuilder(rows.length, WIDTH);
  for (const row of rows) content.add(row);
  return content.build();
}

describe("content", () => {
  it("keeps what vectors hold, to a 127th", () => {
    const rows = vectors(20);
    const dense = foldContent(contentOf(rows), WIDTH);
    for (const [item, row] of rows.entries()) {
      for (const [f, value] of row.entries())
        expect(Math.abs((dense[item * WIDTH + f] as number) - value)).toBeLessThan(0.5 / 127);
    }
  });

  it("folds to what hashing to the narrower width would have given", () => {
    const folded = foldContent(
      contentOf([Float32Array.from({ length: WIDTH }, (_, f) => (f === 3 || f === 7 ? 0.5 : 0))]),
      4,
    );
    expect([...folded].map((value) => Math.round(value * 10))).toEqual([0, 0, 0, 10]);
  });

  it("is the same from its bytes, and some of it is those items'", () => {
    const content = contentOf(vectors(9));
    expect(decodeContent(encodeContent(content))).toEqual(content);
    const some = foldContent(takeContent(content, [4, 1]), WIDTH);
    const all = foldContent(content, WIDTH);
    expect(some.subarray(0, WIDTH)).toEqual(all.subarray(4 * WIDTH, 5 * WIDTH));
    expect(some.subarray(WIDTH)).toEqual(all.subarray(WIDTH, 2 * WIDTH));
  });

  it("keeps the strongest cells of an item that has too many", () => {
    const content = new ContentBuilder(1, 64);
    content.add(Float32Array.from({ length: 64 }, (_, f) => (f + 1) / 64));
    const dense = foldContent(content.build(), 64);
    expect(dense[0]).toBe(0);
    expect(dense[63]).toBe(1);
  });
});

describe("the regression on content", () => {
  it("is the inverse of the Gram matrix of items with interactions, ridge included", async () => {
    const content = contentOf(vectors(40));
    const warm = Float32Array.from({ length: 40 }, (_, item) => (item % 4 === 0 ? 0 : 1));
    const inverse = await contentRegression(content, warm, fitPorts(nodeEngine()));
    const dense = foldContent(content, WIDTH);
    for (let i = 0; i < WIDTH; i++) {
      for (let j = 0; j < WIDTH; j++) {
        let sum = 0;
        for (let k = 0; k < WIDTH; k++) {
          let gram = i === k ? 5 : 0;
          for (let item = 0; item < 40; item++) {
            gram +=
              (warm[item] as number) *
              (dense[item * WIDTH + i] as number) *
              (dense[item * WIDTH + k] as number);
          }
          sum += gram * (inverse[k * WIDTH + j] as number);
        }
        expect(sum).toBeCloseTo(i === j ? 1 : 0, 4);
      }
    }
  });
});

describe("a catalogue of which nearly nothing was ever seen", () => {
  it("is placed by content, all of it", async () => {
    const items = 250_000;
    const idOf = (item: number) => `i${String(item).padStart(6, "0")}`;
    const rows = Array.from({ length: 200 }, (_, row) => {
      const [userId, itemId] = [`u${row % 20}`, idOf(row % 50)];
      return { userId, itemId, timeMs: row * 1_000, weight: 1, typeCode: 1 };
    });
    const dataset = createDataset(
      rows,
      Array.from({ length: items }, (_, item) => idOf(item)),
    );
    const builder = new ContentBuilder(items, WIDTH);
    const vector = new Float32Array(WIDTH);
    for (let item = 0; item < items; item++) {
      vector.fill(0)[item % WIDTH] = 1;
      builder.add(vector);
    }
    const ports = fitPorts(nodeEngine());
    const part = await popularity.fit(dataset, { decayDays: 30 }, { seed: 1, contentWidth: WIDTH }, ports);
    if (part === null) throw new Error("the fit was cut short");
    const assembly = { parts: [{ part, weight: 1 }], contentWeight: 0 };
    const model = await assembleModel(
      assembly,
      { dataset, contentWidth: WIDTH, content: builder.build() },
      ports,
    );
    const [list] = await rank(ports.engine, model, { histories: [[]], k: 10 });
    expect(list?.items.every((item) => item >= 0 && item < items)).toBe(true);
  }, 60_000);
});
