import type { Engine } from "../../base/index.ts";
import type { Cases } from "../data/cases.ts";
import type { Content } from "../data/content.ts";
import type { Dataset } from "../data/dataset.ts";
import type { Parameters } from "../model/learner.ts";
import type { YieldTo } from "../model/pace.ts";
import type { Parking } from "./parking.ts";

/** Where a study keeps its state between slices. */
export interface StudyStore {
  /** Bytes of the caller's own, which it may discard; null for what was never written. */
  read(name: string): Promise<Uint8Array<ArrayBuffer> | null>;
  /** Keeps none of the bytes once it is done: they are discarded. */
  write(name: string, bytes: Uint8Array): Promise<void>;
}

export interface StudyData {
  fit: Dataset;
  /** Cases newer than, or held out of, what is fitted on. */
  validation: Cases;
}

export interface StudyRequest {
  seed: number;
  /** Estimated CPU-seconds for everything: trials, blend, and the fits that follow. */
  budgetSeconds: number;
  /** Names of learners; absent: all that suit the data. */
  learners?: readonly string[];
  /** How many times what was chosen will be fitted again on other rows: costs that the budget must leave room for. */
  refits: number;
  historyMax: number;
  contentWidth: number;
  /** Of the items, in their order; `contentWidth` is its width. */
  content?: Content;
}

export interface StudyPorts {
  engine: Engine;
  yieldTo: YieldTo;
  store: StudyStore;
  /** Estimated CPU-seconds after which a slice ends. */
  sliceSeconds: number;
  /** `fraction` 0…1 of the budget, never falling. */
  onProgress?(fraction: number, message: string): void;
  /** For the data set that is fitted on, where memory is short. */
  parking?: Parking;
}

/** What a study found best: enough to fit it again. */
export interface Chosen {
  parts: readonly { learner: string; parameters: Parameters; weight: number }[];
  /** Of the likeness to the history's content; 0 leaves it out. */
  contentWeight: number;
}
