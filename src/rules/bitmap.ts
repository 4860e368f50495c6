/** Sets of rows, 32 to a word, the lowest bit first. Bits behind the last row are 0. */
export type Bitmap = Uint32Array<ArrayBuffer>;

export function emptyBitmap(size: number): Bitmap {
  return new Uint32Array((size + 31) >>> 5);
}

export function hasBit(bits: Bitmap, row: number): boolean {
  return ((bits[row >>> 5] as number) & (1 << (row & 31))) !== 0;
}

export function setBit(bits: Bitmap, row: number): void {
  bits[row >>> 5] = (bits[row >>> 5] as number) | (1 << (row & 31));
}

export function clearBit(bits: Bitmap, row: number): void {
  bits[row >>> 5] = (bits[row >>> 5] as number) & ~(1 << (row & 31));
}

/** Into the first. */
export function intersect(into: Bitmap, other: Bitmap): void {
  for (let word = 0; word < into.length; word++)
    into[word] = (into[word] as number) & (other[word] as number);
}

/** Into the first. */
export function unite(into: Bitmap, other: Bitmap): void {
  for (let word = 0; word < into.length; word++)
    into[word] = (into[word] as number) | (other[word] as number);
}

export function invert(bits: Bitmap, size: number): void {
  for (let word = 0; word < bits.length; word++) bits[word] = ~(bits[word] as number);
  const rest = size & 31;
  if (rest > 0) bits[bits.length - 1] = (bits[bits.length - 1] as number) & ((1 << rest) - 1);
}

export function countBits(bits: Bitmap): number {
  let count = 0;
  for (let word = 0; word < bits.length; word++) {
    // Counts pairs, then fours, then bytes at once (Warren, Hacker's Delight, 5-1).
    let value = bits[word] as number;
    value -= (value >>> 1) & 0x55555555;
    value = (value & 0x33333333) + ((value >>> 2) & 0x33333333);
    count += Math.imul((value + (value >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
  }
  return count;
}
