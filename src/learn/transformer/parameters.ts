import type { DataShape } from "../data/shape.ts";
import type { Ladder, Parameters } from "../model/learner.ts";
import { runFlops } from "./step.ts";

const BASE = {
  /** d */
  width: 64,
  heads: 2,
  blocks: 2,
  /** Width inside the feed-forward half, in d. */
  wider: 2,
  /** Interactions that are looked at. */
  window: 100,
  negatives: 512,
  dropout: 0.2,
  learningRate: 0.003,
  weightDecay: 0.01,
  stepTokens: 6_400,
};

export type TransformerParameters = typeof BASE & { epochs: number };

/** Updates of one pass over the data, where they are small: fewer would not get anywhere in a sensible number of passes. */
const STEPS_PER_EPOCH = 40;
const STEP_TOKENS_MIN = 64;
const EPOCHS_MAX = 100;

/** Given parameters, and for the others what suits data of this shape. */
export function complete(shape: DataShape, given: Parameters): TransformerParameters {
  const tokens = Math.max(shape.rows - shape.users, 1);
  const stepTokens = Math.ceil(
    Math.min(BASE.stepTokens, Math.max(STEP_TOKENS_MIN, tokens / STEPS_PER_EPOCH)),
  );
  const epochs = Math.round(Math.min(EPOCHS_MAX, Math.max(15, 1.5e7 / tokens)));
  return { ...BASE, stepTokens, epochs, ...given };
}

export function ladders(shape: DataShape): Ladder[] {
  const { epochs } = complete(shape, {});
  return [
    { name: "epochs", values: [Math.ceil(epochs / 4), Math.ceil(epochs / 2), epochs, 2 * epochs], start: 2 },
    { name: "dropout", values: [0.1, 0.2, 0.3, 0.5], start: 1 },
  ];
}

/** Estimated CPU-seconds of a fit: the engine's multiply-adds, and what goes with them. */
export function workSeconds(shape: DataShape, given: Parameters): number {
  const { epochs, width, wider, ...rest } = complete(shape, given);
  const tokens = Math.max(shape.rows - shape.users, 1) * epochs;
  const flops = runFlops({
    ...rest,
    width,
    hidden: wider * width,
    rows: 1,
    length: 1,
    dropout: true,
    negatives: Math.min(rest.negatives, shape.items),
  });
  return (tokens * (flops + 12 * rest.window * width * rest.blocks)) / 1.2e10;
}
