import type { Job, Objects, Step, StepResult } from "./contract.ts";

/** Where a run's steps run, watched from outside. */
export interface Host {
  objects: Objects;
  step(step: Step, job: Job, onProgress: (fraction: number, message: string) => void): Promise<StepResult>;
  /** CPU time of the process since it began, in user and system mode. */
  cpuSeconds(): number;
  /** Takes it down. In 10⁶ bytes: what it held at its highest. */
  close(): Promise<{ peakMemoryMb: number }>;
}
