import type { StepRunner } from "./ports.ts";

/** A slice's share of estimated CPU: half of what a step may take, for constants are calibrated on one machine only. */
export const SLICE_SECONDS = 150;

/** More slices than any budget holds: a driver that never ends must not run for ever. */
const SLICES_MAX = 400;

/** `workSeconds`: estimated CPU-seconds of this slice and of those before it. */
export type Slice<T> = { done: false; workSeconds: number } | ({ done: true; workSeconds: number } & T);

/** Runs `slice` as the steps `name-1`, `name-2` … until one is done; each goes on from the state that the last one stored. */
export async function inSlices<T extends object>(
  step: StepRunner,
  name: string,
  slice: () => Promise<Slice<T>>,
): Promise<T & { workSeconds: number }> {
  for (let count = 1; count <= SLICES_MAX; count++) {
    const result = await step.do(`${name}-${count}`, slice);
    if (result.done) return result;
  }
  throw new Error(`${name} was not done after ${SLICES_MAX} slices`);
}
