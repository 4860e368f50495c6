import { describe, expect, it } from "vitest";
import {
  compareRanks,
  createDataset,
  type Dataset,
  lastCases,
  pairedBootstrap,
  popularity,
  rankCases,
  sampleCases,
  splitByTime,
  takeCases,
} from "../../src/learn/index.ts";
import { nodeEngine } from "../../src/runtime/node.ts";
import { fitModel, TOY_OPTIONS } from "../contracts/learner.ts";

const engine = nodeEngine();
const yieldTo = async () => {};
const options = { historyMax: 10, contentWidth: TOY_OPTIONS.contentWidth };

/** Popularity before the cut: a 3, b 2, c 2, d 1. Then the user "late" takes d, and after it b. */
function popularityCases() {
  const counts = { a: 3, b: 2, c: 2, d: 1 };
  const old = Object.entries(counts).flatMap(([itemId, count]) =>
    Array.from({ length: count }, (_, i) => ({ userId: `u${i}`, itemId, timeMs: i, weight: 1, typeCode: 1 })),
  );
  const late = ["d", "b"].map((itemId, i) => ({
    userId: "late",
    itemId,
    timeMs: 100 + i,
    weight: 1,
    typeCode: 1,
  }));
  return splitByTime(createDataset([...old, ...late]), 0.2);
}

async function fitPopularity(dataset: Dataset) {
  return (await fitModel(popularity, engine, { dataset, parameters: { decayDays: 0 } })).onnx;
}

describe("ranks", () => {
  it("count ties against the graph and mask what the user had", async () => {
    const { train, cases } = popularityCases();
    const onnx = await fitPopularity(train);
    // The target b ties with c behind a: rank 3, not 2. The item d of the history does not compete.
    expect([...(await rankCases(engine, onnx, cases, options, yieldTo))]).toEqual([3]);
  });

  it("leave a history's items in where they may come again", async () => {
    const { train, cases } = popularityCases();
    const onnx = await fitPopularity(train);
    const again = { ...cases, maskSeen: false, targetRows: cases.historyEnds.map((end) => end - 1) };
    // Now d, the item of the history itself, is to be found behind a, b and c.
    expect([...(await rankCases(engine, onnx, again, options, yieldTo))]).toEqual([4]);
  });

  it("are those of one history at a time, however many are ranked at once and in whichever order", async () => {
    const users = Array.from({ length: 40 }, (_, user) => `u${user}`);
    const rows = users.flatMap((userId, user) =>
      Array.from({ length: 1 + (user % 7) }, (_, step) => ({
        userId,
        itemId: `i${(user * 3 + step) % 11}`,
        timeMs: step,
        weight: 1,
        typeCode: 1,
      })),
    );
    const dataset = createDataset(rows);
    const cases = lastCases(dataset);
    const onnx = await fitPopularity(dataset);
    const together = await rankCases(engine, onnx, cases, options, yieldTo);
    for (const place of [0, 7, 20, cases.targetRows.length - 1]) {
      const alone = await rankCases(engine, onnx, takeCases(cases, [place]), options, yieldTo);
      expect(alone[0]).toBe(together[place]);
    }
  });

  it("are Infinity beyond the bound, for a tie across it too, and for an item the graph does not know", async () => {
    const { train, cases } = popularityCases();
    const onnx = await fitPopularity(train);
    const bounded = await rankCases(engine, onnx, cases, { ...options, rankMax: 2 }, yieldTo);
    expect([...bounded]).toEqual([Number.POSITIVE_INFINITY]);
    const itemMap = Int32Array.of(0, -1, 2, 3);
    const mapped = await rankCases(engine, onnx, cases, { ...options, itemMap, itemCount: 4 }, yieldTo);
    expect([...mapped]).toEqual([Number.POSITIVE_INFINITY]);
  });
});

describe("lists", () => {
  it("end where nothing that competes is left", async () => {
    const { train, cases } = popularityCases();
    const listed: number[][] = [];
    const onList = ({ items }: { items: ArrayLike<bigint> }) => void listed.push(Array.from(items, Number));
    await rankCases(engine, await fitPopularity(train), cases, { ...options, onList }, yieldTo);
    // Of a, b, c and d the history has d: what is excluded is no place of the list.
    expect(listed).toEqual([[0, 1, 2]]);
  });
});

describe("figures", () => {
  it("are means per user, then over users", async () => {
    const users = Uint32Array.of(0, 0, 0, 5);
    const model = Float64Array.of(1, 3, Number.POSITIVE_INFINITY, 20);
    const {
      "ndcg@10": ndcg,
      "recall@20": recall,
      "mrr@20": mrr,
    } = await compareRanks({ model, popularity: model }, users, 1, async () => {});
    expect(ndcg?.model.value).toBeCloseTo((1 + 0.5 + 0) / 3 / 2, 12);
    expect(recall?.model.value).toBeCloseTo((2 / 3 + 1) / 2, 12);
    expect(mrr?.model.value).toBeCloseTo(((1 + 1 / 3) / 3 + 1 / 20) / 2, 12);
  });

  it("of a paired difference are as sure as the difference, however much users differ", () => {
    const popular = Float64Array.from({ length: 50 }, (_, user) => user / 50);
    const better = popular.map((value) => value + 0.01);
    const { model, difference } = pairedBootstrap(better, popular, 3);
    expect(model.high - model.low).toBeGreaterThan(0.1);
    expect([difference.value, difference.low, difference.high]).toEqual(
      [0.01, 0.01, 0.01].map((x) => expect.closeTo(x, 9)),
    );
    expect(pairedBootstrap(better, popular, 3)).toEqual({ model, difference, popularity: expect.anything() });
  });

  it("hold the true value in their interval", () => {
    const values = Float64Array.from({ length: 200 }, (_, user) => user % 2);
    const { model } = pairedBootstrap(values, values, 1);
    expect(model.value).toBe(0.5);
    // The standard error is 0.035: 1.96 of them on each side.
    expect(model.low).toBeCloseTo(0.43, 1);
    expect(model.high).toBeCloseTo(0.57, 1);
  });
});

describe("a sample of cases", () => {
  it("keeps every user as long as it can", () => {
    const users = Uint32Array.from({ length: 100 }, (_, index) => (index < 95 ? 0 : index - 94));
    const { dataset, known } = popularityCases().cases;
    const all = {
      dataset,
      known,
      users,
      targetRows: Uint32Array.from(users.keys()),
      historyEnds: Uint32Array.from(users.keys()),
      maskSeen: true,
      mean: "user" as const,
    };
    const some = sampleCases(all, 12, 1);
    expect(some.targetRows).toHaveLength(12);
    expect(new Set(some.users).size).toBe(6);
    expect(sampleCases(all, 12, 1)).toEqual(some);
    expect(sampleCases(all, 12, 2)).not.toEqual(some);
  });
});
