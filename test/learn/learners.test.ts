import { describe, expect, it } from "vitest";
import { linear, popularity } from "../../src/learn/index.ts";
import { nodeEngine } from "../../src/runtime/node.ts";
import { graphContract, rank } from "../contracts/graph.ts";
import { fitModel, learnerContract, TOY_ITEMS, toyContent, toyDataset } from "../contracts/learner.ts";
import { oracleEngine } from "../oracle/interpreter.ts";

const engine = nodeEngine();
const LINEAR = { orderFree: 0.1, ridge: 1, positionDecay: 2, ageDecayDays: 7 };
const MODELS = {
  popularity: () => fitModel(popularity, engine, { parameters: { decayDays: 30 } }),
  "linear without content": () => fitModel(linear, engine, { parameters: { ...LINEAR, ageDecayDays: 0 } }),
  "linear with content": () =>
    fitModel(linear, engine, { parameters: LINEAR, content: toyContent(), contentWeight: 0.3 }),
};

for (const learner of [popularity, linear]) {
  describe(`the learner ${learner.name}`, () => learnerContract(learner, () => engine));
}

for (const [name, train] of Object.entries(MODELS)) {
  const readsHistory = name !== "popularity";
  describe(`the graph of ${name} on ONNX Runtime`, () =>
    graphContract(async () => ({ engine, model: await train() }), { readsHistory }));

  describe(`the graph of ${name} on the oracle`, () =>
    graphContract(async () => ({ engine: oracleEngine(), model: await train() }), { readsHistory }));

  it(`the graph of ${name} gives the oracle's scores`, async () => {
    const model = await train();
    const late = 3;
    const k = model.itemCount + late;
    const histories = [[], [0], [3, 1, 5], [2, model.itemCount + 1, 4, 4, 6]];
    const requests = { histories, late, k, bias: Array.from({ length: 4 * k }, (_, i) => (i % 7) / 10) };
    const actual = await rank(engine, model, requests);
    const expected = await rank(oracleEngine(), model, requests);
    for (const [row, { items, scores }] of expected.entries()) {
      for (const [place, item] of items.entries()) {
        const score = actual[row]?.scores[actual[row].items.indexOf(item)] as number;
        expect(Math.abs(score - (scores[place] as number))).toBeLessThan(1e-4);
      }
    }
  });
}

describe("linear", () => {
  it("knows what follows: the next item of the walk comes first, the other world last", async () => {
    const model = await MODELS["linear without content"]();
    for (let item = 0; item < TOY_ITEMS; item++) {
      const bias = new Array(TOY_ITEMS).fill(0).with(item, Number.NEGATIVE_INFINITY);
      const [row] = await rank(engine, model, { histories: [[item]], bias, k: 4 });
      expect(row?.items[0]).toBe((item + 2) % TOY_ITEMS);
    }
  });

  it("places late items by their content: the history's world above the other", async () => {
    const model = await MODELS["linear with content"]();
    const [row] = await rank(engine, model, { histories: [[0, 2]], late: 2, k: TOY_ITEMS + 2 });
    const placeOf = (item: number) => row?.items.indexOf(item) as number;
    expect(placeOf(TOY_ITEMS)).toBeLessThan(placeOf(TOY_ITEMS + 1));
  });

  it("lets a late item in the history speak for its world", async () => {
    const model = await MODELS["linear with content"]();
    const [row] = await rank(engine, model, { histories: [[TOY_ITEMS + 1]], late: 2, k: 6 });
    expect(row?.items.filter((item) => item % 2 === 1).length).toBeGreaterThanOrEqual(5);
  });
});

describe("popularity", () => {
  it("puts what is used most first, and what is used now before what was used once", async () => {
    const rows = toyDataset();
    const counts = new Array(TOY_ITEMS).fill(0);
    for (const item of rows.items) counts[item]++;
    const model = await fitModel(popularity, engine, { parameters: { decayDays: 0 } });
    const [row] = await rank(engine, model, { histories: [[]], k: TOY_ITEMS });
    expect(row?.items.map((item) => counts[item])).toEqual(counts.toSorted((a, b) => b - a));
  });
});
