import { describe, expect, it } from "vitest";
import type { FitOptions, FittedModel, FittedPart, InteractionRow } from "../../src/learn/index.ts";
import { createDataset, createPace, foldContent, shapeOf, transformer } from "../../src/learn/index.ts";
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
  toyRows,
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

async function fitted(options: FitOptions, change: Partial<typeof PARAMETERS> = {}): Promise<FittedPart> {
  const part = await transformer.fit(toyDataset(), { ...PARAMETERS, ...change }, options, fitPorts(engine));
  if (part === null) throw new Error("a slice without limit is never used up");
  return part;
}

/** A fit discards what it starts from. */
function copyOf(part: FittedPart): FittedPart {
  return structuredClone(part);
}

/** The same walks by users who never stop, so that a window may be longer. */
function longRows(): InteractionRow[] {
  return toyRows().map((row) => ({ ...row, userId: `u${Number(row.userId.slice(1)) % 2}` }));
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
    const start = { ...options, previous: async () => copyOf(previous) };
    const again = await transformer.fit(toyDataset(), { ...PARAMETERS, epochs: 0 }, start, ports());
    const vectors = (part: typeof again) => Array.from(part?.tensors.items?.data as Float32Array);
    const moved = vectors(again).map((value, place) =>
      Math.abs(value - (vectors(previous)[place] as number)),
    );
    expect(Math.max(...moved)).toBeLessThan(1e-5);
    expect(again?.tensors.wide0).toEqual(previous.tensors.wide0);
    expect([previous.isWarm, again?.isWarm]).toEqual([undefined, true]);
  });

  it("goes on from an earlier part in fewer passes, to equal bytes however it is sliced", async () => {
    const earlier = await fitted(TOY_OPTIONS);
    let asked = 0;
    const previous = async () => {
      asked++;
      return copyOf(earlier);
    };
    const warm = { ...TOY_OPTIONS, previous };
    const whole = await transformer.fit(toyDataset(), PARAMETERS, warm, fitPorts(engine));
    expect(whole?.losses).toHaveLength(Math.ceil(PARAMETERS.epochs / 8));
    expect(whole?.losses?.at(0)).toBeLessThan(1.5 * (earlier.losses?.at(-1) as number));
    const kept = {};
    let sliced: FittedPart | null = null;
    let slices = 0;
    for (; sliced === null && slices < 500; slices++) {
      sliced = await transformer.fit(toyDataset(), PARAMETERS, warm, fitPorts(engine, 0.002, kept));
    }
    expect(slices).toBeGreaterThan(2);
    expect(sliced).toEqual(whole);
    // Once when the whole began, once when the first slice did.
    expect(asked).toBe(2);
  });

  it("renumbers items: what is known moves, what is gone drops out, what is new has nothing yet", async () => {
    const previous = await fitted(TOY_OPTIONS);
    const width = PARAMETERS.width;
    const places = Int32Array.from({ length: TOY_ITEMS }, (_, item) => (item === 2 ? -1 : item + 1));
    const moved = transformer.renumbered?.(copyOf(previous), places, TOY_ITEMS + 1);
    const rowOf = (part: FittedPart | undefined, item: number) =>
      Array.from(part?.tensors.items?.data ?? [], Number).slice(item * width, (item + 1) * width);
    expect(moved?.itemCount).toBe(TOY_ITEMS + 1);
    expect(moved?.tensors.items?.dims).toEqual([TOY_ITEMS + 2, width]);
    for (const item of [0, 1, 3, TOY_ITEMS - 1])
      expect(rowOf(moved, item + 1)).toEqual(rowOf(previous, item));
    for (const item of [0, 3]) expect(rowOf(moved, item)).toEqual(new Array(width).fill(0));
    expect(moved?.tensors.wide0).toEqual(previous.tensors.wide0);
  });

  it("takes over as much of a table as both have, and nothing of a part of another width", async () => {
    const shorter = await fitted(TOY_OPTIONS, { window: 3 });
    const none = { ...PARAMETERS, epochs: 0 };
    const dataset = createDataset(longRows());
    const start = { ...TOY_OPTIONS, previous: async () => copyOf(shorter) };
    const grown = await transformer.fit(dataset, { ...none, window: 20 }, start, fitPorts(engine));
    const [from, to] = [shorter.tensors.distance, grown?.tensors.distance];
    const [length = 0, longer = 0] = [from?.dims[1], to?.dims[1]];
    expect([length, longer]).toEqual([3, 20]);
    const head = (tensor: typeof from, size: number) =>
      Array.from(tensor?.data as Float32Array).slice(size, size + length);
    expect(head(to, longer)).toEqual(head(from, length));
    const other = { ...none, width: 32 };
    const cold = await transformer.fit(toyDataset(), other, TOY_OPTIONS, fitPorts(engine));
    expect(await transformer.fit(toyDataset(), other, start, fitPorts(engine))).toEqual(cold);
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

  it("estimates what a fit counts, whether updates or products are most of it", async () => {
    const parameters = { epochs: 1 };
    for (const { users, items } of [
      { users: 350, items: 150 },
      { users: 600, items: 600 },
    ]) {
      const dataset = createDataset(walks(users, items));
      const pace = createPace(async () => {});
      await transformer.fit(dataset, parameters, TOY_OPTIONS, { ...fitPorts(engine), pace });
      const estimated = transformer.workSeconds(shapeOf(dataset, { maskSeen: true }), parameters);
      expect(estimated / pace.workSeconds).toBeGreaterThan(0.7);
      expect(estimated / pace.workSeconds).toBeLessThan(1.3);
    }
  });
});

/** Twenty steps along the items by each user. */
function walks(users: number, items: number): InteractionRow[] {
  return Array.from({ length: 20 * users }, (_, row) => {
    const user = Math.floor(row / 20);
    return {
      ...{ userId: `u${user}`, itemId: `i${(7 * user + row) % items}`, timeMs: 60_000 * row },
      ...{ weight: 1, typeCode: 1 },
    };
  });
}
