/** A wait that can be called off, so that a request that ends early leaves no timer behind. */
export type Timer = (ms: number) => { elapsed: Promise<void>; cancel(): void };

export type Timely<T> =
  | { status: "ok"; value: T }
  | { status: "late" }
  | { status: "error"; message: string };

/**
 * The outcome of `work` within `limitMs`, never a rejection. The work itself goes on: who wants its late result, or must
 * keep it alive, holds its promise.
 */
export async function within<T>(work: Promise<T>, limitMs: number, timer: Timer): Promise<Timely<T>> {
  const { elapsed, cancel } = timer(limitMs);
  const outcome = work.then(
    (value): Timely<T> => ({ status: "ok", value }),
    (error: unknown): Timely<T> => ({
      status: "error",
      message: error instanceof Error ? error.message : String(error),
    }),
  );
  const first = await Promise.race([outcome, elapsed.then((): Timely<T> => ({ status: "late" }))]);
  cancel();
  return first;
}

/** As `within`; `onSlow` is called once while the work takes longer than `slowMs`. */
export async function withinOrSlow<T>(
  work: Promise<T>,
  { limitMs, slowMs, onSlow }: { limitMs: number; slowMs: number; onSlow: () => void },
  timer: Timer,
): Promise<Timely<T>> {
  const slow = timer(slowMs);
  slow.elapsed.then(onSlow);
  try {
    return await within(work, limitMs, timer);
  } finally {
    slow.cancel();
  }
}
