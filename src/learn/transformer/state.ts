import { createPrng, type Tensor } from "../../base/index.ts";
import { decodeModel, encodeModel } from "../../onnx/index.ts";
import { type Learned, learned } from "./adam.ts";
import { type Sizes, weightDims } from "./network.ts";

/** All that is learned, by name, with its moments; `items` [N, d] and the weights of the network among them. */
export interface TrainingState {
  tables: Map<string, { dims: readonly number[]; learned: Learned }>;
  /** Steps done. */
  steps: number;
  epoch: number;
  /** Steps done of this epoch. */
  epochSteps: number;
  /** Sum over this epoch's steps of their mean loss, float32, so that a checkpoint keeps it to the bit. */
  lossSum: number;
  /** Mean loss of each epoch done. */
  losses: number[];
  /** It began from an earlier part: fewer epochs. */
  isWarm: boolean;
}

export interface StateSizes extends Sizes {
  itemCount: number;
  /** Interactions that one can look at, itself included. */
  length: number;
  /** Rows of the tables of marks by name. */
  marks: Readonly<Record<string, number>>;
  /** F; 0 without content. */
  contentWidth: number;
}

/** The first values: normal draws that keep the variance of what passes through them. */
export function initialState(sizes: StateSizes, seed: number): TrainingState {
  const prng = createPrng(seed).fork("weights");
  const tables: TrainingState["tables"] = new Map();
  const add = (name: string, dims: readonly number[], deviation: number) => {
    const values = new Float32Array(dims.reduce((product, size) => product * size, 1));
    if (deviation > 0) for (let i = 0; i < values.length; i++) values[i] = deviation * prng.normal();
    tables.set(name, { dims, learned: learned(values) });
  };
  const { width, heads, blocks, itemCount, length } = sizes;
  add("items", [itemCount, width], 1 / Math.sqrt(width));
  for (const [name, dims] of Object.entries(weightDims(sizes))) {
    let deviation = 1 / Math.sqrt(dims[0]);
    // Products of queries and keys get their 1/√(d / heads) here.
    if (name.startsWith("query")) deviation /= Math.sqrt(width / heads);
    // What each half adds begins small, so that depth does not make the sum grow.
    if (name.startsWith("mixed") || name.startsWith("narrow")) deviation /= Math.sqrt(2 * blocks);
    add(name, dims, deviation);
  }
  add("distance", [heads, length], 0);
  if (sizes.contentWidth > 0) add("content", [sizes.contentWidth, width], 0);
  for (const [name, rows] of Object.entries(sizes.marks)) add(name, [rows, width], 0);
  return { tables, steps: 0, epoch: 0, epochSteps: 0, lossSum: 0, losses: [], isWarm: false };
}

/** No table's name has a slash. */
const CURVE = "loss/epochs";

/** State → bytes, through the file format of graphs: a graph of constants alone. */
export function encodeState(state: TrainingState): Uint8Array<ArrayBuffer> {
  const { tables, steps, epoch, epochSteps, lossSum, losses, isWarm } = state;
  const initializers = new Map<string, Tensor>();
  const counts = BigInt64Array.of(BigInt(steps), BigInt(epoch), BigInt(epochSteps), BigInt(isWarm));
  initializers.set("counts", { type: "int64", dims: [4], data: counts });
  const curve = Float32Array.of(lossSum, ...losses);
  initializers.set(CURVE, { type: "float32", dims: [curve.length], data: curve });
  for (const [name, { dims, learned: one }] of tables) {
    initializers.set(name, { type: "float32", dims, data: one.values });
    initializers.set(`${name}/first`, { type: "float32", dims, data: one.first });
    initializers.set(`${name}/second`, { type: "float32", dims, data: one.second });
  }
  return encodeModel({ name: "transformer-state", inputs: [], outputs: [], nodes: [], initializers });
}

export function decodeState(bytes: Uint8Array): TrainingState {
  const { initializers } = decodeModel(bytes);
  const floats = (name: string) => initializers.get(name)?.data as Float32Array;
  const [steps = 0, epoch = 0, epochSteps = 0, warm = 0] = Array.from(
    initializers.get("counts")?.data as BigInt64Array,
    Number,
  );
  const [lossSum = 0, ...losses] = floats(CURVE);
  const tables: TrainingState["tables"] = new Map();
  for (const [name, { dims }] of initializers) {
    if (name === "counts" || name.includes("/")) continue;
    const one = { values: floats(name), first: floats(`${name}/first`), second: floats(`${name}/second`) };
    tables.set(name, { dims, learned: one });
  }
  return { tables, steps, epoch, epochSteps, lossSum, losses, isWarm: warm === 1 };
}
