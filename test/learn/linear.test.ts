import { describe, expect, it } from "vitest";
import { createPrng, type Tensor } from "../../src/base/index.ts";
import { invert } from "../../src/learn/algebra/dense.ts";
import { createDataset, createPace, type Dataset, type Parameters } from "../../src/learn/index.ts";
import { supportOf } from "../../src/learn/linear/blocks.ts";
import { decayOf } from "../../src/learn/linear/decay.ts";
import { fitLinear } from "../../src/learn/linear/fit.ts";
import { Strongest } from "../../src/learn/linear/strongest.ts";
import { sumLeft, sumRight } from "../../src/learn/linear/sums.ts";
import { countTransitions } from "../../src/learn/linear/transitions.ts";
import { createWalks } from "../../src/learn/linear/walks.ts";
import { nodeEngine } from "../../src/runtime/node.ts";
import { fitPorts } from "../contracts/learner.ts";

const ITEMS = 30;
const PARAMETERS = { orderFree: 0.3, ridge: 0.5, stepRidge: 1, positionDecay: 3, ageDecayDays: 20 };
const UNIT = 1_200 / ITEMS;

/** Walks of 20 rows with a taste for the next item, so that transitions, repeats and pauses all occur. */
function walkedDataset(): Dataset {
  const prng = createPrng("walks");
  return createDataset(
    Array.from({ length: 60 }, (_, user) => {
      let item = prng.int(ITEMS);
      return Array.from({ length: 20 }, (_, step) => {
        item = prng.next() < 0.6 ? (item + 1) % ITEMS : prng.int(ITEMS);
        return {
          userId: `u${user}`,
          itemId: `i${String(item).padStart(2, "0")}`,
          timeMs: step * 86_400_000 * (1 + (user % 3)),
          weight: 1,
          typeCode: 1,
        };
      });
    }).flat(),
  );
}

/** The equations by their definition, dense: prefixes and targets one by one. */
function definedEquations(dataset: Dataset, b1: readonly number[]) {
  const { orderFree: alpha, ridge, positionDecay, ageDecayDays } = PARAMETERS;
  const left = Array.from({ length: ITEMS ** 2 }, (_, at) => (at % (ITEMS + 1) === 0 ? ridge * UNIT : 0));
  const right: number[] = new Array(ITEMS ** 2).fill(0);
  const add = (to: number[], a: number, b: number, value: number) => {
    to[a * ITEMS + b] = (to[a * ITEMS + b] as number) + value;
  };
  for (let user = 0; user < dataset.userIds.length; user++) {
    const [from, end] = [dataset.userStart[user] as number, dataset.userStart[user + 1] as number];
    const row = [...dataset.items.subarray(from, end)];
    const days = [...dataset.timesMs.subarray(from, end)].map((time) => time / 86_400_000);
    for (const [s, a] of row.entries()) {
      for (const [t, b] of row.entries()) {
        add(left, a, b, alpha);
        if (s !== t) add(right, a, b, alpha);
      }
    }
    for (let t = 1; t < row.length; t++) {
      const newest = row[t - 1] as number;
      const prefix = row.slice(0, t).map((item, s) => {
        const behind = (days[t - 1] as number) - (days[s] as number);
        return { item, kept: Math.exp(-(t - 1 - s) / positionDecay - behind / ageDecayDays) };
      });
      for (const a of prefix) {
        add(right, a.item, row[t] as number, (1 - alpha) * a.kept);
        for (let j = 0; j < ITEMS; j++) {
          add(right, a.item, j, -(1 - alpha) * a.kept * (b1[newest * ITEMS + j] as number));
        }
        for (const b of prefix) add(left, a.item, b.item, (1 - alpha) * a.kept * b.kept);
      }
    }
  }
  return { left, right };
}

function definedTransitions(dataset: Dataset): number[] {
  const counts: number[] = new Array(ITEMS ** 2).fill(0);
  for (let user = 0; user < dataset.userIds.length; user++) {
    const end = dataset.userStart[user + 1] as number;
    for (let row = (dataset.userStart[user] as number) + 1; row < end; row++) {
      const at = (dataset.items[row - 1] as number) * ITEMS + (dataset.items[row] as number);
      counts[at] = (counts[at] as number) + 1;
    }
  }
  return counts.map((count, at) => {
    const first = Math.floor(at / ITEMS) * ITEMS;
    const visits = counts.slice(first, first + ITEMS).reduce((sum, one) => sum + one, 0);
    return count / (visits + PARAMETERS.stepRidge * UNIT);
  });
}

/** [N × N] what the tables say. */
function dense(tensors: Readonly<Record<string, Tensor>>, prefix = ""): number[] {
  const { dims, data: indices } = tensors[`${prefix}indices`] as Extract<Tensor, { type: "uint16" }>;
  const levels = tensors[`${prefix}levels`]?.data as Int8Array;
  const scales = tensors[`${prefix}scales`]?.data as Float32Array;
  const width = dims[1] as number;
  const values: number[] = new Array(ITEMS ** 2).fill(0);
  for (let cell = 0; cell < ITEMS * width; cell++) {
    const row = Math.floor(cell / width);
    const at = row * ITEMS + (indices[cell] as number);
    values[at] = (values[at] as number) + (levels[cell] as number) * (scales[row] as number);
  }
  return values;
}

const quiet = { onProgress: () => {} };
const repeating = { ...PARAMETERS, repeats: 1 };

