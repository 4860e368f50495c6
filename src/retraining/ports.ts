import type { Clock, Engine, ObjectStore } from "../base/index.ts";
import type { YieldTo } from "../learn/index.ts";
import type { Manifest } from "../registry/index.ts";
import type { Progress } from "./workspace.ts";

/** A check of a table that fails, and the figures that it failed by. */
export interface FailingCheck {
  table: string;
  check: string;
  reason: string;
}

export interface RetrainPorts {
  store: ObjectStore;
  engine: Engine;
  /** Brings what has landed by now into the lake's tables, gold included. */
  makeCurrent(): Promise<void>;
  /** Declared checks that the lake fails for the tenant, or as a whole: no model made of it goes live. */
  dataQuality(tenant: string): Promise<readonly FailingCheck[]>;
  /** The version loaded as a scorer loads it: what that would refuse it for, or have to do without; null where there is nothing. */
  tryInScorer(version: Pick<Manifest, "tenant" | "version">): Promise<string | null>;
  yieldTo: YieldTo;
  /** Estimated CPU-seconds after which a slice ends; SLICE_SECONDS where absent. */
  sliceSeconds?: number;
  /** Told of progress as it comes, by a process that shows it to somebody; `progress.json` is written seldom. */
  onProgress?(progress: Progress): void;
  /** For progress reports, tags, the run's duration and when its version went live only; what is computed takes its time from the run's parameters. */
  clock: Clock;
}

/**
 * Runs a named step once: where its result is known already it is returned and `run` is not called. A Workflow's `step.do`
 * obeys this rule. Results are small JSON; anything large goes to the run's folder in the store.
 */
export interface StepRunner {
  do<T>(name: string, run: () => Promise<T>): Promise<T>;
}
