import { describe, expect, it } from "vitest";
import {
  createPrng,
  D1_JSON_BYTES_MAX,
  DEVICE_HISTORY_MAX,
  EVENT_BYTES_MAX,
  EVENTS_BODY_BYTES_MAX,
  equalConstantTime,
  fromBase64Url,
  HISTORY_MAX,
  QUEUE_MESSAGE_BYTES_MAX,
  QUEUE_SEND_BYTES_MAX,
  sha256Hex,
  toBase64Url,
} from "../../src/base/index.ts";

describe("prng", () => {
  it("repeats itself from its seed, and forks independent streams", () => {
    const draw = (seed: number) => Array.from({ length: 5 }, createPrng(seed).next);
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
    const parent = createPrng(1);
    const before = parent.fork("a").next();
    parent.next();
    expect(parent.fork("a").next()).toBe(before);
    expect(parent.fork("b").next()).not.toBe(before);
  });

  it("is uniform and normal enough", () => {
    const prng = createPrng("distribution");
    const count = 20_000;
    let sum = 0;
    let normalSum = 0;
    let normalSquares = 0;
    for (let i = 0; i < count; i++) {
      sum += prng.next();
      const normal = prng.normal();
      normalSum += normal;
      normalSquares += normal * normal;
    }
    expect(sum / count).toBeCloseTo(0.5, 2);
    expect(normalSum / count).toBeCloseTo(0, 1);
    expect(normalSquares / count).toBeCloseTo(1, 1);
  });

  it("shuffles without losing anything", () => {
    const list = Array.from({ length: 50 }, (_, i) => i);
    const shuffled = createPrng(3).shuffle([...list]);
    expect(shuffled).not.toEqual(list);
    expect(shuffled.sort((a, b) => a - b)).toEqual(list);
  });
});

describe("hashes", () => {
  it("agree with published vectors", async () => {
    expect(await sha256Hex("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  });

  it("round-trip base64url, and say null for anything else", () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
    expect(fromBase64Url(toBase64Url(bytes))).toEqual(bytes);
    expect(fromBase64Url("%%%")).toBeNull();
  });

  it("compare in constant time and rightly", () => {
    expect(equalConstantTime("abc", "abc")).toBe(true);
    expect(equalConstantTime("abc", "abd")).toBe(false);
    expect(equalConstantTime("abc", "abcd")).toBe(false);
  });
});

describe("limits", () => {
  it("fit inside each other", () => {
    expect(EVENT_BYTES_MAX).toBeLessThan(QUEUE_MESSAGE_BYTES_MAX);
    expect(QUEUE_MESSAGE_BYTES_MAX).toBeLessThan(64_000);
    expect(QUEUE_SEND_BYTES_MAX).toBeLessThan(256_000);
    expect(QUEUE_SEND_BYTES_MAX).toBeGreaterThanOrEqual(3 * QUEUE_MESSAGE_BYTES_MAX);
    expect(EVENTS_BODY_BYTES_MAX).toBeLessThan(4 * QUEUE_SEND_BYTES_MAX + 1);
    expect(D1_JSON_BYTES_MAX).toBeLessThan(2_000_000);
    expect(DEVICE_HISTORY_MAX).toBeLessThanOrEqual(HISTORY_MAX);
  });
});
