import { expect, it } from "vitest";
import type { Engine, Tensor } from "../../src/base/index.ts";
import type { FittedModel } from "../../src/learn/index.ts";

interface Request {
  histories: number[][];
  late?: number;
  /** [B × (N + M)] or absent for neutral. */
  bias?: number[];
  k: number;
}

/** The inputs of one run: histories one day apart, the newest an hour old; late item j has content j + 1. */
export function feedsOf(
  model: FittedModel,
  { histories, late = 0, bias, k }: Request,
): Record<string, Tensor> {
  const length = Math.max(...histories.map((list) => list.length));
  const dims = [histories.length, length];
  const cells = histories.flatMap((list) => Array.from({ length }, (_, l) => list[l] ?? null));
  const ages = cells.map((_, cell) => (length - (cell % length)) * 86_400 + 3_600);
  const floats = (values: number[]) => ({ type: "float32" as const, dims, data: Float32Array.from(values) });
  const ints = (values: number[]) => ({
    type: "int64" as const,
    dims,
    data: BigInt64Array.from(values, BigInt),
  });
  const items = model.itemCount + late;
  const features = new Float32Array(late * model.contentWidth);
  for (let j = 0; j < late; j++) features[j * model.contentWidth + (j % model.contentWidth)] = 1;
  return {
    history: ints(cells.map((item) => item ?? 0)),
    history_weight: floats(cells.map(() => 1)),
    history_age: floats(ages),
    history_type: ints(cells.map(() => 1)),
    history_mask: floats(cells.map((item) => (item === null ? 0 : 1))),
    late_features: { type: "float32", dims: [late, model.contentWidth], data: features },
    bias: {
      type: "float32",
      dims: [histories.length, items],
      data: Float32Array.from(bias ?? new Array(histories.length * items).fill(0)),
    },
    k: { type: "int64", dims: [1], data: BigInt64Array.of(BigInt(k)) },
  };
}

export interface RankedRow {
  items: number[];
  scores: number[];
}

/** Runs once and gives each row of the batch as plain numbers. */
export async function rank(engine: Engine, model: FittedModel, request: Request): Promise<RankedRow[]> {
  const session = await engine.load(model.onnx);
  try {
    const outputs = await session.run(feedsOf(model, request));
    const { k, histories } = request;
    expect([outputs.items?.dims, outputs.scores?.dims]).toEqual([
      [histories.length, k],
      [histories.length, k],
    ]);
    const items = Array.from(outputs.items?.data as BigInt64Array, Number);
    const scores = Array.from(outputs.scores?.data as Float32Array);
    return histories.map((_, row) => ({
      items: items.slice(row * k, (row + 1) * k),
      scores: scores.slice(row * k, (row + 1) * k),
    }));
  } finally {
    await session.release();
  }
}

/** What the scorer counts on, of any learner's graph on any engine. `readsHistory` is false for one list for everybody. */
export function graphContract(
  setUp: () => Promise<{ engine: Engine; model: FittedModel }>,
  { readsHistory }: { readsHistory: boolean },
): void {
  const all = (row: RankedRow) => row.items.toSorted((a, b) => a - b);
  const variance = (scores: number[]) => {
    const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
    return scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / scores.length;
  };

  it("answers an empty history (L = 0) with finite scores", async () => {
    const { engine, model } = await setUp();
    const [row] = await rank(engine, model, { histories: [[]], k: 5 });
    expect(row?.scores.every(Number.isFinite)).toBe(true);
  });

  it("ranks every item once with k = N and no late items (M = 0), best first, in standard deviations", async () => {
    const { engine, model } = await setUp();
    const [row] = (await rank(engine, model, { histories: [[0, 2]], k: model.itemCount })) as [RankedRow];
    expect(all(row)).toEqual([...Array(model.itemCount).keys()]);
    expect(row.scores).toEqual(row.scores.toSorted((a, b) => b - a));
    expect(variance(row.scores)).toBeCloseTo(1, 4);
  });

  it("ranks 50 late items among the others with k = N + M", async () => {
    const { engine, model } = await setUp();
    const k = model.itemCount + 50;
    const [row] = (await rank(engine, model, { histories: [[1, model.itemCount + 3]], late: 50, k })) as [
      RankedRow,
    ];
    expect(all(row)).toEqual([...Array(k).keys()]);
    expect(row.scores.every(Number.isFinite)).toBe(true);
    expect(variance(row.scores)).toBeCloseTo(1, 4);
  });

  it("scores what is excluded −∞ and scales over the rest", async () => {
    const { engine, model } = await setUp();
    const bias = Array.from({ length: model.itemCount }, (_, item) =>
      item < 2 ? Number.NEGATIVE_INFINITY : 0,
    );
    const [row] = (await rank(engine, model, { histories: [[0, 2]], bias, k: model.itemCount })) as [
      RankedRow,
    ];
    expect(row.items.slice(-2).sort()).toEqual([0, 1]);
    expect(row.scores.slice(-2)).toEqual([Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]);
    expect(variance(row.scores.slice(0, -2))).toBeCloseTo(1, 4);
  });

  it("answers only −∞ when everything is excluded", async () => {
    const { engine, model } = await setUp();
    const bias = new Array(model.itemCount).fill(Number.NEGATIVE_INFINITY);
    const [row] = await rank(engine, model, { histories: [[0]], bias, k: 3 });
    expect(row?.scores).toEqual([
      Number.NEGATIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
    ]);
  });

  it("adds a boost in standard deviations", async () => {
    const { engine, model } = await setUp();
    const k = model.itemCount;
    const bias = new Array(k).fill(0).with(3, 2);
    const [plain] = (await rank(engine, model, { histories: [[0]], k })) as [RankedRow];
    const [boosted] = (await rank(engine, model, { histories: [[0]], bias, k })) as [RankedRow];
    const scoreOf = (row: RankedRow) => row.scores[row.items.indexOf(3)] as number;
    expect(scoreOf(boosted) - scoreOf(plain)).toBeCloseTo(2, 4);
  });

  it("answers a row of a padded batch as it answers it alone", async () => {
    const { engine, model } = await setUp();
    const k = model.itemCount;
    const [, short] = await rank(engine, model, { histories: [[0, 1, 2], [2]], k });
    // Alone its age differs from its age in the batch: only what is behind the newest may count.
    const [alone] = await rank(engine, model, { histories: [[2]], k });
    expect(short?.items).toEqual(alone?.items);
  });

  it("rejects k above N + M, and an item index beyond N + M if it reads the history; the engine lives on", async () => {
    const { engine, model } = await setUp();
    await expect(rank(engine, model, { histories: [[0]], k: model.itemCount + 1 })).rejects.toThrow();
    const beyond = rank(engine, model, { histories: [[model.itemCount]], k: 2 });
    if (readsHistory) await expect(beyond).rejects.toThrow();
    else expect(await beyond).toHaveLength(1);
    expect(await rank(engine, model, { histories: [[0]], k: 2 })).toHaveLength(1);
  });
}
