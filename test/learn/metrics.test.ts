import { describe, expect, it } from "vitest";
import {
  type Cases,
  compareRanks,
  createDataset,
  FIGURE_NAMES,
  figure,
  listFigures,
  NO_ITEM,
  SEGMENTS,
  segmentsOf,
} from "../../src/learn/index.ts";

const NOT_FOUND = Number.POSITIVE_INFINITY;
const of = (users: number[], mean: Cases["mean"]) => ({ users: Uint32Array.from(users), mean });

describe("figures of single answers", () => {
  const ranks = Float64Array.of(1, 3, 7, NOT_FOUND);

  it("are means over cases, or over users of the mean of theirs", () => {
    const users = [0, 0, 0, 1];
    expect(figure("hr@5", ranks, of(users, "case"))).toBeCloseTo(2 / 4, 12);
    expect(figure("hr@5", ranks, of(users, "user"))).toBeCloseTo((2 / 3 + 0) / 2, 12);
    expect(figure("mrr@10", ranks, of(users, "case"))).toBeCloseTo((1 + 1 / 3 + 1 / 7) / 4, 12);
    expect(figure("ndcg@5", ranks, of(users, "case"))).toBeCloseTo((1 + 0.5) / 4, 12);
    expect(figure("ndcg@10", ranks, of(users, "case"))).toBeCloseTo((1 + 0.5 + 1 / 3) / 4, 12);
  });

  it("are alike where one answer makes them so: recall is hr, map is mrr", () => {
    for (const k of [5, 10, 20]) {
      const cases = of([0, 1, 2, 3], "case");
      expect(figure(`recall@${k}`, ranks, cases)).toBe(figure(`hr@${k}`, ranks, cases));
      expect(figure(`map@${k}`, ranks, cases)).toBeCloseTo(figure(`mrr@${k}`, ranks, cases), 12);
    }
    expect(FIGURE_NAMES).toHaveLength(15);
  });

  it("have names, and no others", () => {
    expect(() => figure("precision@10", ranks, of([0], "case"))).toThrow("precision@10");
    expect(() => figure("ndcg", ranks, of([0], "case"))).toThrow("ndcg");
  });
});

describe("figures of lists with several right items", () => {
  // User 0 has three right items, at 1 and 4 and nowhere; user 1 has one, at 2.
  const ranks = Float64Array.of(4, 1, NOT_FOUND, 2);
  const cases = of([0, 0, 0, 1], "list");

  it("are by list, each list counting alike", () => {
    expect(figure("recall@5", ranks, cases)).toBeCloseTo((2 / 3 + 1) / 2, 12);
    expect(figure("hr@5", ranks, cases)).toBe(1);
    expect(figure("mrr@5", ranks, cases)).toBeCloseTo((1 + 1 / 2) / 2, 12);
    // Precision at the hits: 1/1 and 2/4, over three; 1/2, over one.
    expect(figure("map@5", ranks, cases)).toBeCloseTo((1.5 / 3 + 1 / 2) / 2, 12);
    const gain = (rank: number) => 1 / Math.log2(rank + 1);
    const ideal = gain(1) + gain(2) + gain(3);
    expect(figure("ndcg@5", ranks, cases)).toBeCloseTo(((gain(1) + gain(4)) / ideal + gain(2)) / 2, 12);
  });

  it("hold a short list against what fits into it", () => {
    const many = Float64Array.from({ length: 8 }, (_, index) => index + 1);
    const users = new Array(8).fill(0);
    expect(figure("ndcg@5", many, of(users, "list"))).toBeCloseTo(1, 12);
    expect(figure("map@5", many, of(users, "list"))).toBeCloseTo(1, 12);
    expect(figure("recall@5", many, of(users, "list"))).toBeCloseTo(5 / 8, 12);
  });
});

