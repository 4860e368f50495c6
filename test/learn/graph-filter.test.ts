import { describe, expect, it } from "vitest";
import { createPrng } from "../../src/base/index.ts";
import { createBipartite, powers } from "../../src/learn/graph-filter/bipartite.ts";
import { symmetricEigen } from "../../src/learn/graph-filter/eigen.ts";
import { packHead } from "../../src/learn/graph-filter/head.ts";
import { neighbourRows } from "../../src/learn/graph-filter/neighbours.ts";
import { nthLargest } from "../../src/learn/graph-filter/nth-largest.ts";
import {
  createRows,
  type NeighbourRows,
  type RowRange,
  rowsInParts,
} from "../../src/learn/graph-filter/rows.ts";
import { headOfSpectrum } from "../../src/learn/graph-filter/spectrum.ts";
import { orthonormalTurn } from "../../src/learn/graph-filter/tall.ts";
import { createDataset, createPace, type Dataset, learnerNamed } from "../../src/learn/index.ts";
import { nodeEngine } from "../../src/runtime/node.ts";
import { graphContract, rank } from "../contracts/graph.ts";
import { fitModel, learnerContract, TOY_ITEMS } from "../contracts/learner.ts";
import { oracleEngine } from "../oracle/interpreter.ts";

const engine = nodeEngine();
const graphFilter = learnerNamed("graphFilter");
const pace = createPace(async () => {});

describe("the learner graphFilter", () => learnerContract(graphFilter, () => engine));

describe("the graph of graphFilter on ONNX Runtime", () =>
  graphContract(async () => ({ engine, model: await fitModel(graphFilter, engine) }), {
    readsHistory: true,
  }));

describe("the graph of graphFilter on the oracle", () =>
  graphContract(async () => ({ engine: oracleEngine(), model: await fitModel(graphFilter, engine) }), {
    readsHistory: true,
  }));

describe("graphFilter", () => {
  it("puts the history's world before the other", async () => {
    const model = await fitModel(graphFilter, engine);
    for (let item = 0; item < TOY_ITEMS; item++) {
      const bias = new Array(TOY_ITEMS).fill(0).with(item, Number.NEGATIVE_INFINITY);
      const [row] = await rank(engine, model, { histories: [[item]], bias, k: 4 });
      expect(row?.items.map((other) => other % 2)).toEqual(new Array(4).fill(item % 2));
    }
  });

  it("fits users with one row, items without rows, and a row said twice", async () => {
    const row = (userId: string, itemId: string) => ({ userId, itemId, timeMs: 0, weight: 1, typeCode: 1 });
    const rows = [row("a", "x"), row("b", "x"), row("b", "y"), row("b", "y"), row("c", "z")];
    const dataset = createDataset(rows, ["never", "x", "y", "z"]);
    const model = await fitModel(graphFilter, engine, { dataset });
    const [ranked] = await rank(engine, model, { histories: [[1]], k: 4 });
    expect(ranked?.items[0]).toBe(2);
    expect(ranked?.scores.every(Number.isFinite)).toBe(true);
  });

  it("lets what is sharpened away fall behind: a hit that all share against a neighbour that few do", async () => {
    // Everybody has the hit; a and b go together in a small circle.
    const row = (user: number, itemId: string) => ({
      userId: `u${user}`,
      itemId,
      timeMs: 0,
      weight: 1,
      typeCode: 1,
    });
    const rows = Array.from({ length: 60 }, (_, user) => [
      row(user, "hit"),
      ...(user < 6 ? [row(user, "a")] : [row(user, `other${user % 40}`)]),
      ...(user < 4 ? [row(user, "b")] : []),
    ]).flat();
    const dataset = createDataset(rows, ["a", "b", "hit"]);
    const scoresWith = async (sharpening: number) => {
      const parameters = { userDegree: 0, historyDegree: 0.5, listDegree: 0.1, sharpening };
      const model = await fitModel(graphFilter, engine, { dataset, parameters });
      const [ranked] = await rank(engine, model, { histories: [[0]], k: 3 });
      return ranked?.items;
    };
    expect((await scoresWith(0))?.filter((item) => item > 0)[0]).toBe(2);
    expect((await scoresWith(2.5))?.filter((item) => item > 0)[0]).toBe(1);
  });
});

