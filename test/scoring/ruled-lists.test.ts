import { describe, expect, it } from "vitest";
import { DAY_MS } from "../../src/base/index.ts";
import { T0 } from "./harness.ts";
import { THINGS, thingShop } from "./ruled.ts";

const thing = (id: string) => THINGS.find(({ item_id }) => item_id === id);
const brandOf = (id: string) => thing(id)?.brand as string;

function counts(values: string[]): number[] {
  return [...new Set(values)].map((value) => values.filter((one) => one === value).length);
}

describe("too few qualify", () => {
  const filter = [
    { name: "cheap", where: { price: { lt: 5 } } },
    { name: "mine", where: { brand: { in: ["brand-2", "brand-3"] } } },
  ];

  it("and nothing may be relaxed: the list is short, and says how many there are", async () => {
    const { ask, log } = await thingShop();
    const runs = log.runs.length;
    const answer = await ask({ filter });
    expect(answer.ids.sort()).toEqual(["item-2", "item-3"]);
    expect(answer).toMatchObject({ qualifying: 2 });
    expect(answer).not.toHaveProperty("relaxed");
    expect(log.runs.length).toBe(runs + 1);
  });

  it("relaxes in the order given, no more than it takes, and names it", async () => {
    const { ask } = await thingShop();
    const one = await ask({ filter, relax: ["filter.mine", "filter.cheap"] }, { limit: 3 });
    expect(one).toMatchObject({ qualifying: 2, relaxed: ["filter.mine"] });
    expect(one.ids.sort()).toEqual(["item-2", "item-3", "item-4"]);
    const other = await ask({ filter, relax: ["filter.cheap", "filter.mine"] }, { limit: 3 });
    expect(other.relaxed).toEqual(["filter.cheap"]);
    expect(other.ids.every((id) => ["brand-2", "brand-3"].includes(brandOf(id)))).toBe(true);
    const both = await ask({ filter, relax: ["filter.mine", "filter.cheap"] }, { limit: 30 });
    expect(both).toMatchObject({ qualifying: 2, relaxed: ["filter.mine", "filter.cheap"] });
    expect(both.ids).toHaveLength(30);
    expect((await ask({ filter, relax: ["filter.mine"] }, { limit: 2 })).relaxed).toBeUndefined();
  });

  it("gives up nothing that the list would be as long without", async () => {
    const { ask } = await thingShop();
    const cap = [{ field: "brand", max: 2 }];
    const five = { filter: { item_id: { in: ["item-2", "item-3", "item-4", "item-5", "item-8"] } } };
    const capped = await ask({ ...five, cap, relax: ["rotation", "cap"], rotation: { within: "1d" } });
    expect([capped.ids.length, capped.relaxed]).toEqual([5, undefined]);
    const filled = await ask({ ...five, cap, relax: ["cap", "filter"] }, { limit: 8 });
    expect([filled.ids.length, filled.relaxed]).toEqual([8, ["filter"]]);
    expect(counts(filled.ids.map(brandOf))).toEqual([2, 2, 2, 2]);
    const both = await ask({ ...five, cap, relax: ["cap", "filter"] }, { limit: 9 });
    expect([both.ids.length, both.relaxed]).toEqual([9, ["cap", "filter"]]);
  });

  it("has what the visitor knows stand last where that is asked for, as the rules allow it", async () => {
    const { ask } = await thingShop();
    const history = ["item-3", "item-30", "item-9"];
    const some = { filter: { price: { lt: 10 } } };
    const without = await ask(some, { limit: 20 }, history);
    const behind = await ask(some, { limit: 20, seenLast: true }, history);
    expect(behind.ids.slice(0, without.ids.length)).toEqual(without.ids);
    expect(behind.ids.slice(without.ids.length).toSorted()).toEqual(["item-3", "item-9"]);
    expect(behind.qualifying).toBe(without.ids.length + 2);
    const one = await ask(some, { limit: without.ids.length + 1, seenLast: true }, history);
    expect(one.ids).toEqual(behind.ids.slice(0, -1));
    const full = { ...some, cap: [{ field: "brand", max: 9 }] };
    expect((await ask(full, { limit: 20, seenLast: true }, history)).ids).toEqual(without.ids);
    const excluding = { limit: 20, seenLast: true, exclude: ["item-3"] };
    expect((await ask(some, excluding, history)).ids.at(-1)).toBe("item-9");
  });

  it("relaxes nothing for the sake of places that the list can do without", async () => {
    const { ask } = await thingShop();
    const relaxing = { filter, relax: ["filter.mine", "filter.cheap"] };
    const whole = await ask(relaxing, { limit: 3, spare: 1 });
    expect(whole).toMatchObject({ qualifying: 2 });
    expect([whole.ids.toSorted(), whole.relaxed]).toEqual([["item-2", "item-3"], undefined]);
    expect((await ask(relaxing, { limit: 4, spare: 1 })).relaxed).toEqual(["filter.mine"]);
  });

  it("never relaxes availability or what the request excludes", async () => {
    const { ask } = await thingShop();
    const answer = await ask(
      { filter, relax: ["filter.mine", "filter.cheap"] },
      { limit: 100, exclude: ["item-7"] },
    );
    expect(answer.ids).toHaveLength(36);
    for (const id of ["item-0", "item-1", "item-7", "item-9"]) expect(answer.ids).not.toContain(id);
  });

  it("asks the model once although two relaxations came first", async () => {
    const { ask, log } = await thingShop();
    const runs = log.runs.length;
    await ask({ filter, relax: ["filter.mine", "filter.cheap"] }, { limit: 20 });
    expect(log.runs.length).toBe(runs + 1);
  });
});

