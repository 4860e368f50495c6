import { describe, expect, it, vi } from "vitest";
import { createPrng, type Engine, type Tensor } from "../../src/base/index.ts";
import {
  assembleModel,
  type Cases,
  ContentBuilder,
  casesOfStudy,
  createDataset,
  createPace,
  type Dataset,
  discardRows,
  lastCases,
  learnerNamed,
  rankCases,
  rowsAlone,
  rowsBefore,
  shapeOf,
  studySlice,
  withoutLast,
  withParking,
} from "../../src/learn/index.ts";
import { casesOnRung, RUNGS } from "../../src/learn/study/rungs.ts";
import { nodeEngine } from "../../src/runtime/node.ts";
import { fitModel } from "../contracts/learner.ts";

const yieldTo = async () => {};

/** Two worlds of items, in which users go from item to item. */
const DATA = createDataset(
  Array.from({ length: 120 }, (_, user) => {
    const prng = createPrng(user);
    return Array.from({ length: 12 }, (_, step) => ({
      userId: `u${user}`,
      itemId: `i${(user % 2) * 40 + ((prng.int(8) + step) % 40)}`,
      timeMs: 1_000 * (step + user),
      weight: 1,
      typeCode: 1,
    }));
  }).flat(),
);

function copyOf(dataset: Dataset): Dataset {
  return rowsAlone(dataset, dataset);
}

/** Counts the bytes of outputs that are not yet discarded. */
function countingEngine() {
  const engine = nodeEngine();
  const outputs: Tensor[] = [];
  const liveBytes = () => outputs.reduce((sum, { data }) => sum + data.byteLength, 0);
  const counted: Engine = {
    async load(model) {
      const session = await engine.load(model);
      return {
        ...session,
        async run(feeds) {
          const made = await session.run(feeds);
          outputs.push(...Object.values(made));
          return made;
        },
      };
    },
  };
  return { engine: counted, runs: () => outputs.length, liveBytes };
}

describe("what the engine gave", () => {
  for (const name of ["linear", "graphFilter", "transformer"]) {
    it(`is discarded by ${name} once it is read`, async () => {
      const { engine, runs, liveBytes } = countingEngine();
      const learner = learnerNamed(name);
      const ladders = learner.ladders(shapeOf(DATA, { maskSeen: true }));
      const parameters = Object.fromEntries(ladders.map(({ name, values }) => [name, values[0] as number]));
      const checkpoint = { read: async () => null, write: async () => {} };
      const ports = { engine, pace: createPace(yieldTo), checkpoint };
      await learner.fit(DATA, parameters, { seed: 1, contentWidth: 4 }, ports);
      expect(runs()).toBeGreaterThan(0);
      expect(liveBytes()).toBe(0);
    });
  }

  it("is discarded by ranking, and so is a model that nobody else reads", async () => {
    const { onnx } = await fitModel(learnerNamed("popularity"), nodeEngine(), { dataset: DATA });
    const { engine, runs, liveBytes } = countingEngine();
    const options = { historyMax: 20, contentWidth: 4, isModelDead: true };
    const ranks = await rankCases(engine, onnx, lastCases(DATA), options, yieldTo);
    expect(ranks.length).toBe(120);
    expect(runs()).toBeGreaterThan(0);
    expect([liveBytes(), onnx.byteLength]).toEqual([0, 0]);
  });

  it("is discarded by a study, and the rows that it was given stay", async () => {
    const { engine, runs, liveBytes } = countingEngine();
    const kept = new Map<string, Uint8Array<ArrayBuffer>>();
    const store = {
      read: async (name: string) => kept.get(name)?.slice() ?? null,
      write: async (name: string, bytes: Uint8Array) => void kept.set(name, bytes.slice()),
    };
    const data = { fit: withoutLast(DATA, 2), validation: lastCases(DATA, 1) };
    const request = { seed: 1, budgetSeconds: 2, refits: 0, historyMax: 20, contentWidth: 4 };
    const ports = { engine, yieldTo, store, sliceSeconds: Number.POSITIVE_INFINITY };
    const slice = await studySlice(data, { ...request, learners: ["linear"] }, ports);
    expect(slice.done).toBe(true);
    expect(runs()).toBeGreaterThan(0);
    expect(liveBytes()).toBe(0);
    expect([data.fit.items.length, DATA.items.length]).toEqual([1_200, 1_440]);
  });
});