describe("paired comparison", () => {
  it("weighs users by their cases where the figure is of cases", async () => {
    const users = Uint32Array.of(0, 0, 0, 1);
    const better = Float64Array.of(1, 1, 1, NOT_FOUND);
    const worse = Float64Array.of(NOT_FOUND, NOT_FOUND, NOT_FOUND, 1);
    const options = { mean: "case", names: ["hr@5"] } as const;
    const metrics = await compareRanks(
      { model: better, popularity: worse },
      users,
      1,
      async () => {},
      options,
    );
    expect(metrics["hr@5"]?.model.value).toBeCloseTo(3 / 4, 12);
    expect(metrics["hr@5"]?.difference.value).toBeCloseTo(3 / 4 - 1 / 4, 12);
    // A resample may hold either user alone.
    expect(metrics["hr@5"]?.difference).toMatchObject({ low: -1, high: 1 });
  });
});

describe("what lists are like", () => {
  const context = {
    counts: [6, 1, 1, 0, 0],
    known: Uint8Array.of(1, 1, 1, 1, 0),
    content: { vectors: Float32Array.of(1, 0, 0, 1, 1, 0, 0, 1, 0, 0), width: 2 },
  };

  it("is counted over places and items", () => {
    const lists = Uint32Array.of(0, 1, 0, 2);
    const { coverage, gini, novelty, diversity, coldExposure } = listFigures(lists, 2, context);
    expect(coverage).toBe(3 / 4);
    // Places 0, 1, 1, 2: Σ (2i − n − 1) x / (n Σ x) = (−1 + 1 + 6) / 16.
    expect(gini).toBeCloseTo(6 / 16, 12);
    expect(novelty).toBeCloseTo((2 * Math.log2(8 / 6) + 2 * 3) / 4, 12);
    // 0 and 1 have nothing in common, 0 and 2 everything.
    expect(diversity).toBeCloseTo((1 + 0) / 2, 6);
    expect(coldExposure).toBe(0);
  });

  it("tells of items that nobody has had, and goes without content", () => {
    const figures = listFigures(Uint32Array.of(3, 0), 1, { ...context, content: null });
    expect(figures).toMatchObject({ coldExposure: 1 / 2, diversity: null });
    expect(figures.novelty).toBeCloseTo((3 + Math.log2(8 / 6)) / 2, 12);
  });

  it("counts no place that is empty", () => {
    const lists = Uint32Array.of(0, 1, 2, 1, NO_ITEM, NO_ITEM, NO_ITEM, NO_ITEM, NO_ITEM);
    const figures = listFigures(lists, 3, context);
    expect(figures.coverage).toBe(3 / 4);
    // Places 0, 1, 1, 2.
    expect(figures.gini).toBeCloseTo(6 / 16, 12);
    expect(figures.novelty).toBeCloseTo((Math.log2(8 / 6) + 3 * 3) / 4, 12);
    // Of three pairs in the one list that has any, 0 and 2 are alike.
    expect(figures.diversity).toBeCloseTo(2 / 3, 6);
  });

  it("is even when all have alike, and uneven when one has all", () => {
    expect(listFigures(Uint32Array.of(0, 1, 2, 3), 1, context).gini).toBeCloseTo(0, 12);
    expect(listFigures(Uint32Array.of(0, 0, 0, 0), 1, context).gini).toBeCloseTo(3 / 4, 12);
  });
});

describe("segments", () => {
  it("part cases by what is known of the user, and by how frequent the item is", () => {
    const rows = Array.from({ length: 30 }, (_, step) => ({
      userId: "u",
      itemId: step % 2 === 0 ? "often" : `once${step}`,
      timeMs: step,
      weight: 1,
      typeCode: 1,
    }));
    const dataset = createDataset(rows);
    const targetRows = Uint32Array.of(4, 11, 28);
    const cases: Cases = {
      dataset,
      targetRows,
      users: new Uint32Array(3),
      historyEnds: targetRows,
      known: new Uint8Array(dataset.itemIds.length).fill(1),
      maskSeen: true,
      mean: "case",
    };
    const counts = new Uint32Array(dataset.itemIds.length);
    for (const item of dataset.items) counts[item] = (counts[item] as number) + 1;
    const segments = segmentsOf(cases, counts);
    expect(SEGMENTS.map((name) => segments[name])).toEqual([[0], [1], [2], [0, 2], [1]]);
  });
});
