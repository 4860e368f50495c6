import { describe, expect, it } from "vitest";
import { discard, discardTensors } from "../../src/base/index.ts";

describe("discarded arrays", () => {
  it("are empty, with every view of their buffer, and others stay", () => {
    const dead = new Float32Array(1_000).fill(1);
    const view = dead.subarray(10, 20);
    const other = new Float32Array(3).fill(2);
    discard(view);
    expect([dead.length, view.length, dead.buffer.byteLength]).toEqual([0, 0, 0]);
    expect(other).toEqual(Float32Array.of(2, 2, 2));
  });

  it("may share a buffer, and be discarded before", () => {
    const both = new Uint8Array(8);
    discard(both, both.subarray(4));
    discardTensors({ again: { data: both } });
    expect(both.length).toBe(0);
  });

  it("leave memory that is shared alone", () => {
    const shared = new Uint8Array(new SharedArrayBuffer(4));
    discard(shared);
    expect(shared.length).toBe(4);
  });
});
