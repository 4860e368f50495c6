/** Calls at once: a Worker has six connections that may wait for an answer, the rest queue up behind them. */
const CALLS_AT_ONCE = 6;

/** What `work` makes of each value, in their order. */
export async function inGroups<T, R>(values: readonly T[], work: (value: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let from = 0; from < values.length; from += CALLS_AT_ONCE) {
    results.push(...(await Promise.all(values.slice(from, from + CALLS_AT_ONCE).map(work))));
  }
  return results;
}