describe("caps", () => {
  it("let at most so many of a brand in, and look further until the list is full", async () => {
    const { ask } = await thingShop();
    const plain = await ask({}, { limit: 8 });
    expect(Math.max(...counts(plain.ids.map(brandOf)))).toBeGreaterThan(2);
    const capped = await ask({ cap: [{ field: "brand", max: 2 }] }, { limit: 8 });
    expect(counts(capped.ids.map(brandOf))).toEqual([2, 2, 2, 2]);
    const nine = await ask({ cap: [{ field: "brand", max: 2 }] }, { limit: 9 });
    expect(nine.ids).toHaveLength(8);
    expect(nine).toMatchObject({ qualifying: 37 });
    const relaxed = await ask({ cap: [{ field: "brand", max: 2 }], relax: ["cap"] }, { limit: 9 });
    expect(relaxed).toMatchObject({ relaxed: ["cap"] });
    expect(relaxed.ids).toHaveLength(9);
  });

  it("count each value of a list, and those of an edited item as they are now", async () => {
    const { ask } = await thingShop({
      changes: [{ item_id: "item-16", tags: ["other"], brand: "x", updated_at: 2 }],
    });
    const answer = await ask({ cap: [{ field: "tags", max: 1 }] }, { limit: 10 });
    const tags = answer.ids.flatMap((id) => (id === "item-16" ? ["other"] : (thing(id)?.tags ?? [])));
    expect(new Set(tags).size).toBe(tags.length);
    // Two halves, and what has neither of them.
    expect(answer.ids).toHaveLength(3);
    expect(answer.ids).toContain("item-16");
  });
});

describe("pins", () => {
  it("put an item, or the best of some, at a place, and the others around them", async () => {
    const { ask } = await thingShop();
    const plain = await ask({}, { limit: 38 });
    const last = plain.ids.at(-1) as string;
    const pin = [
      { item_id: last, position: 3 },
      { where: { price: { gte: 30 } }, position: 1 },
    ];
    const pinned = await ask({ pin }, { limit: 6 });
    const best = plain.ids.find((id) => Number(thing(id)?.price) >= 30 && id !== last);
    expect(pinned.ids[2]).toBe(last);
    expect(pinned.ids[0]).toBe(best);
    const others = plain.ids.filter((id) => id !== last && id !== best);
    expect(pinned.ids.filter((id) => id !== last && id !== best)).toEqual(others.slice(0, 4));
    const score = plain.items.find(({ itemId }) => itemId === last)?.score as number;
    expect(pinned.items[2]?.score).toBeCloseTo(score, 3);
  });

  it("leave an item at its own place although another pin's condition holds for it too, in whatever order they stand", async () => {
    const { ask } = await thingShop();
    const plain = await ask({}, { limit: 38 });
    const dear = plain.ids.filter((id) => Number(thing(id)?.price) >= 30);
    const [best, second, third] = dear as [string, string, string];
    const where = { where: { price: { gte: 30 } }, position: 1 };
    for (const named of [second, best]) {
      const item = { item_id: named, position: 3 };
      const asIs = await ask({ pin: [item, where] }, { limit: 6 });
      expect([asIs.ids[0], asIs.ids[2]]).toEqual([named === best ? second : best, named]);
      expect((await ask({ pin: [where, item] }, { limit: 6 })).ids).toEqual(asIs.ids);
    }
    // A place beyond the list is none: the item is as good as its score.
    const beyond = { item_id: third, position: 9 };
    expect((await ask({ pin: [where, beyond] }, { limit: 6 })).ids[0]).toBe(best);
  });

  it("find the best of some although it is far from the list", async () => {
    const { ask } = await thingShop();
    const plain = await ask({}, { limit: 38 });
    const far = plain.ids.slice(-3);
    const pinned = await ask({ pin: [{ where: { item_id: { in: far } }, position: 2 }] }, { limit: 5 });
    expect(pinned.ids).toEqual([plain.ids[0], far[0], ...plain.ids.slice(1, 4)]);
  });

  it("do not bring in what is filtered, hidden or excluded; stand at the end of a short list", async () => {
    const { ask } = await thingShop();
    const pin = ["item-0", "item-20", "item-7"].map((item_id, at) => ({ item_id, position: at + 1 }));
    const answer = await ask({ filter: { price: { lt: 12 } }, pin }, { limit: 4, exclude: ["item-7"] });
    for (const id of ["item-0", "item-20", "item-7"]) expect(answer.ids).not.toContain(id);
    const short = await ask(
      { filter: { price: { lt: 5 } }, pin: [{ item_id: "item-2", position: 9 }] },
      { limit: 10 },
    );
    expect(short.ids).toHaveLength(3);
    expect(short.ids[2]).toBe("item-2");
  });
});

