import { describe, expect, it } from "vitest";
import { createPrng } from "../../src/base/index.ts";
import { readVectors, vectorsWriter } from "../../src/catalogue/index.ts";

const DIMS = 8;
const WIDTH = 4;

function vectors(count: number, seed: number): Float32Array[] {
  const prng = createPrng(seed);
  return Array.from({ length: count }, () => Float32Array.from({ length: DIMS }, () => prng.normal()));
}

function fileOf(items: readonly Float32Array[], features: readonly Float32Array[] = vectors(WIDTH, 2)) {
  const writer = vectorsWriter({ count: items.length, dims: DIMS, width: WIDTH });
  for (const [item, vector] of items.entries()) writer.setItem(item, vector);
  for (const [feature, vector] of features.entries()) writer.setFeature(feature, vector);
  return writer.bytes;
}

function read(bytes: Uint8Array<ArrayBuffer>) {
  const result = readVectors(bytes);
  if (!result.ok) throw new Error(result.error);
  return result.value;
}

function exactly(a: Float32Array, b: Float32Array): number {
  const product = a.reduce((sum, value, d) => sum + value * (b[d] as number), 0);
  return product / (Math.hypot(...a) * Math.hypot(...b));
}

describe("vectors.bin", () => {
  const items = vectors(20, 1);

  it("gives the cosines of what was written, whatever the lengths", () => {
    const longer = items.map((vector, item) => vector.map((value) => value * (item + 1)));
    const found = read(fileOf(longer));
    expect([found.count, found.dims]).toEqual([20, DIMS]);
    for (const [a, left] of items.entries()) {
      for (const [b, right] of items.entries())
        expect(found.cosine(a, b)).toBeCloseTo(exactly(left, right), 1.7);
      expect(found.cosine(a, a)).toBeCloseTo(1, 6);
    }
  });

  it("knows nothing of an item without a vector, nor of one that is not there", () => {
    const found = read(fileOf([...items.slice(0, 2), new Float32Array(DIMS)]));
    expect([found.cosine(0, 2), found.cosine(2, 2), found.cosine(0, 3), found.cosine(4, 0)]).toEqual([
      0, 0, 0, 0,
    ]);
  });

  it("places late items by content, behind the model's, and leaves those as they are", () => {
    const features = vectors(WIDTH, 2);
    const found = read(fileOf(items, features));
    const late = found.withLate([
      Float32Array.of(0, 0, 1, 0),
      Float32Array.of(0.6, 0.8, 0, 0),
      new Float32Array(WIDTH),
    ]);
    const [first, second, third] = features as [Float32Array, Float32Array, Float32Array];
    const mixed = first.map((value, d) => 0.6 * value + 0.8 * (second[d] as number));
    expect(late.count).toBe(23);
    expect(late.bytes).toBe(found.bytes + 3 * (DIMS + 4));
    expect(late.cosine(3, 5)).toBe(found.cosine(3, 5));
    for (const [item, vector] of items.entries()) {
      expect(late.cosine(20, item)).toBeCloseTo(exactly(third, vector), 1.7);
      expect(late.cosine(item, 21)).toBeCloseTo(exactly(vector, mixed), 1.7);
    }
    expect(late.cosine(20, 21)).toBeCloseTo(exactly(third, mixed), 1.7);
    expect(late.cosine(22, 1)).toBe(0);
    expect(found.count).toBe(20);
    expect(late.withLate([]).count).toBe(20);
  });

  it("is read from any place in a buffer, and holds a byte per dimension and a scale", () => {
    const bytes = fileOf(items);
    expect(bytes.byteLength).toBe(16 + (20 + WIDTH) * (DIMS + 4));
    const shifted = new Uint8Array(bytes.byteLength + 1);
    shifted.set(bytes, 1);
    expect(read(shifted.subarray(1)).cosine(1, 2)).toBe(read(bytes).cosine(1, 2));
  });

  it("is refused when it is cut short, says another count, or is another file", () => {
    const bytes = fileOf(items);
    const counted = bytes.slice();
    counted[4] = 21;
    const named = bytes.slice();
    named[3] = 0;
    const errors = [bytes.subarray(0, -1), counted, named, bytes.subarray(0, 9), new Uint8Array()].map(
      (file) => {
        const result = readVectors(file.slice());
        return result.ok ? null : result.error;
      },
    );
    expect(errors).toEqual([
      "vectors.bin of 20 items is 304 B long, this one 303 B",
      "vectors.bin of 21 items is 316 B long, this one 304 B",
      "vectors.bin is of another format",
      "vectors.bin has no header",
      "vectors.bin has no header",
    ]);
  });
});
