import { describe, expect, it } from "vitest";
import { createDataset, createPace, type InteractionRow, type Parameters } from "../../src/learn/index.ts";
import { cutSessions } from "../../src/learn/sessions/cut.ts";
import { sessions } from "../../src/learn/sessions/sessions.ts";
import { nodeEngine } from "../../src/runtime/node.ts";
import { graphContract, rank } from "../contracts/graph.ts";
import { fitModel, learnerContract, TOY_ITEMS } from "../contracts/learner.ts";

const engine = nodeEngine();
const HOUR_MS = 3_600_000;
const HALF = 1 / Math.LN2;
/** Decays of one half with each step, all else switched off. */
const PLAIN: Parameters = {
  matchDecay: HALF,
  repeat: 0,
  reach: 0,
  distanceDecay: HALF,
  before: 1,
  recency: 1e9,
  trend: 0,
  gapHours: 0,
};

/** One user per list, an hour apart; items "a" to "h" are 0 to 7. */
function datasetOf(lists: string[]) {
  const rows = lists.flatMap((list, user): InteractionRow[] =>
    [...list].map((itemId, step) => ({
      userId: `u${user}`,
      itemId,
      timeMs: user * HOUR_MS + step * 1_000,
      weight: 1,
      typeCode: 1,
    })),
  );
  return createDataset(rows, [..."abcdefgh"]);
}

/** Scores by item, in standard deviations over all items with interactions. */
async function scoresOf(lists: string[], history: string, parameters: Parameters = PLAIN) {
  const model = await fitModel(sessions, engine, { dataset: datasetOf(lists), parameters });
  const histories = [[...history].map((id) => "abcdefgh".indexOf(id))];
  const [row] = await rank(engine, model, { histories, k: 8 });
  return Float64Array.from({ length: 8 }, (_, item) => row?.scores[row.items.indexOf(item)] as number);
}

/** Differences from the weakest, in shares of the strongest: what no standardisation changes. */
function relative(values: ArrayLike<number>): number[] {
  const all = Array.from(values);
  const [least, most] = [Math.min(...all), Math.max(...all)];
  return all.map((value) => Number(((value - least) / (most - least)).toFixed(5)));
}

describe("the learner sessions", () => learnerContract(sessions, () => engine));

for (const reach of [0, 1]) {
  const parameters = { ...PLAIN, repeat: 1, reach };
  describe(`the graph of sessions with reach ${reach}`, () =>
    graphContract(async () => ({ engine, model: await fitModel(sessions, engine, { parameters }) }), {
      readsHistory: true,
    }));
}

