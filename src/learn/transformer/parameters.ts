import type { DataShape } from "../data/shape.ts";
import { FIT_CONTENT_WIDTH } from "../model/fit-content.ts";
import type { Ladder, Parameters } from "../model/learner.ts";
import { ENGINE_FLOPS_PER_SECOND, OPERATIONS_PER_SECOND } from "../model/pace.ts";
import { UPDATE_OPERATIONS } from "./adam.ts";
import { type Sizes, weightDims } from "./network.ts";
import { runFlops } from "./training-graph.ts";

const BASE = {
  heads: 2,
  blocks: 2,
  /** Width inside the feed-forward half, in d. */
  wider: 2,
  negatives: 512,
  learningRate: 0.003,
  weightDecay: 0.01,
};

/** Those that follow from the data's shape. */
type Shaped = {
  /** d */
  width: number;
  /** Interactions that are looked at. */
  window: number;
  dropout: number;
  /** Tokens of one update. */
  stepTokens: number;
  epochs: number;
};

export type TransformerParameters = typeof BASE & Shaped;

/** Below so many items half the width tells them apart. */
const FEW_ITEMS = 200;
/** Few histories are longer than this many times the mean, and what lies further back tells little. */
const WINDOW_MEANS = 4;
const WINDOW_MIN = 16;
const WINDOW_MAX = 100;

/** Tokens of one update: smaller ones learn faster from the same number of passes, until copies and updates cost as much. */
const STEP_TOKENS_MAX = 1_600;
/** Small data have as many updates as this in each pass, unless those get smaller than sense. */
const STEPS_PER_EPOCH = 320;
const STEP_TOKENS_MIN = 64;
/** Tokens of a whole fit: some 2,000 CPU-seconds at 64 dims. More passes than the most teach nothing new. */
const FIT_TOKENS = 3.2e7;
const EPOCHS_MAX = 100;
/** Shares of the passes that a smaller budget can choose from. */
const PASSES = [1 / 8, 1 / 4, 3 / 8, 1 / 2, 3 / 4, 1];
/** Items with fewer interactions than this are easily learned by heart: more dropout. */
const WELL_KNOWN_ROWS = 60;

/** Given parameters, and for the others what suits data of this shape. */
export function complete(shape: DataShape, given: Parameters): TransformerParameters {
  const tokens = Math.max(shape.rows - shape.users, 1);
  const stepTokens = Math.ceil(
    Math.min(STEP_TOKENS_MAX, Math.max(STEP_TOKENS_MIN, tokens / STEPS_PER_EPOCH)),
  );
  const epochs = Math.ceil(Math.min(EPOCHS_MAX, FIT_TOKENS / tokens));
  const dropout = shape.rows / Math.max(shape.items, 1) < WELL_KNOWN_ROWS ? 0.4 : 0.2;
  const window = Math.ceil(Math.min(WINDOW_MAX, Math.max(WINDOW_MIN, WINDOW_MEANS * shape.rowsPerUser)));
  const width = shape.items < FEW_ITEMS ? 32 : 64;
  return { ...BASE, width, window, dropout, stepTokens, epochs, ...given };
}

export function ladders(shape: DataShape): Ladder[] {
  const { epochs, dropout } = complete(shape, {});
  const passes = [...new Set(PASSES.map((share) => Math.ceil(share * epochs)))];
  const dropouts = [0.1, 0.2, 0.3, 0.4, 0.5];
  return [
    { name: "epochs", values: passes, start: passes.length - 1, buysQuality: true },
    { name: "dropout", values: dropouts, start: dropouts.indexOf(dropout) },
  ];
}

/**
 * Estimated CPU-seconds of a fit: the engine's multiply-adds by token, and by step the update of what is learned, which is most of
 * the work where steps are small. Against what a fit counts: 0.74 to 1.07 times it from 7,000 rows to a million, for steps of short
 * histories are not filled.
 */
export function workSeconds(shape: DataShape, given: Parameters): number {
  const { epochs, wider, negatives: wanted, ...rest } = complete(shape, given);
  const negatives = Math.min(wanted, shape.items);
  const sizes = { ...rest, hidden: wider * rest.width, negatives };
  const tokens = Math.max(shape.rows - shape.users, 1);
  const run = { ...sizes, rows: 1, length: 1, dropout: true, weighted: false };
  const token = runFlops(run) + 12 * rest.window * rest.width * rest.blocks;
  const engine = (tokens * token) / ENGINE_FLOPS_PER_SECOND;
  const update = (UPDATE_OPERATIONS * updatedValues(shape, sizes)) / OPERATIONS_PER_SECOND;
  return epochs * (engine + Math.max(1, tokens / rest.stepTokens) * update);
}

/** Values that a step updates: the network, the half of the item tower that reads content, and the vectors of the items it touches. */
function updatedValues(
  { items }: DataShape,
  sizes: Sizes & { stepTokens: number; negatives: number },
): number {
  const network = Object.values(weightDims(sizes)).reduce((sum, [rows, columns]) => sum + rows * columns, 0);
  // Those of the tokens that are not among the negatives, as if all items were as likely.
  const others = (items - sizes.negatives) * (1 - Math.exp(-sizes.stepTokens / Math.max(items, 1)));
  return network + sizes.width * (FIT_CONTENT_WIDTH + sizes.negatives + others);
}
