import { expect, it } from "vitest";
import { contentFeatures, LATE_FEATURES } from "../../src/catalogue/index.ts";
import type { Item } from "../../src/events/index.ts";

const features = (item: Omit<Item, "item_id">) => contentFeatures({ item_id: "x", ...item }, LATE_FEATURES);
const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);

it("has unit length, or is zero without content", () => {
  const vector = features({ categories: ["a", "b"], tags: ["c"], brand: "d", title: "the quick fox" });
  expect(dot(vector, vector)).toBeCloseTo(1, 6);
  expect(vector).toHaveLength(LATE_FEATURES);
  expect([...features({ price: 3, title: "a" })].every((value) => value === 0)).toBe(true);
});

it("depends on content only, not on case, order or the id", () => {
  const a = contentFeatures({ item_id: "1", categories: ["Shoes", "Men"], title: "Red Boots" }, 64);
  const b = contentFeatures(
    { item_id: "2", categories: ["men", "shoes"], title: "boots, red", price: 1 },
    64,
  );
  expect(dot(a, b)).toBeCloseTo(1, 6);
});

it("puts items with shared labels nearer than others", () => {
  const boots = features({ categories: ["shoes"], tags: ["winter", "leather"], title: "Brown boots" });
  const alike = features({ categories: ["shoes"], tags: ["winter", "rubber"], title: "Green boots" });
  const other = features({ categories: ["books"], tags: ["crime"], title: "A detective novel" });
  expect(dot(boots, alike)).toBeGreaterThan(0.5);
  expect(Math.abs(dot(boots, other))).toBeLessThan(0.3);
});

it("keeps unrelated items uncorrelated on average", () => {
  let sum = 0;
  for (let i = 0; i < 500; i++) {
    sum += dot(features({ tags: [`a${i}`, `b${i}`] }), features({ tags: [`c${i}`, `d${i}`] }));
  }
  expect(Math.abs(sum / 500)).toBeLessThan(0.03);
});

const boots = {
  item_id: "x",
  categories: ["shoes"],
  tags: ["winter"],
  brand: "Acme",
  title: "Brown boots",
};

it("never changes: models in use were trained with these very numbers", () => {
  // The width that models before 0.3.0 were trained with: the scorer takes it from their manifest.
  const vector = contentFeatures(boots, 64);
  const set = [...vector.entries()].filter(([, value]) => value !== 0);
  expect(set.map(([i, value]) => [i, Math.round(value * 1_000) / 1_000])).toMatchInlineSnapshot(`
    [
      [
        7,
        0.632,
      ],
      [
        22,
        -0.316,
      ],
      [
        26,
        -0.316,
      ],
      [
        51,
        0.316,
      ],
      [
        62,
        -0.548,
      ],
    ]
  `);
});

it("gives at a narrower width what folding the wide vector gives: older models are served by the same function", () => {
  const folded = new Float32Array(64);
  for (const [bucket, value] of contentFeatures(boots, LATE_FEATURES).entries()) {
    folded[bucket % 64] = (folded[bucket % 64] as number) + value;
  }
  expect(folded).toEqual(contentFeatures(boots, 64));
});
