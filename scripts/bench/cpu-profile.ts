/** As the inspector's Profiler domain gives it; the part that is read here. */
export interface CpuProfile {
  nodes: { id: number; callFrame: { functionName: string } }[];
  /** Node ids, one a sample. */
  samples: number[];
  /** Microseconds since the sample before. */
  timeDeltas: number[];
}

/** Between two samples, as the sampler is asked: fine enough for code that runs for milliseconds, coarse enough not to slow it. */
export const SAMPLING_INTERVAL_US = 500;

/** Times the shortest tenth of the intervals. What is further apart are two turns with others' between them: short ones meet one sample at most. */
const OVERSLEPT_MAX = 3;
/** Times the interval asked for: no sampler oversleeps by more, so that no two samples were of one turn. */
const SHORTEST_MAX = 10;

/** V8's names for time in which the isolate runs none of its own code. */
const NOT_OURS = new Set(["(idle)", "(program)", "(root)"]);

/**
 * Milliseconds in which the profiled isolate ran JavaScript, WebAssembly, its garbage collector, or native functions that
 * these called: its samples in code, times the sampling interval.
 *
 * Not the sum of the times between samples. Workers share one thread, and V8 samples an isolate only while that thread is
 * inside it: between the last sample of one turn and the first of the next stand the turns of the other Workers and of the
 * simulators of R2, D1 and Queues, which are none of its time. Nor is a pause in which the machine ran somebody else: no
 * sample is taken in it. The interval is what the sampler kept (the median between two samples of a turn), not what it was
 * asked for: it oversleeps by a tenth, and by more on a busy machine, where it takes fewer samples of the same work.
 */
export function activeMs({ nodes, samples, timeDeltas }: CpuProfile): number {
  const foreign = new Set(
    nodes.filter(({ callFrame }) => NOT_OURS.has(callFrame.functionName)).map(({ id }) => id),
  );
  const ours = samples.map((id) => !foreign.has(id));
  const hits = ours.filter(Boolean).length;
  const between = timeDeltas.filter((_, index) => ours[index] === true && ours[index - 1] === true);
  return (hits * keptInterval(between.sort((a, b) => a - b))) / 1_000;
}

/** Microseconds, of ascending ones between two samples in code. */
function keptInterval(between: readonly number[]): number {
  const shortest = between[Math.floor(between.length / 10)];
  if (shortest === undefined || shortest > SHORTEST_MAX * SAMPLING_INTERVAL_US) return SAMPLING_INTERVAL_US;
  const ofOneTurn = between.filter((delta) => delta <= OVERSLEPT_MAX * shortest);
  return ofOneTurn[ofOneTurn.length >> 1] as number;
}
