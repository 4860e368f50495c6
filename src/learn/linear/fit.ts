import { discard, type Tensor } from "../../base/index.ts";
import type { Dataset } from "../data/dataset.ts";
import type { FitPorts, Parameters } from "../model/learner.ts";
import { BLOCK_SIZES, type BlockSizes, chooseSupport, planBlocks } from "./blocks.ts";
import { decayOf } from "./decay.ts";
import { factor } from "./solve.ts";
import { blockOf, stateAfter } from "./state.ts";
import { Strongest } from "./strongest.ts";
import { sumLeft, sumRight } from "./sums.ts";
import { countTransitions } from "./transitions.ts";
import { createWalks, type Walks } from "./walks.ts";

/** Columns solved at once. */
export const COLUMNS_MAX = 256;
/** Entries kept of a row: more adds nothing measurable, and costs bytes in the file and time in every answer. */
const NEIGHBOURS_MAX = 150;
/** Of data without an order, where nothing but these rows speaks for an item: on dense ones 150 cost 2 % of NDCG@20. */
const UNORDERED_NEIGHBOURS_MAX = 600;
/** Followers kept of an item. */
export const FOLLOWERS_MAX = 60;
/** Entries in all, at 3 bytes each in the file and 6 while they are chosen. */
const ENTRIES_MAX = 3_000_000;

interface Equations {
  /** α */
  orderFree: number;
  /** λ */
  ridge: number;
  /** B₁, empty where nothing is ordered. */
  transitions: Strongest;
  /** B */
  neighbours: Strongest;
}

/** The tables that `linearScores` reads; null when the slice's allowance is used up, what is done being in the checkpoint. */
export async function fitLinear(
  dataset: Dataset,
  parameters: Parameters,
  ports: FitPorts,
  { sizes = BLOCK_SIZES, onProgress }: { sizes?: BlockSizes; onProgress: (fraction: number) => void },
): Promise<Record<string, Tensor> | null> {
  const { pace } = ports;
  const collapsesRuns = (parameters.repeats ?? 0) === 0;
  const isOrdered = (parameters.orderFree ?? 1) < 1;
  const walks = await createWalks(dataset, { decay: decayOf(parameters), collapsesRuns, isOrdered }, pace);
  ports.onRowsRead?.();
  const equations = await prepare(walks, parameters, ports);
  const { orderFree, neighbours, transitions } = equations;
  const stoppedAt = await solveAll(walks, equations, sizes, ports, onProgress);
  discard(walks.items, walks.steps, walks.tails, walks.places);
  const fitted = () => ({
    ...neighbours.tensors(""),
    ...(orderFree < 1 ? transitions.tensors("step_") : {}),
  });
  const tensors = stoppedAt === null ? fitted() : null;
  // Written for each slice only, and when little else is left: the state is as large as the answer.
  if (stoppedAt !== null) await ports.checkpoint.write(stateAfter(stoppedAt, neighbours));
  discard(neighbours.file, transitions.file);
  return tensors;
}

/** Block by block; the block to go on with when the slice's allowance is used up, otherwise null. */
async function solveAll(
  walks: Walks,
  equations: Equations,
  sizes: BlockSizes,
  ports: FitPorts,
  onProgress: (fraction: number) => void,
): Promise<number | null> {
  const { pace } = ports;
  const { orderFree, neighbours } = equations;
  const blocks = await planBlocks(walks, sizes, orderFree, pace);
  let block = blockOf(neighbours);
  while (block < blocks.length) {
    const done = block;
    const report = (fraction: number) => onProgress((done + fraction) / blocks.length);
    await solveBlock(walks, { targets: blocks[block] as Uint32Array, sizes, equations }, ports, report);
    block++;
    if (block < blocks.length && pace.isSpent) return block;
  }
  onProgress(1);
  return null;
}

async function prepare(
  walks: Walks,
  parameters: Parameters,
  { pace, checkpoint }: FitPorts,
): Promise<Equations> {
  const { itemCount } = walks;
  const orderFree = parameters.orderFree ?? 1;
  const unit = rowsPerItem(walks);
  const widthOf = (most: number) =>
    Math.max(1, Math.min(most, itemCount, Math.floor(ENTRIES_MAX / itemCount)));
  const transitions = new Strongest(itemCount, orderFree < 1 ? widthOf(FOLLOWERS_MAX) : 1);
  if (orderFree < 1) {
    await countTransitions(walks, { ridge: (parameters.stepRidge ?? 3) * unit, rows: transitions }, pace);
  }
  const isOrdered = parameters.orderFree !== undefined;
  const width = widthOf(isOrdered ? NEIGHBOURS_MAX : UNORDERED_NEIGHBOURS_MAX);
  const neighbours = new Strongest(itemCount, width, await checkpoint.read());
  return { orderFree, ridge: (parameters.ridge ?? 1) * unit, transitions, neighbours };
}

/** Solves the equations of a support for the block's targets, some columns at a time, and keeps what is strong. */
async function solveBlock(
  walks: Walks,
  { targets, sizes, equations }: { targets: Uint32Array; sizes: BlockSizes; equations: Equations },
  { engine, pace }: FitPorts,
  onProgress: (fraction: number) => void,
): Promise<void> {
  const { orderFree, transitions, neighbours } = equations;
  const support = await chooseSupport(walks, targets, { size: sizes.support, orderFree }, pace);
  const solver = await factor(await sumLeft(walks, support, equations, pace), engine, pace);
  try {
    for (let from = 0; from < targets.length; from += COLUMNS_MAX) {
      const columns = targets.subarray(from, from + COLUMNS_MAX);
      const right = await sumRight(walks, support, { targets: columns, orderFree, transitions }, pace);
      await solver.solve(right);
      for (let place = 0; place < support.items.length; place++) {
        const item = support.items[place] as number;
        const start = place * columns.length;
        for (let column = 0; column < columns.length; column++) {
          neighbours.offer(item, columns[column] as number, right.data[start + column] as number);
        }
        await pace.spend(columns.length * 6);
      }
      discard(right.data);
      onProgress(Math.min(from + COLUMNS_MAX, targets.length) / targets.length);
    }
  } finally {
    discard(support.placeOf);
    await solver.release();
  }
}

/** Mean over the items that have any: λ counts in it, so that the same value suits small and large data. */
function rowsPerItem({ placeStart, itemCount, items }: Walks): number {
  let count = 0;
  for (let item = 0; item < itemCount; item++) {
    if (placeStart[item] !== placeStart[item + 1]) count++;
  }
  return items.length / Math.max(count, 1);
}
