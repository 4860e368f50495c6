/** As the inspector's Profiler domain gives it; the part that is read here. */
export interface CpuProfile {
  nodes: { id: number; callFrame: { functionName: string } }[];
  /** Node ids, one a sample. */
  samples: number[];
  /** Microseconds since the sample before. */
  timeDeltas: number[];
}

/** V8's names for time in which the isolate runs none of its own code. */
const NOT_OURS = new Set(["(idle)", "(program)", "(root)"]);

/**
 * Milliseconds in which the profiled isolate ran JavaScript, WebAssembly, its garbage collector, or native functions that
 * these called and waited for. What goes on outside the isolate meanwhile (D1's SQLite, R2's files, the sockets) is not
 * counted, nor is any other Worker.
 */
export function activeMs({ nodes, samples, timeDeltas }: CpuProfile): number {
  const idle = new Set(
    nodes.filter(({ callFrame }) => NOT_OURS.has(callFrame.functionName)).map(({ id }) => id),
  );
  let activeUs = 0;
  samples.forEach((id, index) => {
    // The time after a sample belongs to it: the delta of the next one.
    if (!idle.has(id)) activeUs += Math.max(0, timeDeltas[index + 1] ?? 0);
  });
  return activeUs / 1_000;
}
