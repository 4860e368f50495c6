import type { Engine } from "../base/index.ts";
import { contentRegression } from "./content.ts";
import { collapseRepeats, type Dataset } from "./dataset.ts";
import { decayOf } from "./decay.ts";
import { type GramOptions, normalEquations } from "./gram.ts";
import { type LinearModel, linearGraph } from "./graph-linear.ts";
import type { FitOptions, Parameters, YieldTo } from "./learner.ts";
import { buildNeighbours } from "./neighbours.ts";
import { createPace } from "./pace.ts";
import { popularityScores } from "./popularity.ts";
import { solveInPlace } from "./solve.ts";

/** Two matrices of 2,048² floats are 34 MB: with the engine's 30 MB and the data they stay below 110 MB. */
export const DENSE_ITEMS_MAX = 2_048;
/** Entries kept of a row: more adds nothing measurable, and costs bytes in the file and time in every answer. */
const NEIGHBOURS_PER_ITEM = 150;

/** The part of a fit that costs: all but popularity and content, which are cheap to change. */
export type SolvedLinear = Pick<LinearModel, "neighbours" | "decay">;

export async function solveLinear(
  dataset: Dataset,
  parameters: Parameters,
  engine: Engine,
  yieldTo: YieldTo,
  { denseItemsMax, onProgress }: { denseItemsMax: number; onProgress?: (fraction: number) => void },
): Promise<SolvedLinear> {
  const pace = createPace(yieldTo);
  const rows = collapseRepeats(dataset);
  await pace.spend(dataset.items.length * 40);
  const decay = decayOf(parameters);
  const { headOf, size } = chooseHead(rows, denseItemsMax);
  const shared = {
    headOf,
    size,
    orderFree: parameters.orderFree ?? 0,
    ridge: parameters.ridge ?? 1,
    decay,
  };
  const dense = await solveDense(rows, shared, engine, yieldTo, onProgress);
  const width = Math.min(NEIGHBOURS_PER_ITEM, rows.itemIds.length);
  const neighbours = await buildNeighbours(rows, { ...shared, dense, width }, pace);
  onProgress?.(1);
  return { neighbours, decay };
}

/** The left side is free to go when this returns: a matrix less while the neighbours are picked. */
async function solveDense(
  rows: Dataset,
  options: GramOptions,
  engine: Engine,
  yieldTo: YieldTo,
  onProgress?: (fraction: number) => void,
): Promise<Float32Array> {
  const equations = await normalEquations(rows, options, createPace(yieldTo));
  onProgress?.(0.2);
  await solveInPlace(equations, engine, yieldTo, (fraction) => onProgress?.(0.2 + fraction * 0.6));
  return equations.right;
}

export function exportLinear(
  dataset: Dataset,
  solved: SolvedLinear,
  parameters: Parameters,
  { content, contentWidth }: Pick<FitOptions, "content" | "contentWidth">,
): Uint8Array<ArrayBuffer> {
  const warm = new Float32Array(dataset.itemIds.length);
  for (const item of dataset.items) warm[item] = 1;
  return linearGraph({
    ...solved,
    itemCount: warm.length,
    contentWidth,
    warm,
    prior: popularityScores(dataset, parameters.popularityDecayDays ?? 0),
    priorWeight: parameters.popularityWeight ?? 0,
    content:
      content === undefined
        ? null
        : {
            vectors: content,
            regression: contentRegression(content, warm, contentWidth),
            weight: parameters.contentWeight ?? 0,
          },
  });
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
