import { createPrng, discard, type Tensor } from "../../base/index.ts";
import { decodeTensors, encodeTensors, replaceHead, reserveTensors } from "../model/tensor-file.ts";
import type { Learned } from "./adam.ts";
import { type Sizes, weightDims } from "./network.ts";

/** All that is learned, by name, with its moments; `items` [N, d] and the weights of the network among them. */
export interface TrainingState {
  tables: Map<string, { dims: readonly number[]; learned: Learned }>;
  /** The checkpoint that the tables lie on: it need only be told how far training has come. */
  file: Uint8Array<ArrayBuffer>;
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
  const first = firstTables(sizes);
  const { bytes, tensors } = reserveTensors(
    Object.fromEntries(
      Object.entries(first).flatMap(([name, { dims }]) =>
        MOMENTS.map((moment) => [tensorName(name, moment), { type: "float32", dims }] as const),
      ),
    ),
  );
  const tables = tablesOf(tensors);
  for (const [name, { learned }] of tables) {
    const deviation = first[name]?.deviation ?? 0;
    const { values } = learned;
    if (deviation > 0) for (let i = 0; i < values.length; i++) values[i] = deviation * prng.normal();
  }
  const none = { steps: 0, epoch: 0, epochSteps: 0, lossSum: 0, losses: [], isWarm: false };
  return { tables, file: bytes, ...none };
}

/** All tables in their order, with the deviation of their first values; 0: zeros. */
function firstTables(sizes: StateSizes): Record<string, { dims: readonly number[]; deviation: number }> {
  const { width, heads, blocks, itemCount, length, contentWidth, marks } = sizes;
  const tables: Record<string, { dims: readonly number[]; deviation: number }> = {
    items: { dims: [itemCount, width], deviation: 1 / Math.sqrt(width) },
  };
  for (const [name, dims] of Object.entries(weightDims(sizes))) {
    let deviation = 1 / Math.sqrt(dims[0]);
    // Products of queries and keys get their 1/√(d / heads) here.
    if (name.startsWith("query")) deviation /= Math.sqrt(width / heads);
    // What each half adds begins small, so that depth does not make the sum grow.
    if (name.startsWith("mixed") || name.startsWith("narrow")) deviation /= Math.sqrt(2 * blocks);
    tables[name] = { dims, deviation };
  }
  tables.distance = { dims: [heads, length], deviation: 0 };
  if (contentWidth > 0) tables.content = { dims: [contentWidth, width], deviation: 0 };
  for (const [name, rows] of Object.entries(marks)) tables[name] = { dims: [rows, width], deviation: 0 };
  return tables;
}

const MOMENTS = ["values", "first", "second"] as const;

/** Of a table named so: no table's name has a slash. */
const tensorName = (table: string, moment: (typeof MOMENTS)[number]) => `${table}/${moment}`;

function tablesOf(tensors: Readonly<Record<string, Tensor>>): TrainingState["tables"] {
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
  return tables;
}

/**
 * State → bytes of a checkpoint, which take its memory: the state cannot be read any more. Nothing of the tables' size is copied, as with a copy beside
 * them, and a data set, an isolate is full at some 40,000 items.
 */
export function sealState(state: TrainingState): Uint8Array<ArrayBuffer> {
  const { tables, file, ...progress } = state;
  if (replaceHead(file, progress)) return file;
  const tensors: Record<string, Tensor> = {};
  for (const [name, { dims, learned: one }] of tables) {
    for (const moment of MOMENTS) {
      tensors[tensorName(name, moment)] = { type: "float32", dims, data: one[moment] };
    }
  }
  const bytes = encodeTensors(progress, tensors);
  discardState(state);
  return bytes;
}

/** What is learned lies on `bytes`: nothing is copied. */
export function decodeState(bytes: Uint8Array<ArrayBuffer>): TrainingState {
  const { head, tensors } = decodeTensors(bytes);
  return { ...(head as Omit<TrainingState, "tables" | "file">), tables: tablesOf(tensors), file: bytes };
}

/** Nobody reads it any more. */
export function discardState({ file }: TrainingState): void {
  discard(file);
}