describe("a graph's bytes", () => {
  it("are all that assembling leaves: its own constants are discarded, those of parts and content are not", async () => {
    const learner = learnerNamed("popularity");
    const checkpoint = { read: async () => null, write: async () => {} };
    const ports = { engine: nodeEngine(), pace: createPace(yieldTo), checkpoint };
    const part = await learner.fit(DATA, {}, { seed: 1, contentWidth: 4 }, ports);
    if (part === null) throw new Error("popularity is fitted in one slice");
    const builder = new ContentBuilder(DATA.itemIds.length, 8);
    for (const item of DATA.itemIds.keys())
      builder.add(new Float32Array(8).fill(1, item % 8, (item % 8) + 1));
    const data = { dataset: DATA, contentWidth: 8, content: builder.build() };
    const assemble = () => assembleModel({ parts: [{ part, weight: 1 }], contentWeight: 1 }, data, ports);
    const first = await assemble();
    const given = [...Object.values(part.tensors).map((tensor) => tensor.data), data.content.buckets];
    const detached = vi.spyOn(ArrayBuffer.prototype, "transfer");
    const second = await assemble();
    expect(second.onnx).toEqual(first.onnx);
    expect(detached.mock.contexts.length).toBeGreaterThan(0);
    for (const { buffer } of given) expect(detached.mock.contexts).not.toContain(buffer);
    detached.mockRestore();
  });
});

describe("cases of a study", () => {
  it("have the rows of the users who are drawn, and every rung draws the same from them", () => {
    const rows = Array.from({ length: 3_000 * 4 }, (_, row) => ({
      userId: `u${Math.floor(row / 4)}`,
      itemId: `i${(row * 7) % 50}`,
      timeMs: row,
      weight: 1 + (row % 3),
      typeCode: 1,
    }));
    const cases = lastCases(createDataset(rows));
    const fewer = casesOfStudy(cases, 5);
    expect(fewer.dataset.items.length).toBe(2_500 * 4);
    const told = ({ dataset, targetRows, users, historyEnds }: Cases) =>
      [...targetRows].map((row, one) => {
        const start = dataset.userStart[users[one] as number] as number;
        const end = historyEnds[one] as number;
        return [users[one], dataset.items[row], dataset.weights[row], ...dataset.items.subarray(start, end)];
      });
    for (const rung of RUNGS.keys()) {
      expect(told(casesOnRung(fewer, rung, 5))).toEqual(told(casesOnRung(cases, rung, 5)));
    }
  });
});

describe("rows of a data set", () => {
  it("are discarded but for the columns that another reads", () => {
    const all = copyOf(DATA);
    const part = rowsBefore(all, 60_000);
    // Equal weights are shared.
    expect(part.weights.buffer).toBe(all.weights.buffer);
    discardRows(part, all);
    expect([part.items.length, part.timesMs.length]).toEqual([0, 0]);
    expect(all).toEqual(DATA);
  });

  it("can be made to stand alone", () => {
    const all = copyOf(DATA);
    const part = rowsBefore(all, 60_000);
    const alone = rowsAlone(part, all);
    discardRows(all, alone);
    expect(alone).toEqual(rowsBefore(DATA, 60_000));
  });
});

describe("parking", () => {
  const manyRows = (): Dataset => ({
    userIds: ["u"],
    itemIds: ["a", "b"],
    userStart: Uint32Array.of(0, 500_000),
    items: new Uint32Array(500_000).fill(1),
    timesMs: new Float64Array(500_000),
    weights: new Float32Array(500_000),
    types: new Uint8Array(500_000),
  });

  function parkingOf(dataset: Dataset, events: string[]) {
    return {
      park: () => void events.push(`parked, ${dataset.items.length} rows`),
      async restore() {
        Object.assign(dataset, manyRows());
        events.push(`restored, ${dataset.items.length} rows`);
      },
    };
  }

  it("takes the columns away when the fit has read them, and brings them back, also when it fails", async () => {
    for (const outcome of [async () => 7, () => Promise.reject(new Error("singular"))]) {
      const dataset = manyRows();
      const events: string[] = [];
      const result = withParking(dataset, parkingOf(dataset, events), ({ onRowsRead }) => {
        events.push(`read, ${dataset.items.length} rows`);
        onRowsRead?.();
        return outcome();
      });
      await result.catch(() => {});
      expect(events).toEqual(["read, 500000 rows", "parked, 0 rows", "restored, 500000 rows"]);
      expect(dataset).toEqual(manyRows());
    }
  });

  it("leaves few rows where they are", async () => {
    const events: string[] = [];
    const parking = parkingOf(DATA, events);
    const had = await withParking(DATA, parking, async ({ onRowsRead }) => onRowsRead);
    expect([had, events]).toEqual([undefined, []]);
  });

  for (const [name, parameters] of [
    ["linear", { orderFree: 0.1 }],
    ["sessions", { reach: 1, before: 1, distanceDecay: 2 }],
    ["graphFilter", {}],
  ] as const) {
    it(`is asked for by ${name}`, async () => {
      const asked: number[] = [];
      const { engine } = countingEngine();
      const checkpoint = { read: async () => null, write: async () => {} };
      const dataset = copyOf(DATA);
      const ports = { engine, pace: createPace(yieldTo), checkpoint };
      const options = { seed: 1, contentWidth: 4 };
      const whole = await learnerNamed(name).fit(DATA, parameters, options, ports);
      const onRowsRead = () => {
        asked.push(dataset.items.length);
        discardRows(dataset);
      };
      const parked = await learnerNamed(name).fit(dataset, parameters, options, { ...ports, onRowsRead });
      expect(asked).toEqual([1_440]);
      expect(parked).toEqual(whole);
    });
  }
});
