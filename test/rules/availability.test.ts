import { expect, it } from "vitest";
import { compileAvailability, createBiasPool } from "../../src/rules/index.ts";

const OUT = Number.NEGATIVE_INFINITY;
const columns = {
  hidden: Uint8Array.of(0, 1, 0, 0, 0),
  stock: Float64Array.of(Number.NaN, 5, 0, 3, Number.NaN),
};

it("keeps hidden and sold-out items out, and unknown stock in", () => {
  const { bias, allowed } = compileAvailability(columns, [], 0);
  expect([...bias]).toEqual([0, OUT, OUT, 0, 0]);
  expect(allowed).toBe(3);
});

it("lets later changes win both ways, with late items behind", () => {
  const changes = [
    { index: 0, available: false },
    { index: 1, available: true },
  ];
  const { bias, allowed } = compileAvailability(columns, changes, 2);
  expect([...bias]).toEqual([OUT, 0, OUT, 0, 0, 0, 0]);
  expect(allowed).toBe(5);
});

it("lends a bias with exclusions and takes them back, also after a failure", async () => {
  const base = Float32Array.of(0, OUT, 0, 0);
  const pool = createBiasPool(base);
  const seen = await pool.with([0, 1, 0], async (bias) => [...bias]);
  expect(seen).toEqual([OUT, OUT, 0, 0]);
  const failed = pool.with([2], () => Promise.reject(new Error("run failed")));
  await expect(failed).rejects.toThrow("run failed");
  expect(await pool.with([], async (bias) => [...bias])).toEqual([...base]);
  await expect(pool.with([4], async () => 0)).rejects.toThrow("assertion");
  expect(await pool.with([3], async (bias) => [...bias])).toEqual([0, OUT, 0, OUT]);
  expect([...base]).toEqual([0, OUT, 0, 0]);
});

it("reuses one buffer for requests in turn, and separate ones for requests at once", async () => {
  const pool = createBiasPool(new Float32Array(3));
  const lent = new Set<Float32Array>();
  for (let i = 0; i < 100; i++) await pool.with([i % 3], async (bias) => lent.add(bias));
  expect(lent.size).toBe(1);
  const atOnce = [0, 1, 2].map((index) =>
    pool.with([index], async (bias) => {
      await Promise.resolve();
      return [...bias].indexOf(OUT);
    }),
  );
  expect(await Promise.all(atOnce)).toEqual([0, 1, 2]);
});