describe("scores", () => {
  it("rise and fall by a boost's standard deviations", async () => {
    const { ask } = await thingShop();
    const plain = await ask({}, { limit: 38 });
    const boosted = await ask(
      {
        boost: [
          { where: { brand: "brand-3" }, by: 0.75 },
          { where: { tags: "half-0" }, by: -0.5 },
        ],
      },
      { limit: 38 },
    );
    for (const { itemId, score } of boosted.items) {
      const before = plain.items.find((one) => one.itemId === itemId)?.score as number;
      const by =
        (brandOf(itemId) === "brand-3" ? 0.75 : 0) - (thing(itemId)?.tags?.includes("half-0") ? 0.5 : 0);
      expect(score - before).toBeCloseTo(by, 4);
    }
  });

  it("below min_score do not come, unless it may be relaxed", async () => {
    const { ask } = await thingShop();
    const plain = await ask({}, { limit: 38 });
    const min_score = plain.items[4]?.score as number;
    const some = await ask({ min_score: min_score - 1e-4 }, { limit: 10 });
    const expected = plain.items.filter(({ score }) => score >= min_score - 1e-4).map(({ itemId }) => itemId);
    expect(some.ids).toEqual(expected.slice(0, 10));
    const none = await ask({ min_score: 50, pin: [{ item_id: "item-30", position: 1 }] });
    expect(none.ids).toEqual(["item-30"]);
    const relaxed = await ask({ min_score: 50, relax: ["min_score"] });
    expect(relaxed.relaxed).toEqual(["min_score"]);
    expect(relaxed.ids).toHaveLength(10);
  });
});

describe("rotation", () => {
  const shownAt = (itemId: string, agoMs: number) => ({ itemId, count: 1, lastAtMs: T0 - agoMs });

  it("with a weight demotes what was shown, less and less", async () => {
    const { ask } = await thingShop();
    const plain = await ask({}, { limit: 38 });
    const [first = "", second = ""] = plain.ids;
    const visitor = { shown: [shownAt(first, 0), shownAt(second, DAY_MS), shownAt("item-30", 3 * DAY_MS)] };
    const rotated = await ask({ rotation: { within: "2d", weight: 1 } }, { limit: 38, visitor });
    const by = (id: string) => {
      const of = (answer: typeof plain) => answer.items.find(({ itemId }) => itemId === id)?.score as number;
      return of(rotated) - of(plain);
    };
    expect(by(first)).toBeCloseTo(-1, 4);
    expect(by(second)).toBeCloseTo(-0.5, 4);
    expect(by("item-30")).toBeCloseTo(0, 4);
  });

  it("without one leaves it out, until that is relaxed", async () => {
    const { ask } = await thingShop();
    const visitor = { shown: THINGS.slice(5).map(({ item_id }) => shownAt(item_id, DAY_MS)) };
    const rotation = { within: "2d" };
    const short = await ask({ rotation }, { visitor });
    expect(short.ids.sort()).toEqual(["item-2", "item-3", "item-4"]);
    expect(short.qualifying).toBe(3);
    const relaxed = await ask({ rotation, relax: ["rotation"] }, { visitor });
    expect(relaxed).toMatchObject({ qualifying: 3, relaxed: ["rotation"] });
    expect(relaxed.ids).toHaveLength(10);
  });
});
