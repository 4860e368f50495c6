import type { Tensor } from "../../base/index.ts";
import type { Dataset } from "../data/dataset.ts";
import type { FitPorts, Parameters } from "../model/learner.ts";
import { decayOf } from "./decay.ts";
import { type GramOptions, normalEquations } from "./gram.ts";
import { buildNeighbours } from "./neighbours.ts";
import { solveInPlace } from "./solve.ts";

/** Two matrices of 2,048² floats are 34 MB: with the engine's 30 MB and the data they stay below 110 MB. */
const DENSE_ITEMS_MAX = 2_048;
/** Entries kept of a row: more adds nothing measurable, and costs bytes in the file and time in every answer. */
const NEIGHBOURS_PER_ITEM = 150;

/** The tables that `linearScores` reads. */
export async function solveLinear(
  rows: Dataset,
  parameters: Parameters,
  ports: FitPorts,
  onProgress: (fraction: number) => void,
): Promise<Record<string, Tensor>> {
  const decay = decayOf(parameters);
  const { headOf, size } = chooseHead(rows, DENSE_ITEMS_MAX);
  const shared = {
    headOf,
    size,
    orderFree: parameters.orderFree ?? 1,
    ridge: parameters.ridge ?? 1,
    decay,
  };
  const dense = await solveDense(rows, shared, ports, onProgress);
  const width = Math.min(NEIGHBOURS_PER_ITEM, rows.itemIds.length);
  const { indices, levels, scales } = await buildNeighbours(rows, { ...shared, dense, width }, ports.pace);
  onProgress(1);
  const dims = [rows.itemIds.length + 1, width];
  return {
    indices:
      indices instanceof Uint16Array
        ? { type: "uint16", dims, data: indices }
        : { type: "int32", dims, data: indices },
    levels: { type: "int8", dims, data: levels },
    scales: { type: "float32", dims: [rows.itemIds.length + 1], data: scales },
  };
}

/** The left side is free to go when this returns: a matrix less while the neighbours are picked. */
async function solveDense(
  rows: Dataset,
  options: GramOptions,
  { engine, pace }: FitPorts,
  onProgress: (fraction: number) => void,
): Promise<Float32Array> {
  const equations = await normalEquations(rows, options, pace);
  onProgress(0.2);
  await solveInPlace(equations, engine, pace, (fraction) => onProgress(0.2 + fraction * 0.6));
  return equations.right;
}

/** The most frequent items, ties by index. */
function chooseHead(dataset: Dataset, itemsMax: number): { headOf: Int32Array; size: number } {
  const counts = new Uint32Array(dataset.itemIds.length);
  for (const item of dataset.items) counts[item] = (counts[item] as number) + 1;
  const order = [...counts.keys()]
    .filter((item) => (counts[item] as number) > 0)
    .sort((a, b) => (counts[b] as number) - (counts[a] as number) || a - b)
    .slice(0, itemsMax);
  const headOf = new Int32Array(counts.length).fill(-1);
  for (const [head, item] of order.entries()) headOf[item] = head;
  return { headOf, size: order.length };
}
