/** MurmurHash3, x86, 32 bits, seed 0 (Appleby): the hash of the bucket transform. Signed, as the specification lists it. */
export function murmur3x32(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const blocksEnd = bytes.byteLength - (bytes.byteLength % 4);
  let hash = 0;
  for (let i = 0; i < blocksEnd; i += 4) {
    hash ^= scramble(view.getInt32(i, true));
    hash = (hash << 13) | (hash >>> 19);
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0;
  }
  let tail = 0;
  for (let i = bytes.byteLength - 1; i >= blocksEnd; i--) tail = (tail << 8) | view.getUint8(i);
  if (blocksEnd < bytes.byteLength) hash ^= scramble(tail);
  hash ^= bytes.byteLength;
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

function scramble(block: number): number {
  const mixed = Math.imul(block, 0xcc9e2d51);
  return Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593);
}
