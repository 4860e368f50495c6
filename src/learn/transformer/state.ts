import { createPrng, discard, type Tensor } from "../../base/index.ts";
import { decodeTensors, encodeTensors } from "../model/tensor-file.ts";
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

const MOMENTS = ["values", "first", "second"] as const;

/** Of a table named so: no table's name has a slash. */
const tensorName = (table: string, moment: (typeof MOMENTS)[number]) => `${table}/${moment}`;

/** State → bytes of a checkpoint. */
export function encodeState({ tables, ...progress }: TrainingState): Uint8Array<ArrayBuffer> {
  const tensors: Record<string, Tensor> = {};
  for (const [name, { dims, learned: one }] of tables) {
    for (const moment of MOMENTS) {
      tensors[tensorName(name, moment)] = { type: "float32", dims, data: one[moment] };
    }
  }
  return encodeTensors(progress, tensors);
}

/** What is learned lies on `bytes`: nothing is copied. */
export function decodeState(bytes: Uint8Array<ArrayBuffer>): TrainingState {
  const { head, tensors } = decodeTensors(bytes);
  const tables: TrainingState["tables"] = new Map();
  for (const [path, { dims }] of Object.entries(tensors)) {
    const [name = "", moment] = path.split("/");
    if (moment !== "values") continue;
    const floats = (of: (typeof MOMENTS)[number]) => tensors[tensorName(name, of)]?.data as Float32Array;
    tables.set(name, {
      dims,
      learned: { values: floats("values"), first: floats("first"), second: floats("second") },
    });
  }
  return { ...(head as Omit<TrainingState, "tables">), tables };
}

/** Nobody reads it any more. */
export function discardState({ tables }: TrainingState): void {
  for (const { learned: one } of tables.values()) discard(one.values, one.first, one.second);
}
