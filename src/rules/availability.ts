/** What says whether an item may be answered at all, by index; each [N]. */
export interface AvailabilityColumns {
  /** 1 where hidden. */
  hidden: Uint8Array;
  /** NaN where unknown, which counts as in stock. */
  stock: Float64Array;
}

export interface Availability {
  /** [N + M] 0 or −inf. */
  bias: Float32Array;
  /** How many of the N + M items may be answered. */
  allowed: number;
}

/**
 * The bias that every request of a tenant starts from. `changes` says for items of the model what has become of them
 * since; the `lateCount` items behind the model's own are all available. Compiled once per model version and overlay.
 */
export function compileAvailability(
  { hidden, stock }: AvailabilityColumns,
  changes: Iterable<{ index: number; available: boolean }>,
  lateCount: number,
): Availability {
  const bias = new Float32Array(hidden.length + lateCount);
  for (let index = 0; index < hidden.length; index++) {
    if (hidden[index] === 1 || stock[index] === 0) bias[index] = Number.NEGATIVE_INFINITY;
  }
  for (const { index, available } of changes) bias[index] = available ? 0 : Number.NEGATIVE_INFINITY;
  let allowed = 0;
  for (const value of bias) if (value === 0) allowed++;
  return { bias, allowed };
}
