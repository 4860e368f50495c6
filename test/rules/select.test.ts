import { describe, expect, it } from "vitest";
import { createPrng } from "../../src/base/index.ts";
import { type Candidate, type SelectOptions, select } from "../../src/rules/index.ts";

const PLAIN: SelectOptions = {
  limit: 5,
  caps: [],
  diversity: 0,
  pinned: new Map(),
  valuesOf: () => [],
  likeness: () => 0,
};

const inOrder = (count: number): Candidate[] =>
  Array.from({ length: count }, (_, index) => ({ index, score: -index }));
const indices = (candidates: readonly Candidate[], options: Partial<SelectOptions>) =>
  select(candidates, { ...PLAIN, ...options }).chosen.map(({ index }) => index);

describe("maximal marginal relevance", () => {
  /** As its authors write it: what is left is looked at anew for each place. */
  function plainly(
    candidates: Candidate[],
    weight: number,
    likeness: (a: number, b: number) => number,
    limit: number,
  ) {
    const scores = candidates.map(({ score }) => score);
    const [low, high] = [Math.min(...scores), Math.max(...scores)];
    const chosen: Candidate[] = [];
    const left = [...candidates];
    while (chosen.length < limit && left.length > 0) {
      const margins = left.map(({ index, score }) => {
        const nearest = Math.max(0, ...chosen.map((one) => likeness(one.index, index)));
        return (1 - weight) * ((score - low) / (high - low)) - weight * nearest;
      });
      chosen.push(...left.splice(margins.indexOf(Math.max(...margins)), 1));
    }
    return chosen.map(({ index }) => index);
  }

  it("is what its authors describe, for any weight", () => {
    const prng = createPrng("mmr");
    for (const weight of [0.1, 0.3, 0.5, 0.8, 1]) {
      const vectors = Array.from({ length: 40 }, () => Array.from({ length: 6 }, () => prng.normal()));
      const dot = (a: number, b: number) =>
        (vectors[a] ?? []).reduce((sum, value, at) => sum + value * (vectors[b]?.[at] ?? 0), 0);
      const likeness = (a: number, b: number) => dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
      const candidates = inOrder(40).map((one) => ({ ...one, score: one.score + prng.next() }));
      candidates.sort((a, b) => b.score - a.score);
      const expected = plainly(candidates, weight, likeness, 12);
      expect(indices(candidates, { limit: 12, diversity: weight, likeness })).toEqual(expected);
    }
  });

  it("keeps away from what is pinned too", () => {
    const likeness = (a: number, b: number) => (a % 2 === b % 2 ? 1 : 0);
    const pinned = new Map([[2, { index: 9, score: -9 }]]);
    expect(indices(inOrder(10), { limit: 3, diversity: 0.9, likeness, pinned })).toEqual([0, 1, 9]);
    expect(indices(inOrder(10), { limit: 3, diversity: 0.9, likeness })).toEqual([0, 1, 2]);
  });
});

it("takes one pass a place of a large catalogue that a cap keeps out nearly whole", () => {
  // Looked over anew for each item that the cap stops, this many take minutes.
  const capped = {
    caps: [{ field: "brand", max: 2 }],
    diversity: 0.3,
    valuesOf: (index: number) => [index % 2],
  };
  expect(indices(inOrder(50_000), { limit: 8, ...capped })).toHaveLength(4);
});

describe("caps", () => {
  const caps = [{ field: "brand", max: 2 }];
  const valuesOf = (index: number) => [`brand-${index % 3}`];

  it("stop what would be one too many, and say so", () => {
    const { chosen, capped } = select(
      inOrder(9).filter(({ index }) => index % 3 < 2),
      { ...PLAIN, caps, valuesOf },
    );
    expect(chosen.map(({ index }) => index)).toEqual([0, 1, 3, 4]);
    expect([...capped]).toEqual([
      [6, "brand"],
      [7, "brand"],
    ]);
  });

  it("count what is pinned, and do not stop it", () => {
    const pinned = new Map([3, 6, 9].map((index, place) => [place, { index, score: 0 }]));
    expect(indices(inOrder(9), { limit: 6, caps, valuesOf, pinned })).toEqual([3, 6, 9, 1, 2, 4]);
  });

  it("do not concern items without a value", () => {
    expect(indices(inOrder(9), { caps, valuesOf: () => [] })).toEqual([0, 1, 2, 3, 4]);
  });
});

it("pins stand at their places, or at the end of a list that is shorter, in order", () => {
  const pinned = new Map([
    [7, { index: 20, score: 0 }],
    [1, { index: 21, score: 0 }],
    [4, { index: 22, score: 0 }],
  ]);
  expect(indices(inOrder(3), { limit: 9, pinned })).toEqual([0, 21, 1, 2, 22, 20]);
  expect(indices(inOrder(3), { limit: 3, pinned })).toEqual([0, 21, 1]);
  expect(indices([], { limit: 9, pinned })).toEqual([21, 22, 20]);
});
