/** Sums over units of a ratio's two parts: all that its value and its error need. */
export interface RatioSums {
  units: number;
  part: number;
  whole: number;
  partSquared: number;
  wholeSquared: number;
  product: number;
}

export const NO_UNITS: Readonly<RatioSums> = {
  ...{ units: 0, part: 0, whole: 0, partSquared: 0, wholeSquared: 0, product: 0 },
};

/** Counts one unit with all that it did: its clicked lists of its seen lists, or what it spent, with a whole of 1. */
export function addUnit(sums: RatioSums, { part, whole }: { part: number; whole: number }): void {
  sums.units++;
  sums.part += part;
  sums.whole += whole;
  sums.partSquared += part * part;
  sums.wholeSquared += whole * whole;
  sums.product += part * whole;
}

/** Null where there is nothing to divide by. */
export function ratioOf({ part, whole }: RatioSums): number | null {
  return whole === 0 ? null : part / whole;
}

/**
 * Variance of the ratio's logarithm: linearised, and summed by unit (Cochran, Sampling Techniques, 1977, section 6.4), so that what one unit does again and
 * again counts as one observation. The ratio must be above 0, and there must be two units.
 */
export function logVariance({ units, part, whole, partSquared, wholeSquared, product }: RatioSums): number {
  const ratio = part / whole;
  const residual = partSquared - 2 * ratio * product + ratio ** 2 * wholeSquared;
  return ((units / (units - 1)) * residual) / part ** 2;
}
