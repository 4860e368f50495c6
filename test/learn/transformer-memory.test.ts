import { expect, it } from "vitest";
import { foldContent } from "../../src/learn/index.ts";
import {
  decodeState,
  initialState,
  type StateSizes,
  sealState,
  type TrainingState,
} from "../../src/learn/transformer/state.ts";
import { train } from "../../src/learn/transformer/train.ts";
import { closeTrainer, createTrainer, type TrainOptions } from "../../src/learn/transformer/trainer.ts";
import { nodeEngine } from "../../src/runtime/node.ts";
import { fitPorts, TOY_OPTIONS, toyContent, toyDataset } from "../contracts/learner.ts";

const engine = nodeEngine();
const dataset = toyDataset();
const itemCount = dataset.itemIds.length;
const { contentWidth } = TOY_OPTIONS;
const content = foldContent(toyContent(), contentWidth);
const sizes: StateSizes = {
  ...{ width: 8, heads: 2, blocks: 1, hidden: 16, length: 8 },
  ...{ itemCount, marks: { type: 3 }, contentWidth },
};
const options: TrainOptions = {
  ...{ seed: 1, sizes, epochs: 3, stepTokens: 64, negatives: 5, dropout: 0.1, learningRate: 0.01 },
  weightDecay: 0,
  codes: { type: new Uint8Array(dataset.items.length) },
  known: Array.from({ length: itemCount }, (_, item) => item),
  content,
};

/** Every typed array that can be reached from `value`, by the path to it. */
function viewsOf(value: unknown, path = "", found = new Map<string, ArrayBufferView>()) {
  if (ArrayBuffer.isView(value)) found.set(path, value);
  else if (value instanceof Map) for (const [key, one] of value) viewsOf(one, `${path}/${key}`, found);
  else if (typeof value === "object" && value !== null)
    for (const [key, one] of Object.entries(value)) viewsOf(one, `${path}/${key}`, found);
  return found;
}

it("a slice that ends gives back all that it worked with, and leaves what is not its own", async () => {
  const trainer = await createTrainer(dataset, initialState(sizes, 1), options, fitPorts(engine));
  const { batch, touched, marks, pool, columnOf, slopes, state } = trainer;
  const own = { batch, touched, slopes: marks.map((mark) => mark.slopes), pool, columnOf, sums: slopes };
  expect(viewsOf(own).size).toBeGreaterThan(15);
  await closeTrainer(trainer);
  for (const [path, view] of viewsOf(own)) expect(view.byteLength, path).toBe(0);
  for (const [path, view] of viewsOf({ state, dataset, content }))
    expect(view.byteLength, path).toBeGreaterThan(0);
});

it("a state is in the checkpoint or in memory, not in both", async () => {
  let state: TrainingState | undefined;
  const kept = {};
  const begin = async () => {
    state = initialState(sizes, 1);
    return state;
  };
  expect(await train(dataset, begin, options, fitPorts(engine, 1e-9, kept))).toBeNull();
  const views = viewsOf(state?.tables);
  expect(views.size).toBeGreaterThan(15);
  for (const [path, view] of views) expect(view.byteLength, path).toBe(0);
  const trained = await train(dataset, begin, options, fitPorts(engine, Number.POSITIVE_INFINITY, kept));
  expect(trained?.losses).toHaveLength(3);
});

it("a checkpoint is the state's own memory, and another one only where its losses outgrow the room", () => {
  const { tables } = initialState(sizes, 1);
  const state = { ...initialState(sizes, 1), steps: 7 };
  const sealed = sealState(state);
  expect(sealed).toBe(state.file);
  const again = decodeState(sealed);
  expect(again).toMatchObject({ steps: 7, epoch: 0, losses: [], isWarm: false });
  expect(again.tables).toEqual(tables);
  const losses = Array.from({ length: 2_000 }, (_, epoch) => Math.fround(1 / (epoch + 1)));
  const long = sealState({ ...again, losses });
  expect(long).not.toBe(sealed);
  expect(sealed.byteLength).toBe(0);
  expect(decodeState(long)).toMatchObject({ steps: 7, losses });
  expect(decodeState(long).tables).toEqual(tables);
});
