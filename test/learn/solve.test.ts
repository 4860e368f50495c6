import { describe, expect, it } from "vitest";
import { createPrng } from "../../src/base/index.ts";
import { normalEquations } from "../../src/learn/gram.ts";
import { createDataset } from "../../src/learn/index.ts";
import { createPace } from "../../src/learn/pace.ts";
import { solveInPlace } from "../../src/learn/solve.ts";
import { nodeEngine } from "../../src/runtime/node.ts";

/** A A' + n I: symmetric positive definite. */
function spd(size: number, prng = createPrng(size)): Float32Array<ArrayBuffer> {
  const a = Float32Array.from({ length: size * size }, () => prng.normal());
  return Float32Array.from({ length: size * size }, (_, place) => {
    const [i, j] = [Math.floor(place / size), place % size];
    let sum = i === j ? size : 0;
    for (let k = 0; k < size; k++) sum += (a[i * size + k] as number) * (a[j * size + k] as number);
    return sum;
  });
}

describe("the block solver", () => {
  // Below one panel, exactly one, and two with a rest.
  it.each([5, 128, 300])("solves %i equations, yielding between runs", async (size) => {
    const prng = createPrng("solve");
    const left = spd(size);
    const right = Float32Array.from({ length: size * size }, () => prng.normal());
    const [a, b] = [left.slice(), right.slice()];
    let yields = 0;
    await solveInPlace({ size, left, right }, nodeEngine(), async () => {
      yields++;
    });
    expect(yields).toBeGreaterThan(1);
    let worst = 0;
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) {
        let sum = 0;
        for (let k = 0; k < size; k++) sum += (a[i * size + k] as number) * (right[k * size + j] as number);
        worst = Math.max(worst, Math.abs(sum - (b[i * size + j] as number)));
      }
    }
    expect(worst).toBeLessThan(1e-3);
  });
});

describe("the normal equations", () => {
  it("are the sums of their definition", async () => {
    const prng = createPrng("gram");
    const items = 6;
    const dataset = createDataset(
      Array.from({ length: 60 }, (_, i) => ({
        userId: `u${i % 5}`,
        itemId: `i${prng.int(items)}`,
        timeMs: i * 86_400_000,
        weight: 1,
        typeCode: 1,
      })),
    );
    const [alpha, ridge, step] = [0.3, 2, Math.exp(-1 / 3 - 5 / 10)];
    const headOf = Int32Array.from({ length: items }, (_, item) => item);
    const { left, right } = await normalEquations(
      dataset,
      { headOf, size: items, orderFree: alpha, ridge, decay: { perPosition: 1 / 3, perDay: 1 / 10 } },
      createPace(async () => {}),
    );
    const expectedLeft = Array.from({ length: items * items }, (_, at) =>
      at % (items + 1) === 0 ? ridge : 0,
    );
    const expectedRight: number[] = new Array(items * items).fill(0);
    const add = (to: number[], a: number, b: number, value: number) => {
      to[a * items + b] = (to[a * items + b] as number) + value;
    };
    for (let user = 0; user < 5; user++) {
      const row = [...dataset.items.subarray(dataset.userStart[user], dataset.userStart[user + 1])];
      for (const a of row) {
        for (const b of row) {
          add(expectedLeft, a, b, alpha);
          add(expectedRight, a, b, alpha);
        }
      }
      for (let t = 1; t < row.length; t++) {
        const prefix = row.slice(0, t).map((item, s) => ({ item, left: step ** (t - 1 - s) }));
        for (const a of prefix) {
          add(expectedRight, a.item, row[t] as number, (1 - alpha) * a.left);
          for (const b of prefix) add(expectedLeft, a.item, b.item, (1 - alpha) * a.left * b.left);
        }
      }
    }
    // What is left is cut off below a thousandth.
    for (const [at, value] of expectedLeft.entries())
      expect(Math.abs((left[at] as number) - value)).toBeLessThan(0.02);
    for (const [at, value] of expectedRight.entries())
      expect(Math.abs((right[at] as number) - value)).toBeLessThan(0.02);
  });
});
