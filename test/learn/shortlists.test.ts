import { describe, expect, it } from "vitest";
import { createPrng } from "../../src/base/index.ts";
import { lastCases } from "../../src/learn/data/last-out.ts";
import {
  assembleModel,
  assembleParts,
  createDataset,
  createPace,
  linear,
  popularity,
  rankCases,
} from "../../src/learn/index.ts";
import { chooseWeights, pairedGain, rankBlend } from "../../src/learn/study/blend.ts";
import { makeShortlists } from "../../src/learn/study/shortlists.ts";
import { nodeEngine } from "../../src/runtime/node.ts";
import { fitPorts, TOY_OPTIONS } from "../contracts/learner.ts";

const engine = nodeEngine();
const yieldTo = async () => {};
const { contentWidth } = TOY_OPTIONS;

function dataset(items: number) {
  const prng = createPrng("shortlists");
  const rows = Array.from({ length: 60 }, (_, user) =>
    Array.from({ length: 6 }, (_, step) => ({
      userId: `u${user}`,
      itemId: `i${Math.floor(items * prng.next() ** 2)}`,
      timeMs: step * 1_000,
      weight: 1,
      typeCode: 1,
    })),
  );
  return createDataset(rows.flat());
}

async function twoParts() {
  const data = dataset(300);
  const options = { ...TOY_OPTIONS, seed: 1 };
  const parameters = { ridge: 5, positionDecay: 2, orderFree: 0.3 };
  const first = await popularity.fit(data, { decayDays: 0 }, options, fitPorts(engine));
  const second = await linear.fit(data, parameters, options, fitPorts(engine));
  if (first === null || second === null) throw new Error("one slice is enough");
  return { data, parts: [first, second] as const, cases: lastCases(data) };
}

describe("shortlists", () => {
  it("rank a weighted sum as the whole graph of that sum does", async () => {
    const { data, parts, cases } = await twoParts();
    const sizes = { itemCount: data.itemIds.length, historyMax: 20, contentWidth };
    const both = { parts: 2, load: async () => assembleParts(parts, { contentWidth, dataset: data }) };
    const lists = await makeShortlists(engine, [both], cases, sizes, createPace(yieldTo));
    for (const weights of [
      [1, 0],
      [0.3, 1],
    ]) {
      const weighed = parts.map((part, index) => ({ part, weight: weights[index] as number }));
      const assembly = { parts: weighed, contentWeight: 0 };
      const model = await assembleModel(assembly, { contentWidth, dataset: data }, fitPorts(engine));
      const whole = await rankCases(
        engine,
        model.onnx,
        cases,
        { historyMax: sizes.historyMax, contentWidth: sizes.contentWidth, rankMax: 20 },
        yieldTo,
      );
      const short = rankBlend(lists, weights);
      expect(Array.from(short, (rank) => (rank > 20 ? Number.POSITIVE_INFINITY : rank))).toEqual([...whole]);
    }
  });

  it("count what a part knows nothing of as ties, though few items are listed", async () => {
    // Pairs that only their own two users bought: of a history of one item, a sparse part knows one other.
    const pairs = Array.from({ length: 400 }, (_, pair) =>
      [0, 1].flatMap((user) =>
        [0, 1].map((step) => ({
          userId: `u${pair}-${user}`,
          itemId: `i${pair}-${step}`,
          timeMs: step * 1_000,
          weight: 1,
          typeCode: 1,
        })),
      ),
    );
    const data = createDataset(pairs.flat());
    const part = await linear.fit(data, {}, { ...TOY_OPTIONS, seed: 1 }, fitPorts(engine));
    if (part === null) throw new Error("one slice is enough");
    const sizes = { itemCount: data.itemIds.length, historyMax: 20, contentWidth };
    const cases = lastCases(data);
    // Whoever bought the one is asked for an item that nobody bought with it.
    const strange = cases.targetRows.map((row) => (row + 401) % data.items.length);
    const graph = { parts: 1, load: async () => assembleParts([part], { contentWidth, dataset: data }) };
    for (const [targets, wanted] of [
      [cases.targetRows, 1],
      [strange, Number.POSITIVE_INFINITY],
    ] as const) {
      const asked = { ...cases, targetRows: targets };
      const lists = await makeShortlists(engine, [graph], asked, sizes, createPace(yieldTo));
      expect(new Set(rankBlend(lists, [1]))).toEqual(new Set([wanted]));
    }
  });

  it("give no part a place whose scores are no numbers, and take none from the others", async () => {
    const { data, parts, cases } = await twoParts();
    const sizes = { itemCount: data.itemIds.length, historyMax: 20, contentWidth };
    const both = { parts: 2, load: async () => assembleParts(parts, { contentWidth, dataset: data }) };
    const pace = createPace(yieldTo);
    const lists = await makeShortlists(engine, [both], cases, sizes, pace);
    const sound = rankBlend(lists, [0, 1]);
    for (const scores of lists.scores) for (let at = 0; at < scores.length; at += 2) scores[at] = Number.NaN;
    expect(new Set(rankBlend(lists, [1, 0]))).toEqual(new Set([Number.POSITIVE_INFINITY]));
    expect(rankBlend(lists, [0, 1])).toEqual(sound);
    expect((await chooseWeights(lists, cases, [0, 1], pace)).weights).toEqual([0, 1]);
  });

  it("are the same from one graph of two parts and from two graphs, one at a time", async () => {
    const { data, parts, cases } = await twoParts();
    const sizes = { itemCount: data.itemIds.length, historyMax: 20, contentWidth };
    const graphOf = (...some: (typeof parts)[number][]) => ({
      parts: some.length,
      load: async () => assembleParts(some, { contentWidth, dataset: data }),
    });
    const pace = createPace(yieldTo);
    const together = await makeShortlists(engine, [graphOf(...parts)], cases, sizes, pace);
    const apart = await makeShortlists(engine, [graphOf(parts[0]), graphOf(parts[1])], cases, sizes, pace);
    expect(rankBlend(apart, [0.5, 1])).toEqual(rankBlend(together, [0.5, 1]));
    const chosen = await chooseWeights(together, cases, [0, 1], pace);
    const alone = await chooseWeights(together, cases, [1], pace);
    expect(chosen.figure).toBeGreaterThanOrEqual(alone.figure);
  });
});

describe("the paired gain", () => {
  const { data } = { data: dataset(20) };
  const cases = lastCases(data);
  const ranks = (rank: (one: number) => number) => Float64Array.from(cases.users, (_, one) => rank(one));

  it("is nothing between equal rankings, and many errors where every case is better", () => {
    expect(
      pairedGain(
        ranks(() => 3),
        ranks(() => 3),
        cases,
      ),
    ).toBe(0);
    expect(
      pairedGain(
        ranks((one) => 1 + (one % 3)),
        ranks((one) => 5 + (one % 3)),
        cases,
      ),
    ).toBeGreaterThan(5);
  });
});
