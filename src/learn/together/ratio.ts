/**
 * Dunning's log-likelihood ratio (Computational Linguistics, 1993) of two things that happen together `both` times in `all`, the
 * one `left` times and the other `right` times: how much likelier the counts are if they depend on each other. Negative where
 * they avoid each other.
 */
export function logLikelihoodRatio(both: number, left: number, right: number, all: number): number {
  const neither = all - left - right + both;
  const cells = xLogX(both) + xLogX(left - both) + xLogX(right - both) + xLogX(neither);
  const margins = xLogX(left) + xLogX(all - left) + xLogX(right) + xLogX(all - right);
  const ratio = 2 * Math.max(cells + xLogX(all) - margins, 0);
  return both * all < left * right ? -ratio : ratio;
}

function xLogX(x: number): number {
  return x === 0 ? 0 : x * Math.log(x);
}
