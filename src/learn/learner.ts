import type { Engine } from "../base/index.ts";
import type { Dataset } from "./dataset.ts";

/** Hyper-parameters by name, as they stand in the manifest. */
export type Parameters = Readonly<Record<string, number>>;

export interface FitOptions {
  seed: number;
  /** Newest interactions of a user that the graph is given. */
  historyMax: number;
  /** Width F of item content vectors and of `late_features`. */
  contentWidth: number;
  /** [items × F], row i describes item i of the data set, each row of length 1 or all zeros. Absent: no content known. */
  content?: Float32Array;
  /** Skips the search: a refit on all data uses what was chosen before. */
  parameters?: Parameters;
  /** `fraction` 0…1 of this fit, never falling. */
  onProgress?(fraction: number, message: string): void;
}

/**
 * Lets other work of the thread run. Awaited by a learner after every 25 ms of work at the most, counted in operations:
 * on Cloudflare the clock stands still during computation.
 */
export type YieldTo = () => Promise<void>;

/** What training hands on: the graph of the model contract, complete in itself. */
export interface FittedModel {
  learner: string;
  parameters: Parameters;
  /** N: items of the data set it was fitted on, in their order. */
  itemCount: number;
  contentWidth: number;
  /** ONNX bytes, see `graph-contract.ts` for inputs and outputs. */
  onnx: Uint8Array<ArrayBuffer>;
}

/** One way to learn. Same data, options and seed give the same bytes. */
export interface Learner {
  readonly name: string;
  fit(dataset: Dataset, options: FitOptions, engine: Engine, yieldTo: YieldTo): Promise<FittedModel>;
}
