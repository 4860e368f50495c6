import type { Checkpoint } from "../model/learner.ts";
import { createPace, type Pace } from "../model/pace.ts";
import type { StudyPorts, StudyRequest } from "./contract.ts";
import { readState, type StudyState } from "./state.ts";

/** What everything in one slice shares. */
export interface Slice {
  ports: StudyPorts;
  request: StudyRequest;
  state: StudyState;
  pace: Pace;
  report(message: string): void;
  /** Estimated CPU-seconds since this was asked last. */
  takeWork(): number;
  checkpoint(name: string): Checkpoint;
}

export async function openSlice(ports: StudyPorts, request: StudyRequest): Promise<Slice> {
  const state = await readState(ports.store);
  const pace = createPace(ports.yieldTo, ports.sliceSeconds);
  let taken = 0;
  return {
    ports,
    request,
    state,
    pace,
    report(message) {
      const spent = state.workSeconds + pace.workSeconds - taken;
      ports.onProgress?.(Math.min(0.99, spent / request.budgetSeconds), message);
    },
    takeWork() {
      const work = pace.workSeconds - taken;
      taken = pace.workSeconds;
      return work;
    },
    checkpoint: (name) => ({
      read: () => ports.store.read(`checkpoint-${name}`),
      write: (bytes) => ports.store.write(`checkpoint-${name}`, bytes),
    }),
  };
}
