import type { FittedModel, Parameters, Study } from "../../../src/learn/index.ts";
import type { ProtocolRows } from "../../data/protocol/split.ts";

/** What is measured: the same for every step of a run. */
export interface Job extends Pick<ProtocolRows, "task"> {
  /** `auto` chooses; otherwise one learner with `settings`, popularity at a small weight beside it. */
  learner: string;
  /** Of one learner; its first guess where none is given. */
  settings: Parameters;
  seed: number;
  /** Estimated CPU-seconds of everything that `auto` may do. */
  budgetSeconds: number;
  on: "validation" | "test";
  /** At most so many cases are ranked, drawn by the seed; null: all. */
  casesMax: number | null;
  /** Lists are ranked so far: what the longest metric looks at. */
  rankMax: number;
}

/** Items of a list that count for what lists are like. */
export const LIST_LENGTH = 10;

/** `rank` is done in slices of users. */
export type Step = { name: "study" | "fit" } | { name: "rank"; slice: number };

export interface StepResult {
  /** False: the same step again, it goes on where it stopped. */
  done: boolean;
  /** Estimated CPU-seconds of all slices of this step so far, where the step counts them. */
  workSeconds?: number;
  study?: Study;
  model?: Omit<FittedModel, "onnx">;
}

/** What a step writes to whoever asked, a line of JSON each; the last one is `result` or `error`. `wasmBytes`: in a Worker, which sees its own memory alone. */
export type StepLine =
  | { fraction: number; message: string; wasmBytes?: number }
  | { result: StepResult; wasmBytes?: number }
  | { error: string };

/** Objects that steps leave for each other. */
export const OBJECT = {
  /** Rows to choose by, and the cases that a study draws from. */
  learning: "learning.bin",
  validation: "validation.bin",
  /** Rows to fit what is measured, and the cases that measure it. */
  rows: "rows.bin",
  cases: "cases.bin",
  /** Float32 [items × LATE_FEATURES]; absent without content. */
  content: "content.bin",
  study: "study.bin",
  model: "model.onnx",
  /** Float64 [cases of the slice] */
  ranks: (slice: number) => `ranks-${slice}.bin`,
  /** Uint32 [lists × LIST_LENGTH], NO_ITEM where a list has no more */
  lists: (slice: number) => `lists-${slice}.bin`,
} as const;

export interface ObjectReader {
  /** Null when there is none. */
  read(name: string): Promise<Uint8Array<ArrayBuffer> | null>;
}

export interface Objects extends ObjectReader {
  write(name: string, bytes: Uint8Array): Promise<void>;
}
