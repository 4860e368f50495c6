import { createPrng, type Session, type Tensor } from "../../base/index.ts";
import { encodeModel } from "../../onnx/index.ts";
import type { Dataset } from "../data/dataset.ts";
import type { FitPorts } from "../model/learner.ts";
import { adam, schedule } from "./adam.ts";
import { createDropout } from "./dropout.ts";
import { createMicroBatch, type Mark, type MicroBatch } from "./micro-batch.ts";
import { weightDims } from "./network.ts";
import { type PackedRow, planEpoch } from "./plan.ts";
import { decodeState, encodeState, type StateSizes, type TrainingState } from "./state.ts";
import { createStepRows, type StepRows } from "./step-rows.ts";
import { type RunSizes, trainingGraph } from "./training-graph.ts";

void encodeModel;

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
  /** Codes of the rows for each mark of `sizes.marks`. */
  codes: Readonly<Record<string, Uint8Array>>;
  onProgress?(fraction: number, message: string): void;
}

/** Tokens of one engine run: about 25 ms of work at 64 dims. */
const RUN_TOKENS = 400;
const WARM_UP = 0.04;

interface Trainer {
  dataset: Dataset;
  options: TrainOptions;
  state: TrainingState;
  session: Session;
  run: RunSizes;
  batch: MicroBatch;
  touched: StepRows;
  marks: readonly Mark[];
  /** Items with rows, from which negatives are drawn. */
  warm: number[];
  columnOf: Int32Array;
  /** Sums of the step's gradients of all but items and marks. */
  slopes: Map<string, Float32Array>;
  ports: FitPorts;
}

/** Trains to the end, or until the slice is spent: then null, and the state is in the checkpoint. */
export async function train(
  dataset: Dataset,
  begin: () => TrainingState,
  options: TrainOptions,
  ports: FitPorts,
): Promise<TrainingState | null> {
  const saved = await ports.checkpoint.read();
  const state = saved === null ? begin() : decodeState(saved);
  const trainer = await createTrainer(dataset, state, options, ports);
  try {
    while (state.epoch < options.epochs) {
      const prng = createPrng(options.seed).fork(`epoch ${state.epoch}`);
      const rows = planEpoch(dataset, options.sizes.window, prng);
      await ports.pace.spend(20 * dataset.items.length);
      const rowsPerStep = Math.max(1, Math.round(options.stepTokens / options.sizes.window));
      const steps = Math.ceil(rows.length / rowsPerStep);
      let loss = 0;
      for (; state.epochSteps < steps; state.epochSteps++) {
        if (ports.pace.isSpent) {
          await ports.checkpoint.write(encodeState(state));
          return null;
        }
        const from = state.epochSteps * rowsPerStep;
        const progress = (state.epoch + state.epochSteps / steps) / options.epochs;
        loss = await step(trainer, rows.slice(from, from + rowsPerStep), progress);
        if (state.epochSteps % 10 === 0) options.onProgress?.(progress, `loss ${loss.toFixed(3)}`);
      }
      state.epoch++;
      state.epochSteps = 0;
    }
    return state;
  } finally {
    await trainer.session.release();
  }
}

async function createTrainer(
  dataset: Dataset,
  state: TrainingState,
  options: TrainOptions,
  ports: FitPorts,
): Promise<Trainer> {
  const { sizes } = options;
  const { width, window, heads, itemCount } = sizes;
  const isWarm = new Uint8Array(itemCount);
  for (const item of dataset.items) isWarm[item] = 1;
  const warm = [...isWarm.keys()].filter((item) => isWarm[item] === 1);
  const negatives = Math.min(options.negatives, warm.length);
  const run: RunSizes = {
    ...sizes,
    rows: Math.max(1, Math.round(RUN_TOKENS / window)),
    length: window,
    negatives,
    dropout: options.dropout > 0,
  };
  const items = tableOf(state, "items").values;
  const capacity = Math.min(itemCount, 3 * options.stepTokens + negatives);
  const touched = createStepRows(itemCount, capacity, width, (item, to, at) => {
    to.set(items.subarray(item * width, (item + 1) * width), at);
  });
  const marks = Object.keys(sizes.marks).map((name) => {
    const { values } = tableOf(state, name);
    return { name, values, codes: options.codes[name] as Uint8Array, slopes: new Float32Array(values.length) };
  });
  const dropout = run.dropout
    ? createDropout(options.dropout, createPrng(options.seed).fork(`dropout ${state.steps}`).int(2 ** 31))
    : null;
  const slopes = new Map<string, Float32Array>();
  for (const [name, dims] of Object.entries(weightDims(sizes))) slopes.set(name, new Float32Array(dims[0] * dims[1]));
  slopes.set("bias", new Float32Array(heads * window * window));
  slopes.set("negatives", new Float32Array((negatives + 2) * width));
  const batch = createMicroBatch(run, { items: dataset.items, touched, marks, dropout });
  const session = await ports.engine.load(trainingGraph(run));
  const columnOf = new Int32Array(itemCount).fill(-1);
  return { dataset, options, state, session, run, batch, touched, marks, warm, columnOf, slopes, ports };
}

function tableOf(state: TrainingState, name: string) {
  const table = state.tables.get(name);
  if (table === undefined) throw new Error(`the state has no ${name}`);
  return table.learned;
}

