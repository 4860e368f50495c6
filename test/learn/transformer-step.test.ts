import { describe, expect, it } from "vitest";
import type { Session, Tensor } from "../../src/base/index.ts";
import { createPrng } from "../../src/base/index.ts";
import { createDataset } from "../../src/learn/index.ts";
import { weightDims } from "../../src/learn/transformer/network.ts";
import { planEpoch } from "../../src/learn/transformer/plan.ts";
import { type RunSizes, trainingGraph } from "../../src/learn/transformer/training-graph.ts";
import { nodeEngine } from "../../src/runtime/node.ts";
import { differences, random } from "../onnx/gradient-check.ts";

const SIZES: RunSizes = {
  rows: 2,
  length: 3,
  width: 4,
  heads: 2,
  blocks: 2,
  hidden: 6,
  negatives: 5,
  dropout: true,
  weighted: true,
};
const TOKENS = SIZES.rows * SIZES.length;

/** Two rows: one of two histories, one with padding at its end; the second token's own positive is among the negatives. */
function feeds(): Record<string, Tensor> {
  const { rows, length, width, heads, negatives } = SIZES;
  const floats = (name: string, dims: readonly number[]) => random(dims, name, [-0.5, 0.5]);
  const negative = floats("negatives", [negatives + 2, width]);
  negative.data.fill(0, negatives * width);
  const bias = floats("bias", [heads, length, length]);
  const apart = random([rows, 1, length, length], "apart", [0, 0]);
  for (let i = 0; i < length; i++) {
    for (let j = i + 1; j < length; j++)
      for (let h = 0; h < heads; h++) bias.data[(h * length + i) * length + j] = -1e9;
  }
  for (const pair of [6, 7]) apart.data[pair] = -1e9; // the third of row 0 begins another history
  const columns = Array.from({ length: TOKENS }, (_, token) => [
    negatives,
    token === 1 ? 2 : negatives + 1,
  ]).flat();
  const made: Record<string, Tensor> = {
    x: floats("x", [TOKENS, width]),
    positives: floats("positives", [TOKENS, width]),
    negatives: negative,
    bias,
    apart,
    columns: { type: "int64", dims: [TOKENS, 2], data: BigInt64Array.from(columns, BigInt) },
    real: { type: "float32", dims: [TOKENS, 1], data: Float32Array.of(1, 1, 1, 1, 1, 0) },
    worth: { type: "float32", dims: [TOKENS, 1], data: Float32Array.of(1, 2, 0.5, 1, 3, 0) },
    shift: { type: "float32", dims: [], data: Float32Array.of(-0.7) },
  };
  for (const [name, dims] of Object.entries(weightDims(SIZES))) made[name] = floats(name, dims);
  for (const half of ["attention0", "forward0", "attention1", "forward1"]) {
    made[`drop_${half}`] = random([TOKENS, width], half, [0, 2]);
  }
  return made;
}

/** Squares, softmaxes and norms curve more than single operators do. */
const TOLERANCE = 1e-2;

async function withSession<T>(use: (session: Session) => Promise<T>): Promise<T> {
  const session = await nodeEngine().load(trainingGraph(SIZES));
  try {
    return await use(session);
  } finally {
    await session.release();
  }
}

describe("a training step", () => {
  it("gives the gradients that finite differences of its loss give, by every input that learns", async () => {
    await withSession(async (session) => {
      const inputs = feeds();
      const outputs = await session.run(inputs);
      for (const name of ["x", "positives", "bias", ...Object.keys(weightDims(SIZES))]) {
        const expected = await differences(session, inputs, name, 3e-3);
        const actual = outputs[`d_${name}`] as Tensor;
        for (const [place, slope] of expected.entries()) {
          const error = Math.abs(slope - (actual.data[place] as number));
          expect(error, `${name} at ${place}: ${actual.data[place]} for ${slope}`).toBeLessThan(
            TOLERANCE * (1 + Math.abs(slope)),
          );
        }
      }
    });
  });

  it("gives them by the negatives too, whose two empty rows stay out", async () => {
    await withSession(async (session) => {
      const inputs = feeds();
      const actual = (await session.run(inputs)).d_negatives as Tensor;
      const expected = await differences(session, inputs, "negatives", 3e-3);
      const learning = SIZES.negatives * SIZES.width;
      for (const [place, slope] of expected.slice(0, learning).entries()) {
        expect(Math.abs(slope - (actual.data[place] as number))).toBeLessThan(
          TOLERANCE * (1 + Math.abs(slope)),
        );
      }
    });
  });

  it("learns nothing from padding", async () => {
    await withSession(async (session) => {
      const outputs = await session.run(feeds());
      const last = (name: string) => Array.from((outputs[name] as Tensor).data.slice(-SIZES.width), Number);
      expect(last("d_x").map(Math.abs)).toEqual([0, 0, 0, 0]);
      expect(last("d_positives").map(Math.abs)).toEqual([0, 0, 0, 0]);
    });
  });
});

describe("the plan of an epoch", () => {
  const lengths = [1, 2, 5, 30, 31, 100];
  const rows = lengths.flatMap((length, user) =>
    Array.from({ length }, (_, row) => ({
      userId: `u${user}`,
      itemId: `i${row}`,
      timeMs: row,
      weight: 1,
      typeCode: 0,
    })),
  );
  const dataset = createDataset(rows);

  const planOf = async (seed: number) => {
    const plan = await planEpoch(dataset, 10, createPrng(seed), { spend: async () => {} });
    const all = plan.rows(0, plan.rowCount);
    expect([...plan.rows(0, 3), ...plan.rows(3, plan.rowCount + 5)]).toEqual(all);
    return all;
  };

  it("has every row with a successor as input once, in rows no longer than the window", async () => {
    const window = 10;
    const plan = await planOf(1);
    const inputs = plan.flat().flatMap(({ start, length }) => Array.from({ length }, (_, i) => start + i));
    const lastRows = new Set(Array.from(dataset.userStart.slice(1), (end) => end - 1));
    const expected = [...dataset.items.keys()].filter((row) => !lastRows.has(row));
    expect(inputs.toSorted((a, b) => a - b)).toEqual(expected);
    for (const row of plan)
      expect(row.reduce((sum, { length }) => sum + length, 0)).toBeLessThanOrEqual(window);
  });

  it("leaves little room empty, and cuts long histories elsewhere in another epoch", async () => {
    const plans = [await planOf(1), await planOf(2)];
    const tokens = rows.length - lengths.length;
    for (const plan of plans) expect(plan.length).toBeLessThanOrEqual(Math.ceil((tokens / 10) * 1.3));
    const starts = plans.map((plan) =>
      plan
        .flat()
        .map(({ start }) => start)
        .sort((a, b) => a - b),
    );
    expect(starts[0]).not.toEqual(starts[1]);
  });
});
