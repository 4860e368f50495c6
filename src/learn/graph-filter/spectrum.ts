import { createPrng, discard, type Engine } from "../../base/index.ts";
import type { Pace } from "../model/pace.ts";
import type { Bipartite } from "./bipartite.ts";
import { symmetricEigen } from "./eigen.ts";
import { orthonormalTurn, tallProducts } from "./tall.ts";

/** Applications of the filter. The spectrum falls fast at its head, which is all that is asked for. */
const ITERATIONS = 3;
/** Directions beyond the rank, dropped at the end: they catch what the iterations have not parted yet. */
const OVERSAMPLING = 16;
/** Columns that go through the graph at once: a cache line or two of each row, and a small second table. */
const COLUMNS = 32;
/** Of the largest eigenvalue: what is below is rounding. */
const VALUE_MIN = 1e-5;

/** The head of the spectrum of the filter P = R̃'R̃. */
export interface Spectrum {
  rank: number;
  /** [rank] largest first, not negative. */
  values: Float64Array<ArrayBuffer>;
  /** [items × rank] orthonormal columns, zero ones where P has no more directions; of a buffer that is theirs alone. */
  vectors: Float32Array<ArrayBuffer>;
}

/** R̃ = diag(userScales) · R · diag(itemScales) */
export interface Scales {
  userScales: Float32Array;
  itemScales: Float32Array;
}

/** What the spectrum is asked of: the graph from the users' side. */
export type UserSide = Pick<
  Bipartite,
  "itemCount" | "userCount" | "from" | "userStart" | "items" | "codes" | "weightOf"
>;

/**
 * The largest eigenvalues of P and their vectors by subspace iteration from random directions (Halko, Martinsson and Tropp,
 * SIAM Review 2011). Sparse products in plain code, column block by column block, so that one table [items × rank] is all it
 * holds; dense ones in the engine.
 */
export async function headOfSpectrum(
  graph: UserSide,
  { scales, rank: wanted, seed }: { scales: Scales; rank: number; seed: number },
  { engine, pace }: { engine: Engine; pace: Pace },
): Promise<Spectrum> {
  const rank = Math.min(wanted, graph.itemCount);
  const width = Math.min(rank + OVERSAMPLING, graph.itemCount);
  const table = await randomTable(graph.itemCount * width, seed, pace);
  const products = await tallProducts(engine, pace);
  // One for all: what is thrown away between two collections counts as memory in use.
  const filtered = new Float32Array(graph.itemCount * COLUMNS);
  try {
    for (let iteration = 1; iteration < ITERATIONS; iteration++) {
      await applyFilter(graph, scales, { table, width, filtered }, pace);
      const turn = orthonormalTurn(await products.gram(table, width), width);
      await pace.spend(width ** 3);
      await products.turn(table, turn, { width });
    }
    // The table becomes P·Q: its singular values and left vectors are P's.
    await applyFilter(graph, scales, { table, width, filtered }, pace);
    const gram = await products.gram(table, width);
    const { values, vectors: inner } = await symmetricEigen(gram, width, (operations) =>
      pace.spend(operations),
    );
    const singular = Float64Array.from(values.subarray(0, rank), (value) => Math.sqrt(Math.max(value, 0)));
    await products.turn(table, leftTurn(inner, { singular, width }), { width });
    // A view: a copy would stand beside the table, and most of it is wanted.
    return { rank, values: singular, vectors: table.subarray(0, graph.itemCount * rank) };
  } finally {
    discard(filtered);
    await products.release();
  }
}

async function randomTable(length: number, seed: number, pace: Pace): Promise<Float32Array<ArrayBuffer>> {
  const prng = createPrng(seed).fork("spectrum");
  const table = new Float32Array(length);
  for (let at = 0; at < length; at++) {
    // Any independent draws of mean 0 do; these are cheaper than normal ones.
    table[at] = prng.next() - 0.5;
    if (at % 65_536 === 65_535) await pace.spend(65_536 * 4);
  }
  return table;
}

/** [width × rank] vectors · diag(1 / singular values) */
function leftTurn(
  vectors: Float64Array,
  { singular, width }: { singular: Float64Array; width: number },
): Float32Array {
  const rank = singular.length;
  const least = (singular[0] ?? 0) * VALUE_MIN;
  const turn = new Float32Array(width * rank);
  for (let row = 0; row < width; row++) {
    for (let c = 0; c < rank; c++) {
      const value = singular[c] as number;
      turn[row * rank + c] = value > least ? (vectors[row * width + c] as number) / value : 0;
    }
  }
  return turn;
}

/** `table` [items × width] ← P · table, by way of `filtered` [items × COLUMNS]. */
async function applyFilter(
  graph: UserSide,
  { userScales, itemScales }: Scales,
  { table, width, filtered }: { table: Float32Array; width: number; filtered: Float32Array },
  pace: Pace,
): Promise<void> {
  const { items, codes, weightOf, userStart, from, userCount, itemCount } = graph;
  const sums = new Float32Array(COLUMNS);
  for (let column = 0; column < width; column += COLUMNS) {
    const columns = Math.min(COLUMNS, width - column);
    filtered.fill(0);
    for (let user = 0; user < userCount; user++) {
      const start = from[user] as number;
      const end = userStart[user + 1] as number;
      const userScale = (userScales[user] as number) ** 2;
      sums.fill(0);
      for (let row = start; row < end; row++) {
        const item = items[row] as number;
        const value = (weightOf[codes[row] as number] as number) * (itemScales[item] as number) * userScale;
        const at = item * width + column;
        for (let c = 0; c < columns; c++) sums[c] = (sums[c] as number) + value * (table[at + c] as number);
      }
      for (let row = start; row < end; row++) {
        const item = items[row] as number;
        const value = (weightOf[codes[row] as number] as number) * (itemScales[item] as number);
        const at = item * COLUMNS;
        for (let c = 0; c < columns; c++) {
          filtered[at + c] = (filtered[at + c] as number) + value * (sums[c] as number);
        }
      }
      await pace.spend((end - start) * columns * 2 + COLUMNS);
    }
    for (let item = 0; item < itemCount; item++) {
      const at = item * width + column;
      for (let c = 0; c < columns; c++) table[at + c] = filtered[item * COLUMNS + c] as number;
    }
    await pace.spend(itemCount * 40);
  }
}
