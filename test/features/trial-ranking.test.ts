import { expect, it } from "vitest";
import { createPrng } from "../../src/base/index.ts";
import { chances } from "../../src/features/trial-ranking.ts";

it("gives a new item a chance, one that nobody clicks on hardly any, one that many click on the most", () => {
  const pool = [
    { itemId: "good", impressions: 300, clicks: 45 },
    { itemId: "bad", impressions: 300, clicks: 1 },
    { itemId: "new", impressions: 0, clicks: 0 },
  ];
  const found = new Map(chances(pool, 0.05, createPrng(1)).map(({ itemId, score }) => [itemId, score]));
  expect(found.get("good") ?? 0).toBeGreaterThan(found.get("new") ?? 0);
  expect(found.get("new") ?? 0).toBeGreaterThan(0.01);
  expect(found.get("bad") ?? 0).toBeLessThan(0.01);
  expect([...found.values()].reduce((sum, chance) => sum + chance, 0)).toBeCloseTo(1, 10);
});

it("gives items of which the same is known the same chance, within what draws allow, and the same each time", () => {
  const pool = Array.from({ length: 4 }, (_, at) => ({ itemId: `i${at}`, impressions: 10, clicks: 1 }));
  const found = chances(pool, 0.1, createPrng(2));
  // Four standard errors of 2,000 draws at a quarter.
  for (const { score } of found) expect(Math.abs(score - 0.25)).toBeLessThan(4 * Math.sqrt(0.1875 / 2_000));
  expect(chances(pool, 0.1, createPrng(2))).toEqual(found);
  expect(chances([], 0.1, createPrng(2))).toEqual([]);
});
