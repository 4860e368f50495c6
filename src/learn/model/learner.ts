import type { Engine, Tensor } from "../../base/index.ts";
import type { GraphBuilder, Value } from "../../onnx/index.ts";
import type { Dataset } from "../data/dataset.ts";
import type { DataShape } from "../data/shape.ts";
import type { GraphHistory } from "./graph-history.ts";
import type { Pace } from "./pace.ts";

/** Hyper-parameters by name, as they stand in the manifest. */
export type Parameters = Readonly<Record<string, number>>;

/**
 * What a learner fitted: plain tensors, so that one step can hand it to the next through the object store, and several
 * parts can share one graph.
 */
export interface FittedPart {
  learner: string;
  parameters: Parameters;
  /** N: items of the data set it was fitted on, in their order. */
  itemCount: number;
  tensors: Readonly<Record<string, Tensor>>;
  /** Mean loss of each pass over the data, of what is trained in passes: for people to look at. */
  losses?: readonly number[];
  /** It started from an earlier part. */
  isWarm?: true;
}

export interface FitOptions {
  seed: number;
  /** Width of `content`. */
  contentWidth: number;
  /** [items × width], row i describes item i of the data set, of length 1 or so. Absent: no content known, or none asked for. */
  content?: Float32Array;
  /**
   * Gives an earlier part of the same learner to start from, its items renumbered to this data set's. Asked when a fit begins, not
   * when it goes on; what it gives is the fit's, which discards it. Null: there is none.
   */
  previous?(): Promise<FittedPart | null>;
  /** `fraction` 0…1 of this fit, never falling. */
  onProgress?(fraction: number, message: string): void;
}

export interface FitPorts {
  engine: Engine;
  pace: Pace;
  checkpoint: Checkpoint;
  /** Called when the rest of the fit reads no row of the data set: until it is over, the columns may be put away. */
  onRowsRead?(): void;
}

/** Where a long fit keeps its state between slices; one for each fit. */
export interface Checkpoint {
  /** Bytes of the caller's own; null before the first write. */
  read(): Promise<Uint8Array<ArrayBuffer> | null>;
  /** Keeps none of the bytes once it is done: they may be discarded. */
  write(bytes: Uint8Array): Promise<void>;
}

/** A parameter and the values worth trying. */
export interface Ladder {
  name: string;
  /** In order of size. */
  values: readonly number[];
  /** Index of the first guess. */
  start: number;
  /** More is better and dearer: a study does not search it, but takes the most that its budget affords. */
  buysQuality?: true;
}

/**
 * One way to learn. Fit → part; a part and a history → scores, as nodes of a graph. Same data, parameters, options and seed
 * give the same bytes, into however many slices the fit was cut.
 */
export interface Learner {
  readonly name: string;
  /** Wants the items' content for its fit. */
  readonly readsContent?: true;
  /** Whether it makes sense for data of this shape. */
  suits(shape: DataShape): boolean;
  /** Those that change most first. */
  ladders(shape: DataShape): readonly Ladder[];
  /** Estimated CPU-seconds of one fit, see `pace.ts`. */
  workSeconds(shape: DataShape, parameters: Parameters): number;
  /** Null: this slice's allowance is used up and the state is in the checkpoint; call again with the same arguments. */
  fit(
    dataset: Dataset,
    parameters: Parameters,
    options: FitOptions,
    ports: FitPorts,
  ): Promise<FittedPart | null>;
  /**
   * Of a learner that can start from an earlier part: that part over other items. `places` has the index of each of its items among
   * them, −1 for one that is gone; of the others the part knows nothing.
   */
  renumbered?(part: FittedPart, places: Int32Array, itemCount: number): FittedPart;
  /** Of a learner whose scores are products of one query with the items' vectors: what an index over these asks for. */
  readonly nearest?: {
    /** [≥ N, d]; an item's is in its row. */
    vectors(part: FittedPart): Tensor & { type: "float32" };
    /** float32 [B, d]; `rows` gives the vectors of items int64 [B, k] as [B, k, d]. */
    query(graph: GraphBuilder, part: FittedPart, history: GraphHistory, rows: (rows: Value) => Value): Value;
  };
  /** float32 [B, N], or [1, N] when the history does not matter; any finite scale. */
  scores(graph: GraphBuilder, part: FittedPart, history: GraphHistory): Value;
}

/** What training hands on: the graph of the model contract, complete in itself. */
export interface FittedModel {
  /** A learner's name, or `blend`. */
  learner: string;
  /** Of all parts: `linear.ridge`, `linear.weight`. */
  parameters: Parameters;
  /** N */
  itemCount: number;
  contentWidth: number;
  /** ONNX bytes, see `contract.ts` for inputs and outputs. */
  onnx: Uint8Array<ArrayBuffer>;
}
