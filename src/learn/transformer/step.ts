import { discard, discardTensors, type Tensor } from "../../base/index.ts";
import { schedule } from "./adam.ts";
import { weightDims } from "./network.ts";
import type { PackedRow } from "./plan.ts";
import { stepPrng, type Trainer, tableOf } from "./trainer.ts";
import { runFlops } from "./training-graph.ts";
import { update } from "./update.ts";

/** Share of the training over which the rate of learning rises. */
const WARM_UP = 0.04;

/** One update from `rows`, in as many engine runs as they need; gives the mean loss of their tokens. */
export async function step(trainer: Trainer, rows: readonly PackedRow[], progress: number): Promise<number> {
  const { options, session, run, batch, touched, slopes, ports, marks } = trainer;
  const drawn = drawNegatives(trainer);
  const shared = sharedFeeds(trainer, drawn);
  trainer.dropout?.seed(stepPrng(trainer, "dropout").int(2 ** 31));
  for (const sum of slopes.values()) sum.fill(0);
  for (const mark of marks) mark.slopes.fill(0);
  let loss = 0;
  let worth = 0;
  for (let from = 0; from < rows.length; from += run.rows) {
    worth += batch.fill(rows.slice(from, from + run.rows), trainer.columnOf);
    const outputs = await session.run({ ...batch.feeds, ...shared });
    loss += floats(outputs.loss)[0] as number;
    batch.gather(floats(outputs.d_x), floats(outputs.d_positives));
    for (const [name, sum] of slopes) {
      const part = floats(outputs[`d_${name}`]);
      for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + (part[i] as number);
    }
    discardTensors(outputs);
    await ports.pace.ran(runFlops(run));
  }
  // The others are the state's own tables.
  discard(floats(shared.negatives), floats(shared.bias));
  gatherNegatives(trainer, drawn);
  trainer.state.steps++;
  await update(trainer, worth, options.learningRate * schedule(progress, WARM_UP));
  touched.clear();
  return loss / Math.max(worth, 1e-9);
}

/** Distinct items, uniformly (partial Fisher–Yates), noted in `columnOf`; there until the next draw. */
function drawNegatives(trainer: Trainer): Uint32Array {
  const { options, run, columnOf, pool } = trainer;
  const prng = stepPrng(trainer, "negatives");
  // From the same order in each step, so that a slice can begin at any; into the same array, as a copy a step is garbage.
  pool.set(options.known);
  for (let column = 0; column < run.negatives; column++) {
    const other = column + prng.int(pool.length - column);
    const item = pool[other] as number;
    pool[other] = pool[column] as number;
    pool[column] = item;
    columnOf[item] = column;
  }
  return pool.subarray(0, run.negatives);
}

function gatherNegatives({ run, columnOf, touched, slopes }: Trainer, drawn: Uint32Array): void {
  const { width } = run;
  const found = slopes.get("negatives") as Float32Array;
  for (const [column, item] of drawn.entries()) {
    columnOf[item] = -1;
    const to = touched.slot(item) * width;
    for (let i = 0; i < width; i++) {
      touched.slopes[to + i] = (touched.slopes[to + i] as number) + (found[column * width + i] as number);
    }
  }
}

/** What all runs of a step are fed alike. */
function sharedFeeds(trainer: Trainer, drawn: Uint32Array): Record<string, Tensor> {
  const { state, run, touched, options } = trainer;
  const { width, length, heads, negatives: k } = run;
  const negatives = new Float32Array((k + 2) * width);
  for (const [column, item] of drawn.entries()) {
    const from = touched.slot(item) * width;
    negatives.set(touched.vectors.subarray(from, from + width), column * width);
  }
  // Each negative stands for (N − 1) / K items; softmax knows differences only, so the positive is moved instead.
  const shift = -Math.log(Math.max(1, (options.known.length - 1) / k));
  const feeds: Record<string, Tensor> = {
    negatives: { type: "float32", dims: [k + 2, width], data: negatives },
    bias: { type: "float32", dims: [heads, length, length], data: pairBias(trainer) },
    shift: { type: "float32", dims: [], data: Float32Array.of(shift) },
  };
  for (const [name, dims] of Object.entries(weightDims(run))) {
    feeds[name] = { type: "float32", dims, data: tableOf(state, name).values };
  }
  return feeds;
}

/** [heads, L, L] what is learned about the distance i − j, oldest first; −10⁹ for what comes later than i. */
function pairBias({ state, run }: Trainer): Float32Array {
  const { length, heads } = run;
  const distance = tableOf(state, "distance").values;
  const bias = new Float32Array(heads * length * length).fill(-1e9);
  for (let head = 0; head < heads; head++) {
    for (let i = 0; i < length; i++) {
      const at = (head * length + i) * length;
      for (let j = 0; j <= i; j++) bias[at + j] = distance[head * length + i - j] as number;
    }
  }
  return bias;
}

function floats(tensor: Tensor | undefined): Float32Array {
  if (tensor?.type !== "float32") throw new Error("the training graph gave no floats");
  return tensor.data;
}
