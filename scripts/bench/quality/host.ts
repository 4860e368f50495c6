import type { Job, Objects, Step, StepResult } from "./contract.ts";

/** In 10⁶ bytes. */
export interface MemoryOfStep {
  peakMb: number;
  /** Of an isolate: what the heap and the buffers had at the peak, and all Wasm memory, which only grows. */
  heapMb?: number;
  buffersMb?: number;
  wasmMb?: number;
}

/** Where a run's steps run, watched from outside. */
export interface Host {
  objects: Objects;
  step(step: Step, job: Job, onProgress: (fraction: number, message: string) => void): Promise<StepResult>;
  /** CPU time of the process since it began, in user and system mode. */
  cpuSeconds(): number;
  /** What it held at its highest since this was asked last. */
  takePeak(): Promise<MemoryOfStep>;
  close(): Promise<void>;
}
