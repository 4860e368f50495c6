import { describe, expect, it } from "vitest";
import { createPrng, DAY_MS } from "../../src/base/index.ts";
import { createDataset, createPace, type InteractionRow, learnTogether } from "../../src/learn/index.ts";
import { basketsOf } from "../../src/learn/together/baskets.ts";
import { logLikelihoodRatio } from "../../src/learn/together/ratio.ts";

const VIEW = 1;
const CARTED = 3;
const BOUGHT = 4;

function row(user: number, item: string, typeCode: number, timeMs: number): InteractionRow {
  return { userId: `u${String(user).padStart(4, "0")}`, itemId: item, timeMs, weight: 1, typeCode };
}

async function listsOf(rows: readonly InteractionRow[]): Promise<Map<string, string[]> | null> {
  const options = {
    bought: BOUGHT,
    carted: CARTED,
    readRows: async () => createDataset(rows),
    discardRows: () => {},
  };
  const { itemIds } = createDataset(rows);
  const lists = await learnTogether(
    options,
    createPace(async () => {}),
  );
  if (lists === null) return null;
  return new Map(
    itemIds.map((id, item) => [
      id,
      [...lists.indices.subarray(lists.start[item], lists.start[item + 1])].map(
        (other) => itemIds[other] as string,
      ),
    ]),
  );
}

/** Everybody buys one of twenty things; who buys a lamp mostly buys the bulb on the same day, the cable within it now and then. */
function shop(typeCode = BOUGHT): InteractionRow[] {
  const prng = createPrng(7);
  return Array.from({ length: 400 }, (_, user) => {
    const at = user * 1_000;
    const rows = [row(user, `thing-${prng.int(20)}`, typeCode, at)];
    if (user % 8 !== 0) return rows;
    rows.push(row(user, "lamp", typeCode, at + 60_000));
    if (prng.next() < 0.8) rows.push(row(user, "bulb", typeCode, at + 120_000));
    if (prng.next() < 0.4) rows.push(row(user, "cable", typeCode, at + DAY_MS - 1));
    return rows;
  }).flat();
}

describe("the log-likelihood ratio", () => {
  it("is Dunning's", () => {
    // 110 of 2,552 with 10 of each alone in 31,777 words: "the swiss", from the paper's table of bigrams.
    expect(logLikelihoodRatio(110, 110 + 2_442, 110 + 111, 110 + 2_442 + 111 + 29_114)).toBeCloseTo(
      270.72,
      1,
    );
  });

  it("is zero where nothing depends, and negative where two avoid each other", () => {
    expect(logLikelihoodRatio(10, 100, 100, 1_000)).toBeCloseTo(0, 9);
    expect(logLikelihoodRatio(0, 100, 100, 1_000)).toBeLessThan(-10);
    expect(logLikelihoodRatio(20, 20, 20, 20)).toBe(0);
  });
});

describe("baskets", () => {
  it("hold what a user took within a day of its first item, each item once, of the types asked for", async () => {
    const rows = [
      row(1, "a", BOUGHT, 0),
      row(1, "b", BOUGHT, DAY_MS - 1),
      row(1, "a", BOUGHT, DAY_MS - 1),
      row(1, "seen", VIEW, DAY_MS - 1),
      row(1, "c", BOUGHT, DAY_MS),
      row(2, "b", BOUGHT, DAY_MS),
      row(3, "seen", VIEW, 0),
    ];
    const dataset = createDataset(rows);
    const { start, items, users } = await basketsOf(
      dataset,
      [BOUGHT],
      createPace(async () => {}),
    );
    const named = [...users].map((user, basket) => [
      dataset.userIds[user],
      ...[...items.subarray(start[basket], start[basket + 1])].map((item) => dataset.itemIds[item]),
    ]);
    expect(named).toEqual([
      ["u0001", "a", "b"],
      ["u0001", "c"],
      ["u0002", "b"],
    ]);
  });

  it("are cut at fifty items", async () => {
    const rows = Array.from({ length: 80 }, (_, item) =>
      row(1, `i${String(item).padStart(2, "0")}`, BOUGHT, item),
    );
    const { items } = await basketsOf(
      createDataset(rows),
      [BOUGHT],
      createPace(async () => {}),
    );
    expect([...items]).toEqual(Array.from({ length: 50 }, (_, item) => item));
  });
});

describe("what is bought together", () => {
  it("are the planted baskets, the strongest first, and nothing that only chance brought together", async () => {
    const lists = await listsOf(shop());
    expect(lists?.get("lamp")).toEqual(["bulb", "cable"]);
    expect(lists?.get("bulb")?.[0]).toBe("lamp");
    expect(lists?.get("cable")?.[0]).toBe("lamp");
    for (const [item, others] of lists ?? []) if (item.startsWith("thing")) expect(others).toEqual([]);
  });

  it("needs three users, however often one of them buys both", async () => {
    const often = (users: number) =>
      Array.from({ length: 12 }, (_, time) =>
        ["x", "y"].map((item) => row(900 + (time % users), item, BOUGHT, time * 2 * DAY_MS)),
      );
    const apart = Array.from({ length: 100 }, (_, user) => row(user, `thing-${user % 20}`, BOUGHT, 0));
    expect(await listsOf([...apart, ...often(2).flat()])).toBeNull();
    expect((await listsOf([...apart, ...often(3).flat()]))?.get("x")).toEqual(["y"]);
  });

  it("falls back to carts, item by item, where too little was bought", async () => {
    const carts = Array.from({ length: 30 }, (_, user) =>
      ["hat", "scarf", "gloves"].map((item) => row(2_000 + user, item, CARTED, 0)),
    ).flat();
    const noise = Array.from({ length: 200 }, (_, user) =>
      row(3_000 + user, `thing-${user % 20}`, CARTED, 0),
    );
    const lists = await listsOf([...shop(), ...carts, ...noise]);
    expect(lists?.get("hat")?.sort()).toEqual(["gloves", "scarf"]);
    expect(lists?.get("lamp")).toEqual(["bulb", "cable"]);
  });

  it("is nothing where nobody bought or carted, and where everything was bought alone", async () => {
    expect(await listsOf(shop(VIEW))).toBeNull();
    expect(
      await listsOf(Array.from({ length: 50 }, (_, user) => row(user, `i${user % 5}`, BOUGHT, 0))),
    ).toBeNull();
  });

  it("gives an item twenty others at the most", async () => {
    const rows = Array.from({ length: 30 }, (_, user) =>
      Array.from({ length: 30 }, (_, item) => row(user, `i${item}`, BOUGHT, 0)),
    ).flat();
    const others = Array.from({ length: 300 }, (_, user) => row(1_000 + user, "other", BOUGHT, 0));
    const lists = await listsOf([...rows, ...others]);
    expect(new Set([...(lists?.values() ?? [])].map(({ length }) => length))).toEqual(new Set([20, 0]));
  });
});