/** One update; gives the mean loss of its tokens. */
async function step(trainer: Trainer, rows: readonly PackedRow[], progress: number): Promise<number> {
  const { state, options, session, run, batch, touched, slopes, ports, marks } = trainer;
  const { width } = run;
  const drawn = drawNegatives(trainer);
  const shared = sharedFeeds(trainer, drawn);
  for (const sum of slopes.values()) sum.fill(0);
  for (const mark of marks) mark.slopes.fill(0);
  let loss = 0;
  let tokens = 0;
  for (let from = 0; from < rows.length; from += run.rows) {
    tokens += batch.fill(rows.slice(from, from + run.rows), trainer.columnOf);
    const outputs = await session.run({ ...batch.feeds, ...shared });
    loss += floats(outputs.loss)[0] as number;
    batch.gather(floats(outputs.d_x), floats(outputs.d_positives));
    for (const [name, sum] of slopes) {
      const part = floats(outputs[`d_${name}`]);
      for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + (part[i] as number);
    }
    await ports.pace.ran(runFlops(run));
  }
  const negativeSlopes = slopes.get("negatives") as Float32Array;
  for (const [column, item] of drawn.entries()) {
    trainer.columnOf[item] = -1;
    const to = touched.slot(item) * width;
    for (let i = 0; i < width; i++) {
      touched.slopes[to + i] = (touched.slopes[to + i] as number) + (negativeSlopes[column * width + i] as number);
    }
  }
  state.steps++;
  await update(trainer, tokens, options.learningRate * schedule(progress, WARM_UP));
  touched.clear();
  return loss / tokens;
}

/** Distinct items, uniformly (partial Fisher–Yates), noted in `columnOf`. */
function drawNegatives({ warm, run, columnOf, options, state }: Trainer): number[] {
  const prng = createPrng(`${options.seed}/negatives ${state.steps}`);
  const pool = warm.slice();
  for (let column = 0; column < run.negatives; column++) {
    const other = column + prng.int(pool.length - column);
    const item = pool[other] as number;
    pool[other] = pool[column] as number;
    pool[column] = item;
    columnOf[item] = column;
  }
  return pool.slice(0, run.negatives);
}

/** What all runs of a step are fed alike. */
function sharedFeeds({ state, run, touched, warm }: Trainer, drawn: readonly number[]): Record<string, Tensor> {
  const { width, length, heads, negatives: k } = run;
  const negatives = new Float32Array((k + 2) * width);
  for (const [column, item] of drawn.entries()) {
    const from = touched.slot(item) * width;
    negatives.set(touched.vectors.subarray(from, from + width), column * width);
  }
  const distance = tableOf(state, "distance").values;
  const bias = new Float32Array(heads * length * length);
  for (let head = 0; head < heads; head++) {
    for (let i = 0; i < length; i++) {
      for (let j = 0; j < length; j++) {
        bias[(head * length + i) * length + j] = j > i ? -1e9 : (distance[head * length + i - j] as number);
      }
    }
  }
  const feeds: Record<string, Tensor> = {
    negatives: { type: "float32", dims: [k + 2, width], data: negatives },
    bias: { type: "float32", dims: [heads, length, length], data: bias },
    // Each negative stands for (N − 1) / K items; softmax knows differences only, so the positive is moved instead.
    shift: { type: "float32", dims: [], data: Float32Array.of(-Math.log(Math.max(1, (warm.length - 1) / k))) },
  };
  for (const [name, dims] of Object.entries(weightDims(run))) {
    feeds[name] = { type: "float32", dims, data: tableOf(state, name).values };
  }
  return feeds;
}

async function update(trainer: Trainer, tokens: number, learningRate: number): Promise<void> {
  const { state, run, touched, slopes, marks, options, ports } = trainer;
  const { width, length, heads } = run;
  const at = { learningRate, weightDecay: options.weightDecay, count: state.steps };
  const scale = 1 / Math.max(tokens, 1);
  const apply = (name: string, slope: Float32Array, weightDecay: number) => {
    for (let i = 0; i < slope.length; i++) slope[i] = (slope[i] as number) * scale;
    adam(tableOf(state, name), { from: 0, length: slope.length }, slope, 0, { ...at, weightDecay });
  };
  for (const name of Object.keys(weightDims(run))) apply(name, slopes.get(name) as Float32Array, options.weightDecay);
  const byPair = slopes.get("bias") as Float32Array;
  const byDistance = new Float32Array(heads * length);
  for (let head = 0; head < heads; head++) {
    for (let i = 0; i < length; i++) {
      for (let j = 0; j <= i; j++) {
        const to = head * length + i - j;
        byDistance[to] = (byDistance[to] as number) + (byPair[(head * length + i) * length + j] as number);
      }
    }
  }
  apply("distance", byDistance, 0);
  for (const mark of marks) apply(mark.name, mark.slopes, 0);
  const table = tableOf(state, "items");
  for (let i = 0; i < touched.items.length * width; i++) touched.slopes[i] = (touched.slopes[i] as number) * scale;
  for (const [slot, item] of touched.items.entries()) {
    adam(table, { from: item * width, length: width }, touched.slopes, slot * width, at);
  }
  await ports.pace.spend(20 * touched.items.length * width);
}

function floats(tensor: Tensor | undefined): Float32Array {
  if (tensor?.type !== "float32") throw new Error("the training graph gave no floats");
  return tensor.data;
}

/** Multiply-adds × 2: forward once, backward twice. */
function runFlops({ rows, length, width, hidden, blocks, negatives }: RunSizes): number {
  const block = 4 * width * width + 2 * width * hidden + 2 * length * width;
  return 6 * rows * length * (blocks * block + negatives * width);
}
