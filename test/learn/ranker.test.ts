import { expect, test } from "vitest";
import { createPrng } from "../../src/base/index.ts";
import {
  compareLists,
  createPace,
  fitRanker,
  listNdcg,
  type RankingLists,
  rankerOnnx,
  withoutUnused,
} from "../../src/learn/index.ts";
import { nodeEngine } from "../../src/runtime/node.ts";

const FEATURES = 6;
const LIST_ROWS = 12;

/**
 * Columns 0 and 1 are a noisy retrieval; 2 and 3 are what people go by, and only together: they take what has both. 4 and 5 are
 * noise. Places beyond the first are looked at less, whatever stands there.
 */
function toyLists(lists: number, seed: number): RankingLists {
  const prng = createPrng(`toy/${seed}`);
  const rows = lists * LIST_ROWS;
  const toy = {
    featureCount: FEATURES,
    features: new Float32Array(rows * FEATURES),
    listStart: Uint32Array.from({ length: lists + 1 }, (_, list) => list * LIST_ROWS),
    gains: new Float32Array(rows),
    positions: new Int16Array(rows),
    counts: new Float32Array(rows),
  };
  for (let list = 0; list < lists; list++) {
    const odds: number[] = [];
    for (let place = 0; place < LIST_ROWS; place++) {
      const row = list * LIST_ROWS + place;
      const [a, b] = [prng.next() < 0.5 ? 1 : 0, prng.next()];
      const worth = a === 1 && b > 0.5 ? 2.5 : 0;
      const score = 0.4 * worth + prng.normal();
      toy.features.set([score, score / 2, a, b, prng.next(), prng.normal()], row * FEATURES);
      toy.positions[row] = place;
      odds.push(Math.exp(worth - 0.3 * place));
    }
    const total = odds.reduce((sum, one) => sum + one, 0);
    let draw = prng.next() * total;
    const taken = odds.findIndex((one) => {
      draw -= one;
      return draw < 0;
    });
    toy.gains[list * LIST_ROWS + taken] = 1;
  }
  return toy;
}

/** Column 0 of every row: retrieval's own order. */
const retrievalOf = ({ features, gains }: RankingLists) =>
  Float64Array.from(gains, (_, row) => features[row * FEATURES] as number);

async function scoresOf(onnx: Uint8Array, features: Float32Array, width: number): Promise<Float32Array> {
  const session = await nodeEngine().load(onnx);
  const dims = [features.length / width, width];
  const { scores } = await session.run({ features: { type: "float32", dims, data: features } });
  await session.release();
  return scores?.data as Float32Array;
}

const pace = () => createPace(async () => {});

test("what only two features together tell is learned, and the exported file orders newer lists by it", async () => {
  const ranker = await fitRanker(toyLists(800, 1), { seed: 1 }, pace());
  const newer = toyLists(400, 2);
  const scores = await scoresOf(rankerOnnx(ranker, FEATURES), newer.features, FEATURES);
  const figures = {
    ranker: listNdcg(newer, scores, { k: 10 }),
    retrieval: listNdcg(newer, retrievalOf(newer), { k: 10 }),
  };
  const users = Uint32Array.from(figures.ranker, (_, list) => list);
  const { difference } = compareLists(figures, users, 1);
  expect(difference.low).toBeGreaterThan(0.05);
  const [, , a = 0, b = 0, ...noise] = ranker.importances;
  expect(a + b).toBeGreaterThan(0.7);
  expect(Math.max(...noise)).toBeLessThan(0.1);
});

test("places' bias is found beside the features: the tenth is taken less by about what it is looked at less", async () => {
  const { positionOffsets } = await fitRanker(
    toyLists(3_000, 3),
    { seed: 1, shape: { depth: 2, trees: 40 } },
    pace(),
  );
  expect(positionOffsets[0]).toBe(0);
  expect(positionOffsets[4]).toBeGreaterThan(-1.6);
  expect(positionOffsets[4]).toBeLessThan(-0.8);
  expect(positionOffsets[9]).toBeLessThan(-1.9);
});