/** 40 users with 2 to 9 of 25 items, some of which nobody has; weights of 1 and 4. */
function randomDataset(): Dataset {
  const prng = createPrng("graph");
  const rows = Array.from({ length: 40 }, (_, user) =>
    Array.from({ length: 2 + prng.int(8) }, () => ({
      userId: `u${user}`,
      itemId: `i${String(prng.int(23)).padStart(2, "0")}`,
      timeMs: 0,
      weight: prng.int(4) === 0 ? 4 : 1,
      typeCode: 1,
    })),
  ).flat();
  return createDataset(
    rows,
    Array.from({ length: 25 }, (_, item) => `i${String(item).padStart(2, "0")}`),
  );
}

/** P [25 × 25] by the definition, the first row of a pair counting. */
function denseFilter(dataset: Dataset, userPower: number, itemPower: number): number[][] {
  const users = dataset.userIds.map((_, user) => {
    const list = new Array<number>(25).fill(0);
    for (let row = dataset.userStart[user] as number; row < (dataset.userStart[user + 1] as number); row++) {
      const item = dataset.items[row] as number;
      if (list[item] === 0) list[item] = dataset.weights[row] as number;
    }
    return list;
  });
  const total = (list: readonly number[]) => list.reduce((sum, value) => sum + value, 0);
  const scaleOf = (degree: number, power: number) => (degree === 0 ? 0 : degree ** power);
  const itemScales = users[0]?.map((_, item) =>
    scaleOf(total(users.map((list) => list[item] ?? 0)), itemPower),
  );
  return Array.from({ length: 25 }, (_, i) =>
    Array.from({ length: 25 }, (_, j) =>
      total(
        users.map(
          (list) =>
            (list[i] as number) *
            (list[j] as number) *
            scaleOf(total(list), userPower) ** 2 *
            (itemScales?.[i] as number) *
            (itemScales?.[j] as number),
        ),
      ),
    ),
  );
}

/** And the empty one behind them. */
const ALL_ROWS = { from: 0, end: 26, width: 25 };

