import { discard } from "../../base/index.ts";
import { adam, UPDATE_OPERATIONS } from "./adam.ts";
import { weightDims } from "./network.ts";
import { type Trainer, tableOf } from "./trainer.ts";

/** AdamW from the step's sums, over what its tokens are worth; rows of the item table that the step did not touch stay as they are. */
export async function update(trainer: Trainer, worth: number, learningRate: number): Promise<void> {
  const { state, run, touched, slopes, marks, options, ports } = trainer;
  const at = { learningRate, weightDecay: 0, count: state.steps };
  const scale = 1 / Math.max(worth, 1e-9);
  let count = 0;
  const apply = (name: string, slope: Float32Array, weightDecay: number) => {
    multiply(slope, slope.length, scale);
    adam(tableOf(state, name), { from: 0, length: slope.length }, slope, 0, { ...at, weightDecay });
    count += slope.length;
  };
  for (const name of Object.keys(weightDims(run))) {
    apply(name, slopes.get(name) as Float32Array, options.weightDecay);
  }
  apply("distance", slopeByDistance(trainer), 0);
  for (const mark of marks) apply(mark.name, mark.slopes, 0);
  if (trainer.content !== null) {
    const slopes = contentSlopes(trainer);
    apply("content", slopes, 0);
    discard(slopes);
  }
  await ports.pace.spend(UPDATE_OPERATIONS * count);
  const { width } = run;
  const items = tableOf(state, "items");
  multiply(touched.slopes, touched.items.length * width, scale);
  const decayed = { ...at, weightDecay: options.weightDecay };
  for (const [slot, item] of touched.items.entries()) {
    adam(items, { from: item * width, length: width }, touched.slopes, slot * width, decayed);
  }
  await ports.pace.spend(UPDATE_OPERATIONS * touched.items.length * width);
}

function multiply(values: Float32Array, length: number, scale: number): void {
  for (let i = 0; i < length; i++) values[i] = (values[i] as number) * scale;
}

/** [heads × L]: the gradients of all pairs at the same distance together. */
function slopeByDistance({ run, slopes }: Trainer): Float32Array {
  const { length, heads } = run;
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
  return byDistance;
}

function contentSlopes({ content, state, touched, run }: Trainer): Float32Array {
  const sum = new Float32Array(tableOf(state, "content").values.length);
  for (const [slot, item] of touched.items.entries())
    content?.gather(item, touched.slopes, slot * run.width, sum);
  return sum;
}