function fitWalked(parameters: Parameters, ports = fitPorts(nodeEngine()), sizes?: Parameters) {
  const options = sizes === undefined ? quiet : { ...quiet, sizes: sizes as never };
  return fitLinear(walkedDataset(), parameters, ports, options);
}

function closeTo(actual: ArrayLike<number>, expected: readonly number[], within: number): void {
  expect(actual.length).toBe(expected.length);
  for (const [at, value] of expected.entries()) {
    expect(Math.abs((actual[at] as number) - value), `at ${at}`).toBeLessThan(within);
  }
}

describe("the equations", () => {
  it("are the sums of their definition", async () => {
    const dataset = walkedDataset();
    const pace = createPace(async () => {});
    const walks = await createWalks(
      dataset,
      { decay: decayOf(PARAMETERS), collapsesRuns: false, isOrdered: true },
      pace,
    );
    const transitions = new Strongest(ITEMS, ITEMS);
    await countTransitions(walks, { ridge: PARAMETERS.stepRidge * UNIT, rows: transitions }, pace);
    const all = supportOf(
      Uint32Array.from({ length: ITEMS }, (_, item) => item),
      ITEMS,
    );
    const { orderFree } = PARAMETERS;
    const [panel] = await sumLeft(walks, all, { orderFree, ridge: PARAMETERS.ridge * UNIT }, pace);
    const right = await sumRight(walks, all, { targets: all.items, orderFree, transitions }, pace);
    const expected = definedEquations(dataset, definedTransitions(dataset));
    // What is left is cut off below half a hundredth.
    for (let i = 0; i < ITEMS; i++) {
      for (let j = i; j < ITEMS; j++) {
        const actual = panel?.data[i * panel.columns + j] as number;
        expect(Math.abs(actual - (expected.left[i * ITEMS + j] as number))).toBeLessThan(0.3);
      }
    }
    closeTo(right.data.subarray(0, ITEMS ** 2), expected.right, 0.3);
  });

  it("are solved as a plain inverse solves them", async () => {
    const dataset = walkedDataset();
    const tensors = (await fitWalked(repeating)) as Record<string, Tensor>;
    const b1 = definedTransitions(dataset);
    closeTo(dense(tensors, "step_"), b1, 0.003);
    const { left, right } = definedEquations(dataset, b1);
    const inverse = invert(left, ITEMS);
    const expected = right.map((_, at) => {
      const [i, j] = [Math.floor(at / ITEMS), at % ITEMS];
      let sum = 0;
      for (let k = 0; k < ITEMS; k++)
        sum += (inverse[i * ITEMS + k] as number) * (right[k * ITEMS + j] as number);
      return sum;
    });
    // Half a level of the largest, and what was cut off.
    closeTo(dense(tensors), expected, 0.01);
  });
});

describe("blocks", () => {
  it("give the exact solution where their support holds every item", async () => {
    const whole = (await fitWalked(repeating)) as Record<string, Tensor>;
    const blocks = { exactItemsMax: 10, targets: 7, support: ITEMS };
    const parts = (await fitWalked(repeating, undefined, blocks)) as Record<string, Tensor>;
    closeTo(dense(parts), dense(whole), 1e-6);
  });

  it("go on where a slice ended, to the same bytes", async () => {
    const blocks = { exactItemsMax: 10, targets: 7, support: 20 };
    const whole = await fitWalked(repeating, undefined, blocks);
    const kept = {};
    let slices = 0;
    let sliced: Record<string, Tensor> | null = null;
    for (; sliced === null; slices++)
      sliced = await fitWalked(repeating, fitPorts(nodeEngine(), 1e-9, kept), blocks);
    expect(slices).toBe(Math.ceil(ITEMS / 7));
    expect(sliced).toEqual(whole);
  });
});

describe("rows of the strongest", () => {
  it("keep what is farthest from zero, whatever the order of offers", () => {
    const prng = createPrng("strongest");
    const values = Array.from({ length: 200 }, () => prng.normal());
    const rows = new Strongest(200, 15);
    for (const column of prng.shuffle([...values.keys()])) rows.offer(3, column, values[column] as number);
    const expected = [...values.keys()].sort(
      (a, b) => Math.abs(values[b] as number) - Math.abs(values[a] as number),
    );
    const kept = Array.from(rows.columns.subarray(3 * 15, rows.endOf(3)));
    expect(kept.sort((a, b) => a - b)).toEqual(expected.slice(0, 15).sort((a, b) => a - b));
    expect(rows.endOf(4)).toBe(4 * 15);
  });
});

describe("walks", () => {
  it("count runs on one item once, unless repeats are to be learnt", async () => {
    const dataset = createDataset(
      ["a", "a", "b", "a", "a"].map((itemId, at) => ({
        userId: "u",
        itemId,
        timeMs: at,
        weight: 1,
        typeCode: 1,
      })),
    );
    const walk = async (collapsesRuns: boolean) => {
      const options = { decay: decayOf({ positionDecay: 2 }), collapsesRuns, isOrdered: true };
      return createWalks(
        dataset,
        options,
        createPace(async () => {}),
      );
    };
    expect([...(await walk(true)).items]).toEqual([0, 1, 0]);
    const { items, steps, tails } = await walk(false);
    expect(items.length).toBe(5);
    expect(steps[0]).toBe(0);
    expect(tails[3]).toBe(1);
    expect(tails[2]).toBeCloseTo(1 + Math.exp(-1), 6);
  });
});