test("labels that nothing explains leave retrieval's order nearly as it was", async () => {
  const lists = toyLists(1_000, 4);
  const prng = createPrng("shuffled");
  for (let list = 0; list < 1_000; list++) {
    const rows = lists.gains.subarray(list * LIST_ROWS, (list + 1) * LIST_ROWS);
    rows.fill(0)[prng.int(LIST_ROWS)] = 1;
  }
  const { trees } = await fitRanker(lists, { seed: 1 }, pace());
  expect(trees.length).toBeLessThan(15);
});

test("equal lists and seed give equal bytes, another seed does not", async () => {
  const bytesOf = async (seed: number) =>
    rankerOnnx(await fitRanker(toyLists(300, 5), { seed }, pace()), FEATURES);
  expect(await bytesOf(1)).toEqual(await bytesOf(1));
  expect(await bytesOf(1)).not.toEqual(await bytesOf(2));
});

test("without the features that no tree asks for, the scores are the same", async () => {
  const lists = toyLists(600, 6);
  const ranker = await fitRanker(lists, { seed: 1, shape: { depth: 2, trees: 5 } }, pace());
  const { columns, ranker: slim } = withoutUnused(ranker);
  expect(columns.length).toBeLessThan(FEATURES);
  const rows = lists.gains.length;
  const few = Float32Array.from(
    { length: rows * columns.length },
    (_, at) =>
      lists.features[
        Math.floor(at / columns.length) * FEATURES + (columns[at % columns.length] as number)
      ] as number,
  );
  const whole = await scoresOf(rankerOnnx(ranker, FEATURES), lists.features, FEATURES);
  expect(await scoresOf(rankerOnnx(slim, columns.length), few, columns.length)).toEqual(whole);
});

test("a row that stands for many counts as many: thinned negatives teach what whole lists teach", async () => {
  const whole = toyLists(1_500, 7);
  whole.positions.fill(-1);
  const keep = [...whole.gains.keys()].filter((row) => (whole.gains[row] as number) > 0 || row % 3 === 0);
  const thinned: RankingLists = {
    featureCount: FEATURES,
    features: Float32Array.from(
      keep.flatMap((row) => [...whole.features.subarray(row * FEATURES, (row + 1) * FEATURES)]),
    ),
    listStart: Uint32Array.from(whole.listStart, (start) => keep.filter((row) => row < start).length),
    gains: Float32Array.from(keep, (row) => whole.gains[row] as number),
    positions: new Int16Array(keep.length).fill(-1),
    counts: Float32Array.from(keep, (row) => ((whole.gains[row] as number) > 0 ? 0 : Math.log(3))),
  };
  const shape = { depth: 2, trees: 30 };
  const [a, b] = [
    await fitRanker(whole, { seed: 1, shape }, pace()),
    await fitRanker(thinned, { seed: 1, shape }, pace()),
  ];
  expect(
    Math.abs(
      (a.slopes[0] as number) +
        (a.slopes[1] as number) / 2 -
        (b.slopes[0] as number) -
        (b.slopes[1] as number) / 2,
    ),
  ).toBeLessThan(0.15);
});

test("of equal scores what was not taken comes first; what is in no list counts in the ideal", () => {
  const lists = { ...toyLists(1, 8), gains: new Float32Array(LIST_ROWS) };
  lists.gains[0] = 1;
  const equal = listNdcg(lists, new Float64Array(LIST_ROWS), { k: LIST_ROWS });
  expect(equal[0]).toBeCloseTo(1 / Math.log2(LIST_ROWS + 1), 10);
  const first = Float64Array.from({ length: LIST_ROWS }, (_, row) => -row);
  expect(listNdcg(lists, first, { k: 10, missed: [1] })[0]).toBeCloseTo(1 / (1 + 1 / Math.log2(3)), 10);
});