describe("the filter's pieces", () => {
  const dataset = randomDataset();
  const dense = denseFilter(dataset, -0.3, -0.5);
  async function graphAndScales() {
    const graph = await createBipartite(dataset, pace);
    const scales = {
      userScales: powers(graph.userDegrees, -0.3),
      itemScales: powers(graph.itemDegrees, -0.5),
    };
    return { graph, scales };
  }

  it("finds eigenvalues and vectors of P: P·v = λ·v, orthonormal, the trace in all", async () => {
    const { graph, scales } = await graphAndScales();
    const spectrum = await headOfSpectrum(graph, { scales, rank: 25, seed: 1 }, { engine, pace });
    const { values, vectors, rank: width } = spectrum;
    const trace = dense.reduce((sum, row, i) => sum + (row[i] as number), 0);
    expect(values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(trace, 2);
    for (let c = 0; c < 23; c++) {
      const column = Array.from({ length: 25 }, (_, i) => vectors[i * width + c] as number);
      expect(column.reduce((sum, value) => sum + value * value, 0)).toBeCloseTo(1, 3);
      for (const [i, row] of dense.entries()) {
        const along = row.reduce((sum, value, j) => sum + value * (column[j] as number), 0);
        expect(along).toBeCloseTo((values[c] as number) * (column[i] as number), 3);
      }
    }
  });

  it("gives the rows of the filter with its gains, to a level", async () => {
    const { graph, scales } = await graphAndScales();
    const spectrum = await headOfSpectrum(graph, { scales, rank: 4, seed: 1 }, { engine, pace });
    const gains = spectrum.values.map((value) => -value / 3);
    const ones = new Float32Array(25).fill(1);
    const halves = new Float32Array(25).fill(0.5);
    const vectors = spectrum.vectors.slice();
    const head = await packHead(spectrum, { gains, itemCount: 25 }, pace);
    const options = { scales, head, historyScales: halves, listScales: ones, ...ALL_ROWS };
    const rows = await neighbourRows(graph, options, pace, () => {});
    let compared = 0;
    for (let i = 0; i < 25; i++) {
      const scale = rows.scales[i] as number;
      for (let t = 0; t < 25; t++) {
        const level = rows.levels[i * 25 + t] as number;
        const j = rows.indices[i * 25 + t] as number;
        if (level === 0) continue;
        const added = gains.reduce(
          (sum, gain, c) => sum + gain * (vectors[i * 4 + c] as number) * (vectors[j * 4 + c] as number),
          0,
        );
        const expected = ((dense[i]?.[j] as number) + added) / 2;
        expect(Math.abs(level * scale - expected)).toBeLessThan(scale * 0.51 + 1e-5);
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(100);
  });

  it("keeps the strongest of a row", async () => {
    const { graph, scales } = await graphAndScales();
    const nothing = { rank: 0, values: new Float64Array(0), vectors: new Float32Array(0) };
    const head = await packHead(nothing, { gains: nothing.values, itemCount: 25 }, pace);
    const ones = new Float32Array(25).fill(1);
    const options = { scales, head, historyScales: ones, listScales: ones };
    const rows = await neighbourRows(graph, { ...options, ...ALL_ROWS, width: 3 }, pace, () => {});
    const of = (i: number) => [...rows.indices.subarray(i * 3, i * 3 + 3)].sort((a, b) => a - b);
    for (const [i, row] of dense.entries()) {
      const others = row
        .map((value, j) => ({ value: j === i ? 0 : value, j }))
        .filter(({ value }) => value > 0);
      if (others.length < 3) continue;
      const best = others.sort((a, b) => b.value - a.value).slice(0, 3);
      expect(of(i)).toEqual(best.map(({ j }) => j).sort((a, b) => a - b));
    }
  });

  it("gives some rows as it gives them among all", async () => {
    const { graph, scales } = await graphAndScales();
    const spectrum = await headOfSpectrum(graph, { scales, rank: 4, seed: 1 }, { engine, pace });
    const ones = new Float32Array(25).fill(1);
    const head = await packHead(spectrum, { gains: spectrum.values, itemCount: 25 }, pace);
    const options = { scales, head, historyScales: ones, listScales: ones };
    const all = await neighbourRows(graph, { ...options, ...ALL_ROWS }, pace, () => {});
    const some = await neighbourRows(graph, { ...options, ...ALL_ROWS, from: 7, end: 19 }, pace, () => {});
    expect(some.scales).toEqual(all.scales.slice(7, 19));
    expect(some.indices).toEqual(all.indices.slice(7 * 25, 19 * 25));
    expect(some.levels).toEqual(all.levels.slice(7 * 25, 19 * 25));
  });

  it("makes columns orthonormal, and a dependent one zero", () => {
    const columns = [
      [1, 2, 0, 1],
      [2, 4, 0, 2],
      [0, 1, 1, 3],
    ];
    const dot = (a: readonly number[], b: readonly number[]) =>
      a.reduce((sum, x, i) => sum + x * (b[i] ?? 0), 0);
    const gram = Float64Array.from(columns.flatMap((a) => columns.map((b) => dot(a, b))));
    const turn = orthonormalTurn(gram, 3);
    const turned = columns.map((_, c) =>
      [0, 1, 2, 3].map((row) =>
        columns.reduce((sum, column, k) => sum + (column[row] ?? 0) * (turn[k * 3 + c] ?? 0), 0),
      ),
    );
    const products = turned.map((a) => turned.map((b) => Math.abs(Math.round(dot(a, b) * 1e5) / 1e5)));
    expect(products).toEqual([
      [1, 0, 0],
      [0, 0, 0],
      [0, 0, 1],
    ]);
  });

  it("takes a symmetric matrix apart, and puts it together again", async () => {
    const n = 12;
    const prng = createPrng(3);
    const matrix = new Float64Array(n * n);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j <= i; j++) matrix[i * n + j] = matrix[j * n + i] = prng.normal();
    }
    const { values, vectors } = await symmetricEigen(matrix.slice(), n, async () => {});
    expect([...values]).toEqual([...values].sort((a, b) => b - a));
    for (let at = 0; at < n * n; at++) {
      const [i, j] = [Math.floor(at / n), at % n];
      const rebuilt = values.reduce(
        (sum, value, c) => sum + value * (vectors[i * n + c] as number) * (vectors[j * n + c] as number),
        0,
      );
      expect(rebuilt).toBeCloseTo(matrix[at] as number, 9);
    }
  });

  it("finds the n-th largest, ties and all", () => {
    const prng = createPrng(5);
    for (let size = 1; size < 60; size++) {
      const values = Float32Array.from({ length: size }, () => prng.int(20));
      const sorted = [...values].sort((a, b) => b - a);
      const n = 1 + prng.int(size);
      expect(nthLargest(values, n)).toBe(sorted[n - 1]);
      expect(nthLargest(values, size + 1)).toBe(Number.NEGATIVE_INFINITY);
    }
  });
});

describe("the filter's rows in two halves", () => {
  /** Each entry tells its row. */
  const made = (range: RowRange) => {
    const rows = createRows(range);
    for (let row = range.from; row < range.end; row++) {
      const at = row - range.from;
      rows.scales[at] = row;
      rows.indices.fill(row % 1_000, at * range.width, (at + 1) * range.width);
      rows.levels.fill(row % 200, at * range.width, (at + 1) * range.width);
    }
    return rows;
  };
  const range = { from: 0, end: 30_001, width: 200, itemCount: 30_000 };
  const memory = () => {
    let stored: Uint8Array<ArrayBuffer> | null = null;
    return {
      read: async () => stored?.slice() ?? null,
      write: async (bytes: Uint8Array) => {
        stored = Uint8Array.from(bytes);
      },
    };
  };

  it("puts the first away while the second is made, and both together at last", async () => {
    const told: unknown[] = [];
    const held: NeighbourRows[] = [];
    const rows = await rowsInParts(range, memory(), {
      async make(part) {
        told.push([part.from, part.end, held.map(({ file }) => file.byteLength)]);
        held.push(made(part));
        return held.at(-1) as NeighbourRows;
      },
      onMade: () => told.push("made"),
    });
    expect(told).toEqual([[0, 15_000, []], [15_000, 30_001, [0]], "made"]);
    const { file } = made(range);
    expect(Buffer.compare(rows.file, file)).toBe(0);
  });

  it("makes the second alone when a fit begins again", async () => {
    const checkpoint = memory();
    const killed = rowsInParts(range, checkpoint, {
      make: async (part) => (part.from === 0 ? made(part) : Promise.reject(new Error("killed"))),
      onMade: () => {},
    });
    await expect(killed).rejects.toThrow("killed");
    const again: number[] = [];
    const rows = await rowsInParts(range, checkpoint, {
      async make(part) {
        again.push(part.from);
        return made(part);
      },
      onMade: () => {},
    });
    expect(again).toEqual([15_000]);
    expect(Buffer.compare(rows.file, made(range).file)).toBe(0);
  });

  it("makes few rows at once", async () => {
    const few = { ...range, end: 501, itemCount: 500 };
    const rows = await rowsInParts(few, memory(), { make: async (part) => made(part), onMade: () => {} });
    expect(rows).toEqual(made(few));
  });
});
