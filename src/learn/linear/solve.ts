import { discard, type Engine } from "../../base/index.ts";
import { choleskyInverse } from "../algebra/dense.ts";
import type { Pace } from "../model/pace.ts";
import { createProducts, type Matrix, type Products, rowsOf } from "./products.ts";

/** Rows taken at once: large enough for the engine's matrix product, small enough to be factored in plain code. */
export const PANEL = 128;

/**
 * Upper triangle of a symmetric matrix, by panels: panel p holds rows 0 … (p + 1) · PANEL − 1 of PANEL columns, row-major.
 * Half the memory of a square. The size is a whole number of panels.
 */
export type Panels = readonly Matrix[];

export function createPanels(size: number): Panels {
  return Array.from({ length: Math.ceil(size / PANEL) }, (_, p) => {
    const rows = (p + 1) * PANEL;
    return { rows, columns: PANEL, data: new Float32Array(rows * PANEL) };
  });
}

/** Writes the column of the upper triangle: its first column + 1 values. */
export function setColumn(panels: Panels, column: number, values: ArrayLike<number>): void {
  const data = (panels[Math.floor(column / PANEL)] as Matrix).data;
  const offset = column % PANEL;
  for (let row = 0; row <= column; row++) data[row * PANEL + offset] = values[row] as number;
}

export interface Solver {
  /** right [size × any] → left⁻¹ · right, in place. */
  solve(right: Matrix): Promise<void>;
  release(): Promise<void>;
}

/**
 * Factors left = U'U in place, by panels, with the products in the engine: n³/3 multiply-adds; each column of a right side
 * takes n² more. `left` must be positive definite (λ sees to that), so no pivoting is needed. In place of the diagonal
 * blocks of U stand their inverses: nothing else is asked of them. Releasing the solver discards `left`.
 */
export async function factor(left: Panels, engine: Engine, pace: Pace): Promise<Solver> {
  const products = await createProducts(engine, pace);
  for (const [p, panel] of left.entries()) {
    await forward(left.slice(0, p), panel, products);
    const above = rowsOf(panel, 0, p * PANEL);
    const diagonal = block(panel, p);
    await products.inner(above, above, diagonal);
    diagonal.data.set(choleskyInverse(diagonal.data, PANEL));
    await pace.spend(PANEL ** 3);
  }
  return {
    async solve(right) {
      await forward(left, right, products);
      await backward(left, right, products);
    },
    release() {
      discard(...left.map(({ data }) => data));
      return products.release();
    },
  };
}

/** right ← U'⁻¹ · right, for the rows of the panels given. */
async function forward(left: Panels, right: Matrix, products: Products): Promise<void> {
  for (const [p, panel] of left.entries()) {
    const above = p * PANEL;
    await products.inner(rowsOf(panel, 0, above), rowsOf(right, 0, above), block(right, p));
    await replace(products.inner, block(panel, p), block(right, p));
  }
}

/** right ← U⁻¹ · right */
async function backward(left: Panels, right: Matrix, products: Products): Promise<void> {
  for (let p = left.length - 1; p >= 0; p--) {
    const panel = left[p] as Matrix;
    const above = p * PANEL;
    await replace(products.outer, block(panel, p), block(right, p));
    await products.outer(rowsOf(panel, 0, above), block(right, p), rowsOf(right, 0, above));
  }
}

/** b ← a · b or a' · b. The products subtract, so they are given −b and zeros. */
async function replace(product: Products["inner"], a: Matrix, b: Matrix): Promise<void> {
  // Not by `map`, which boxes every value: megabytes of garbage a fit.
  const negative = { ...b, data: new Float32Array(b.data.length) };
  for (let at = 0; at < b.data.length; at++) negative.data[at] = -(b.data[at] as number);
  b.data.fill(0);
  await product(a, negative, b);
  discard(negative.data);
}

function block(matrix: Matrix, p: number): Matrix {
  return rowsOf(matrix, p * PANEL, PANEL);
}
