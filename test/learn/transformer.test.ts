import { describe, expect, it } from "vitest";
import type { FittedModel } from "../../src/learn/index.ts";
import { foldContent, transformer } from "../../src/learn/index.ts";
import { nodeEngine } from "../../src/runtime/node.ts";
import { graphContract, rank } from "../contracts/graph.ts";
import {
  fitModel,
  fitPorts,
  learnerContract,
  startOf,
  TOY_ITEMS,
  TOY_OPTIONS,
  toyContent,
  toyDataset,
} from "../contracts/learner.ts";

const engine = nodeEngine();
const PARAMETERS = { width: 16, epochs: 60, window: 8 };

const models = new Map<string, Promise<FittedModel>>();
/** Fitted once for all tests: a fit takes a second. */
function model(name: "plain" | "with content"): Promise<FittedModel> {
  const known = models.get(name);
  if (known !== undefined) return known;
  const content = name === "plain" ? {} : { content: toyContent(), contentWeight: 0.3 };
  const fitted = fitModel(transformer, engine, { parameters: PARAMETERS, ...content });
  models.set(name, fitted);
  return fitted;
}

describe("the learner transformer", () => learnerContract(transformer, () => engine));

for (const name of ["plain", "with content"] as const) {
  describe(`the graph of a transformer ${name} on ONNX Runtime`, () =>
    graphContract(async () => ({ engine, model: await model(name) }), { readsHistory: true }));
}

describe("transformer", () => {
  it("knows what follows: the next item of the walk comes first", async () => {
    for (const name of ["plain", "with content"] as const) {
      for (let item = 0; item < TOY_ITEMS; item++) {
        const bias = new Array(TOY_ITEMS).fill(0).with(item, Number.NEGATIVE_INFINITY);
        const [row] = await rank(engine, await model(name), { histories: [[item]], bias, k: 4 });
        expect(row?.items[0], `${name}, after ${item}`).toBe((item + 2) % TOY_ITEMS);
      }
    }
  });

  it("steps over late items as if they were not there, and reads no further back than its window", async () => {
    const fitted = await model("plain");
    const k = TOY_ITEMS;
    const answer = async (history: number[]) =>
      (await rank(engine, fitted, { histories: [history], late: 2, k }))[0]?.scores.map((score) =>
        score.toFixed(4),
      );
    expect(await answer([1, TOY_ITEMS + 1, 3, TOY_ITEMS])).toEqual(await answer([1, 3]));
    const newest = [0, 2, 4, 6, 8, 10, 0, 2];
    expect(await answer([7, 5, 3, ...newest])).toEqual(await answer([9, ...newest]));
    expect(await answer([...newest.slice(0, 7), 3])).not.toEqual(await answer(newest));
  });

  it("starts from an earlier part: what that knew needs no learning", async () => {
    const ports = () => fitPorts(engine);
    const options = { ...TOY_OPTIONS, content: foldContent(toyContent(), TOY_OPTIONS.contentWidth) };
    const previous = await transformer.fit(toyDataset(), PARAMETERS, options, ports());
    expect(previous?.losses).toHaveLength(PARAMETERS.epochs);
    expect(previous?.losses?.at(-1)).toBeLessThan(0.5 * (previous?.losses?.[0] as number));
    if (previous === null) throw new Error("a slice without limit is never used up");
    const again = await transformer.fit(
      toyDataset(),
      { ...PARAMETERS, epochs: 0 },
      { ...options, previous },
      ports(),
    );
    const vectors = (part: typeof again) => Array.from(part?.tensors.items?.data as Float32Array);
    const moved = vectors(again).map((value, place) =>
      Math.abs(value - (vectors(previous)[place] as number)),
    );
    expect(Math.max(...moved)).toBeLessThan(1e-5);
    expect(again?.tensors.wide0).toEqual(previous.tensors.wide0);
  });

  it("takes times and types into account only where the data have them", async () => {
    const dataset = toyDataset();
    const varied = {
      ...dataset,
      timesMs: dataset.timesMs.map((timeMs, row) => timeMs + row * row * 1_000),
      types: dataset.types.map((_, row) => row % 3),
    };
    const parameters = { ...startOf(transformer, dataset), epochs: 2 };
    const part = await transformer.fit(dataset, parameters, TOY_OPTIONS, fitPorts(engine));
    const marked = await transformer.fit(varied, parameters, TOY_OPTIONS, fitPorts(engine));
    expect([part?.tensors.gap, part?.tensors.type]).toEqual([undefined, undefined]);
    expect([marked?.tensors.gap?.dims[0], marked?.tensors.type?.dims[0]]).toEqual([32, 3]);
    const answered = await fitModel(transformer, engine, { dataset: varied, parameters });
    const [row] = await rank(engine, answered, { histories: [[0, 1, 2]], k: 3 });
    expect(row?.scores.every(Number.isFinite)).toBe(true);
  });
});
