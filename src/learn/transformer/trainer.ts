import { createPrng, discard, type Prng, type Session } from "../../base/index.ts";
import type { Dataset } from "../data/dataset.ts";
import type { FitPorts } from "../model/learner.ts";
import type { Learned } from "./adam.ts";
import { createDropout, type Dropout } from "./dropout.ts";
import { type ItemContent, itemContent } from "./item-content.ts";
import { createMicroBatch, type Mark, type MicroBatch } from "./micro-batch.ts";
import { weightDims } from "./network.ts";
import type { StateSizes, TrainingState } from "./state.ts";
import { createStepRows, type StepRows } from "./step-rows.ts";
import { type RunSizes, runFlops, trainingGraph } from "./training-graph.ts";

export interface TrainOptions {
  seed: number;
  sizes: StateSizes;
  epochs: number;
  /** Tokens of one update. */
  stepTokens: number;
  negatives: number;
  dropout: number;
  learningRate: number;
  weightDecay: number;
  /** Codes of the data set's rows for each mark of `sizes.marks`. */
  codes: Readonly<Record<string, Uint8Array>>;
  /** Items that can be right or wrong: negatives are drawn from these. */
  known: readonly number[];
  /** [items × F] */
  content?: Float32Array;
  onProgress?(fraction: number, message: string): void;
}

/** Multiply-adds × 2 of one engine run: some 25 ms of work, and a few MB of the engine's memory. */
const RUN_FLOPS = 3e8;

/** What a slice of training works with. All that must outlive it is in `state`. */
export interface Trainer {
  options: TrainOptions;
  state: TrainingState;
  session: Session;
  run: RunSizes;
  batch: MicroBatch;
  dropout: Dropout | null;
  touched: StepRows;
  marks: readonly Mark[];
  content: ItemContent | null;
  /** [known] items in an order that each step draws anew: its negatives stand first. */
  pool: Uint32Array;
  /** [items] column of an item among the negatives of the step; −1 for the others. */
  columnOf: Int32Array;
  /** Sums of the step's gradients, by the name of their input. */
  slopes: ReadonlyMap<string, Float32Array>;
  ports: FitPorts;
}

export async function createTrainer(
  dataset: Dataset,
  state: TrainingState,
  options: TrainOptions,
  ports: FitPorts,
): Promise<Trainer> {
  const { sizes } = options;
  const { width, itemCount } = sizes;
  const run = runSizes(options, options.known.length, isWeighted(dataset));
  const items = tableOf(state, "items").values;
  const content = contentOf(state, sizes, options.content);
  const capacity = Math.min(itemCount, 3 * options.stepTokens + 2 * sizes.length + run.negatives);
  const touched = createStepRows(itemCount, capacity, width, (item, to, at) => {
    to.set(items.subarray(item * width, (item + 1) * width), at);
    content?.add(item, to, at);
  });
  const marks = Object.keys(sizes.marks).map((name) => {
    const { values } = tableOf(state, name);
    return {
      name,
      values,
      codes: options.codes[name] as Uint8Array,
      slopes: new Float32Array(values.length),
    };
  });
  const dropout = run.dropout ? createDropout(options.dropout) : null;
  return {
    options,
    state,
    session: await ports.engine.load(trainingGraph(run)),
    run,
    batch: createMicroBatch(run, { items: dataset.items, weights: dataset.weights, touched, marks, dropout }),
    dropout,
    touched,
    marks,
    content,
    pool: new Uint32Array(options.known.length),
    columnOf: new Int32Array(itemCount).fill(-1),
    slopes: sums(run),
    ports,
  };
}

/** Gives back all but the state. */
export async function closeTrainer(trainer: Trainer): Promise<void> {
  const { session, batch, touched, marks, content, pool, columnOf, slopes } = trainer;
  batch.discard();
  touched.discard();
  content?.discard();
  discard(pool, columnOf, ...slopes.values(), ...marks.map((mark) => mark.slopes));
  await session.release();
}

/** A stream of its own for each step and purpose, so that a slice can begin at any step. */
export function stepPrng({ options, state }: Trainer, purpose: string): Prng {
  return createPrng(`${options.seed}/${purpose} ${state.steps}`);
}

export function tableOf(state: TrainingState, name: string): Learned {
  const table = state.tables.get(name);
  if (table === undefined) throw new Error(`the state has no ${name}`);
  return table.learned;
}

/** The state's half of the item tower that reads content; null without content. */
export function contentOf(
  state: TrainingState,
  { contentWidth, width }: StateSizes,
  content: Float32Array | undefined,
): ItemContent | null {
  return content === undefined ? null : itemContent(content, contentWidth, tableOf(state, "content"), width);
}

/** Events of different worth: what is worth more is predicted first. */
function isWeighted({ weights }: Dataset): boolean {
  return weights.some((weight) => weight !== weights[0]);
}

function runSizes(
  { sizes, stepTokens, negatives, dropout }: TrainOptions,
  knownCount: number,
  weighted: boolean,
): RunSizes {
  const row: RunSizes = {
    ...sizes,
    rows: 1,
    negatives: Math.min(negatives, knownCount),
    dropout: dropout > 0,
    weighted,
  };
  const rows = Math.min(RUN_FLOPS / runFlops(row), stepTokens / sizes.length);
  return { ...row, rows: Math.max(1, Math.round(rows)) };
}

function sums(run: RunSizes): Map<string, Float32Array> {
  const { width, heads, length, negatives } = run;
  const slopes = new Map<string, Float32Array>();
  for (const [name, dims] of Object.entries(weightDims(run))) {
    slopes.set(name, new Float32Array(dims[0] * dims[1]));
  }
  slopes.set("bias", new Float32Array(heads * length * length));
  slopes.set("negatives", new Float32Array((negatives + 2) * width));
  return slopes;
}
