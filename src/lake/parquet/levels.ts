import type { Bytes } from "./bytes.ts";

/** From this many equal values on, a run is shorter than its bits. */
const RUN_MIN = 8;

/** Parquet's RLE/bit-packing hybrid: `values[i] < 2^width`, width at most 24. */
export function writeHybrid(out: Bytes, values: ArrayLike<number>, width: number): void {
  const length = values.length;
  let at = 0;
  let packedFrom = 0;
  while (at < length) {
    const value = values[at] as number;
    let end = at + 1;
    while (end < length && values[end] === value) end++;
    if (end - at >= RUN_MIN) {
      // Bits come in groups of eight: the run gives up what its forerunners need to fill their last group.
      const filler = (RUN_MIN - ((at - packedFrom) % RUN_MIN)) % RUN_MIN;
      if (end - at - filler >= RUN_MIN) {
        writePacked(out, values, packedFrom, at + filler, width);
        writeRun(out, value, end - at - filler, width);
        packedFrom = end;
      }
    }
    at = end;
  }
  writePacked(out, values, packedFrom, length, width);
}

function writeRun(out: Bytes, value: number, count: number, width: number): void {
  out.varint(count << 1);
  for (let shift = 0; shift < width; shift += 8) out.byte((value >>> shift) & 0xff);
}

/** Whole groups of eight, the last one filled with zeros. */
function writePacked(out: Bytes, values: ArrayLike<number>, from: number, to: number, width: number): void {
  if (from === to) return;
  const groups = Math.ceil((to - from) / RUN_MIN);
  out.varint((groups << 1) | 1);
  let bits = 0;
  let count = 0;
  for (let i = from; i < from + groups * RUN_MIN; i++) {
    bits |= (i < to ? (values[i] as number) : 0) << count;
    count += width;
    while (count >= 8) {
      out.byte(bits & 0xff);
      bits >>>= 8;
      count -= 8;
    }
  }
}

/** Bits that the greatest of the values needs. */
export function bitWidth(greatest: number): number {
  return 32 - Math.clz32(greatest);
}
