import type { Clock, ObjectStore } from "../base/index.ts";
import type { StoredEvent } from "../events/index.ts";
import type { Lake } from "../lake/index.ts";

export interface RefinePorts {
  lake: Lake;
  /** Where runs keep what does not fit into memory, under `work/lake/`. */
  store: ObjectStore;
  /**
   * Takes events that silver holds from now on and that were too old for the features when they landed. May be handed the same
   * ones again after a crash, and must count each once. Rejects when it could not take them: they are handed again.
   */
  applyLate(events: readonly StoredEvent[]): Promise<void>;
  /** A name that no other run has. */
  newRunName(): string;
  /** For the duration in the lineage only. */
  clock: Clock;
}

export interface RefineOptions {
  nowMs: number;
  /** Input rows that one unit of work takes at most; a single snapshot that has more is taken whole. */
  rowsMax: number;
  /** Gold is made again from the whole of silver, whatever its tables hold. */
  anew?: boolean;
}

/** What one unit of a job did. */
export interface JobOutcome {
  /** The output's snapshot; null when there was nothing to change. */
  snapshotId: number | null;
  /** Snapshot of each input that the output is now made from, by table. */
  inputs: Readonly<Record<string, number>>;
  rowsIn: number;
  rowsOut: number;
  /** Whether more input is left. */
  more: boolean;
}

/** A bounded unit of work from tables to a table. Idempotent: the output's snapshot says how far its input was read. */
export interface Job {
  /** The output's table. */
  name: string;
  /**
   * Null when its input has nothing new. `run` is its name in the snapshot's summary and of its scratch. Rejects with
   * `StaleBaseError` when another run was faster; then nothing was changed, and the unit is to be started again.
   */
  run(ports: RefinePorts, options: RefineOptions & { run: string }): Promise<JobOutcome | null>;
}

/** Names begin with the time of their start, so that what a crashed run left can be told from what one at work needs. */
export function runName(nowMs: number, unique: string): string {
  return `${nowMs.toString(36)}-${unique}`;
}

/** Inverse of `runName`. */
export function startedMsOf(run: string): number {
  return Number.parseInt(run.split("-", 1)[0] ?? "", 36);
}

/** Keys of a snapshot's summary: the watermark of each input, and the run that made it. */
export const RUN_KEY = "lakeshore.run";

export function inputKey(table: string): string {
  return `lakeshore.input.${table}`;
}
