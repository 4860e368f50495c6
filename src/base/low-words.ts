/**
 * The same numbers by halves: place 2 · i is the lower half of number i, little-endian as everything here. What is below 2³² is
 * written so without a BigInt, each of which is an object for the collector.
 */
export function lowWords(numbers: BigInt64Array): Uint32Array {
  return new Uint32Array(numbers.buffer, numbers.byteOffset, 2 * numbers.length);
}