describe("sessions", () => {
  it("weighs neighbours as by hand: likeness, rarity, length, distance", async () => {
    const scores = await scoresOf(["abc", "bd", "ae", "fgh"], "ab");
    // Four sessions: two hold a, two b, one each of the others.
    const [often, rare] = [Math.log1p(4 / 2), Math.log1p(4 / 1)];
    const abc = (often / 2 + often) / 3 ** 0.25;
    const bd = often / 2 ** 0.25;
    const ae = often / 2 / 2 ** 0.25;
    const expected = [
      (abc + ae + abc) * often, // a: itself in abc and ae, next to b in abc
      (abc + bd + abc) * often, // b: itself in abc and bd, next to a in abc
      (abc + abc / 2) * rare, // c: next to b, and one farther from a
      bd * rare,
      ae * rare,
      0,
      0,
      0,
    ];
    expect(relative(scores)).toEqual(relative(expected));
  });

  it("counts a repeated item of the history once, where it came last", async () => {
    const lists = ["abc", "bd", "ae", "fgh"];
    const twice = await scoresOf(lists, "aab");
    expect(relative(twice)).toEqual(relative(await scoresOf(lists, "ab")));
  });

  it("does not look over the border of a session", async () => {
    const scores = await scoresOf(["ab", "cd", "ef", "gh"], "d");
    expect(relative(scores)).toEqual([0, 0, 1, 1, 0, 0, 0, 0]);
  });

  it("leaves out what came before the match where `before` is 0", async () => {
    const scores = await scoresOf(["abc", "def"], "b", { ...PLAIN, before: 0 });
    expect(relative(scores)[0]).toBe(0);
    expect(relative(scores)[2]).toBeGreaterThan(0.5);
  });

  it("prefers newer sessions", async () => {
    const lists = ["ab", "cd", "ce", "ce", "ad"];
    const [, b, , d] = relative(await scoresOf(lists, "a", { ...PLAIN, recency: 0.3 })) as number[];
    expect(d).toBeGreaterThan(b as number);
  });

  it("prefers items that are rising", async () => {
    const lists = ["ab", "ac", "bf", ...new Array<string>(20).fill("de"), "cf"];
    const [, b, c] = relative(await scoresOf(lists, "a", { ...PLAIN, trend: 2 })) as number[];
    expect(c).toBeGreaterThan(b as number);
  });

  it("gives items of the history more, the newest less", async () => {
    const lists = ["ad", "be", "cf", "gh"];
    const scores = await scoresOf(lists, "abc", { ...PLAIN, matchDecay: 1e9, repeat: 1 });
    const share = 1 / 6;
    const returned = (decay: number) => share + decay * (share + 0.02);
    const expected = [Math.exp(-0.2), Math.exp(-0.1), 0.2].map(returned);
    expect(relative(scores)).toEqual(relative([...expected, share, share, share, 0, 0]));
  });

  it("reaches items two steps away", async () => {
    const lists = ["ab", "bc", "de"];
    expect(relative(await scoresOf(lists, "a"))[2]).toBe(0);
    const reached = relative(await scoresOf(lists, "a", { ...PLAIN, reach: 1 }));
    expect(reached[2]).toBeGreaterThan(0);
    expect(reached[3]).toBe(0);
  });

  it("knows what follows in the toy world", async () => {
    const model = await fitModel(sessions, engine, { parameters: { ...PLAIN, before: 0 } });
    for (let item = 0; item < TOY_ITEMS; item++) {
      const bias = new Array(TOY_ITEMS).fill(0).with(item, Number.NEGATIVE_INFINITY);
      const [row] = await rank(engine, model, { histories: [[item]], bias, k: 4 });
      expect(row?.items[0]).toBe((item + 2) % TOY_ITEMS);
    }
  });
});

describe("cutting histories into sessions", () => {
  const pace = createPace(async () => {});
  const row = (userId: string, hour: number): InteractionRow => ({
    userId,
    itemId: "a",
    timeMs: hour * HOUR_MS,
    weight: 1,
    typeCode: 1,
  });
  const cut = async (rows: InteractionRow[], options: { gapHours: number; rowsMax: number }) => {
    const { starts, ends } = await cutSessions(createDataset(rows), options, pace);
    return Array.from(starts, (start, session) => [start, ends[session]]);
  };

  it("cuts at gaps, drops single rows, and orders by the last row", async () => {
    // Rows 0–4 are of u, 5–6 of v.
    const rows = [...[0, 1, 10, 20, 21].map((hour) => row("u", hour)), row("v", 3), row("v", 4)];
    expect(await cut(rows, { gapHours: 2, rowsMax: 100 })).toEqual([
      [0, 2],
      [5, 7],
      [3, 5],
    ]);
    expect(await cut(rows, { gapHours: 0, rowsMax: 100 })).toEqual([
      [5, 7],
      [0, 5],
    ]);
  });

  it("keeps the newest sessions within the bound of rows", async () => {
    const rows = ["u", "v", "w"].flatMap((user, place) => [row(user, place), row(user, place + 0.5)]);
    expect(await cut(rows, { gapHours: 0, rowsMax: 5 })).toEqual([
      [2, 4],
      [4, 6],
    ]);
  });

  it("cuts a history without gaps at 100 rows", async () => {
    const rows = Array.from({ length: 250 }, (_, hour) => row("u", hour));
    expect(await cut(rows, { gapHours: 0, rowsMax: 1_000 })).toEqual([
      [0, 100],
      [100, 200],
      [200, 250],
    ]);
  });
});
