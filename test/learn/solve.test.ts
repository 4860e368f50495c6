import { describe, expect, it } from "vitest";
import { createPrng } from "../../src/base/index.ts";
import { choleskyInverse, invert } from "../../src/learn/algebra/dense.ts";
import { createPace } from "../../src/learn/index.ts";
import { createPanels, factor, setColumn } from "../../src/learn/linear/solve.ts";
import { nodeEngine } from "../../src/runtime/node.ts";

/** A A' + n I: symmetric positive definite. */
function spd(size: number, prng = createPrng(size)): Float64Array {
  const a = Float64Array.from({ length: size * size }, () => prng.normal());
  return Float64Array.from({ length: size * size }, (_, place) => {
    const [i, j] = [Math.floor(place / size), place % size];
    let sum = i === j ? size : 0;
    for (let k = 0; k < size; k++) sum += (a[i * size + k] as number) * (a[j * size + k] as number);
    return sum;
  });
}

function multiply(a: ArrayLike<number>, b: ArrayLike<number>, size: number, columns: number): number[] {
  return Array.from({ length: size * columns }, (_, place) => {
    const [i, j] = [Math.floor(place / columns), place % columns];
    let sum = 0;
    for (let k = 0; k < size; k++) sum += (a[i * size + k] as number) * (b[k * columns + j] as number);
    return sum;
  });
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Array.from(a).reduce((most, value, at) => Math.max(most, Math.abs(value - (b[at] as number))), 0);
}

describe("the block solver", () => {
  // Below one panel, exactly one, and two with a rest.
  it.each([5, 128, 300])("solves %i equations, yielding between runs", async (size) => {
    const prng = createPrng("solve");
    const left = spd(size);
    const columns = 7;
    const panels = createPanels(size);
    const padded = panels.at(-1)?.rows ?? 0;
    for (let column = 0; column < padded; column++) {
      const unit = new Float64Array(padded).with(column, 1);
      const own = column < size ? left.subarray(column * size, (column + 1) * size) : unit;
      setColumn(panels, column, own);
    }
    const right = Float32Array.from({ length: padded * columns }, (_, at) =>
      at < size * columns ? prng.normal() : 0,
    );
    const expected = right.slice(0, size * columns);
    let yields = 0;
    const pace = createPace(async () => {
      yields++;
    });
    const solver = await factor(panels, nodeEngine(), pace);
    await solver.solve({ rows: padded, columns, data: right });
    await solver.release();
    expect(pace.workSeconds).toBeGreaterThan((size ** 3 * 2) / 3 / 1.2e10);
    if (size === 300) expect(yields).toBeGreaterThan(0);
    expect(largestDifference(multiply(left, right, size, columns), expected)).toBeLessThan(1e-3);
  });
});

describe("small dense inverses", () => {
  const identity = Float64Array.from({ length: 400 }, (_, at) => (at % 21 === 0 ? 1 : 0));

  it("invert: a · a⁻¹ is the identity", () => {
    const a = spd(20);
    expect(largestDifference(multiply(a, invert(a, 20), 20, 20), identity)).toBeLessThan(1e-5);
  });

  it("choleskyInverse: U⁻¹ U⁻¹' is a⁻¹", () => {
    const a = spd(20);
    const u = choleskyInverse(a, 20);
    const transposed = Float64Array.from(u, (_, at) => u[(at % 20) * 20 + Math.floor(at / 20)] as number);
    expect(largestDifference(multiply(a, multiply(u, transposed, 20, 20), 20, 20), identity)).toBeLessThan(
      1e-5,
    );
  });
});
