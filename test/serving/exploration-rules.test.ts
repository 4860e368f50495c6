import { describe, expect, it } from "vitest";
import type { ScoredItem } from "../../src/registry/index.ts";
import {
  type Answer,
  createSigner,
  propensities,
  readExploration,
  readRecommendationId,
} from "../../src/serving/index.ts";
import { isolate, lists, viewed, World } from "./ports.ts";

const SHARE = 0.5;
const DAY_MS = 86_400_000;

interface Shop {
  rules: Record<string, unknown>;
  /** Items on trial, all with the same chance. */
  trial: Record<string, Record<string, unknown>>;
  /** The scorer's list. */
  ranked: Record<string, Record<string, unknown>>;
  relaxed?: string[];
}

function shop({ rules, trial, ranked, relaxed = [] }: Shop): World {
  const world = new World();
  const ids = Object.keys(trial);
  const found = lists({ newest: ids });
  if (found.lists === null) throw new Error("there are lists");
  for (const name of ["brand", "categories"] as const) {
    found.lists.items.fields[name] = ids.map((itemId) => trial[itemId]?.[name]);
  }
  found.lists.explored = { at: ids.map((_, at) => at), scores: ids.map(() => 1) };
  world.lists.set("shore", found);
  const config = { exploration: { share: SHARE }, rules };
  world.scenarios.set("shore", { v: 1, scenarios: [{ name: "home", version: 1, config, updatedAtMs: 0 }] });
  const items = Object.entries(ranked).map(([itemId, fields], at): ScoredItem => {
    return { itemId, score: -at, fields };
  });
  world.score = ({ limit }) => ({
    ...{ status: "ok", modelVersion: "m1", overlayEtag: null, relaxed },
    items: items.slice(0, limit),
  });
  return world;
}

const triedIn = ({ items }: Answer) =>
  items.flatMap(({ itemId, source }, place) => (source === "explored" ? [{ itemId, place }] : []));

async function recordOf(answer: Answer) {
  const id = await readRecommendationId(answer.recommendationId, createSigner("a secret of the tests"));
  const record = readExploration(id?.explored ?? "");
  if (record === null) throw new Error("the id tells of the exploration");
  return record;
}

/** Item on trial → how many lists had it. */
async function tried(world: World, runs = 40): Promise<Map<string, number>> {
  const ask = isolate(world);
  const counts = new Map<string, number>();
  for (let seed = 0; seed < runs; seed++) {
    const answer = await ask({ userId: "ann", keyKind: "secret", request: { seed } });
    for (const { itemId } of triedIn(answer)) counts.set(itemId, (counts.get(itemId) ?? 0) + 1);
  }
  return counts;
}

describe("items on trial under caps", () => {
  it("keep to none where the list does not: it is full, and its id tells what it tries", async () => {
    const ofBrand = (prefix: string, count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, at) => [`${prefix}${at}`, { brand: "Ardo" }]));
    const world = shop({
      rules: { cap: [{ field: "brand", max: 2 }], relax: ["cap"] },
      trial: ofBrand("e", 9),
      ranked: ofBrand("m", 18),
      relaxed: ["cap"],
    });
    const ask = isolate(world);
    let most = 0;
    for (let seed = 0; seed < 40; seed++) {
      const answer = await ask({ recent: ["x"], limit: 8, request: { seed } });
      expect(answer.items).toHaveLength(8);
      const places = triedIn(answer).map(({ place }) => place);
      expect((await recordOf(answer)).slots.map(({ place }) => place)).toEqual(places);
      most = Math.max(most, places.length);
    }
    expect(most).toBeGreaterThan(2);
  });

  it("never make a list shorter: what would cost it more than a place is not drawn, and the propensities know", async () => {
    const world = shop({
      rules: { cap: [{ field: "categories", max: 1 }] },
      trial: {
        both: { categories: ["x", "y"] },
        one: { categories: ["x"] },
        other: { categories: ["y"] },
      },
      ranked: { a: { categories: ["x"] }, b: { categories: ["y"] }, c: { categories: ["z"] } },
    });
    const ask = isolate(world);
    const runs = 800;
    let first = 0;
    for (let seed = 0; seed < runs; seed++) {
      const answer = await ask({ recent: ["x"], limit: 3, request: { seed } });
      expect(answer.items).toHaveLength(3);
      const slots = triedIn(answer);
      const record = await recordOf(answer);
      expect(record.slots.map(({ place }) => place)).toEqual(slots.map(({ place }) => place));
      expect(slots.map(({ itemId }) => itemId)).not.toContain("both");
      // Two can be tried: the first by half the chance, the last for sure where its place is explored.
      const told = propensities(record, 3);
      for (const [at, { place }] of slots.entries()) {
        expect(Math.abs((told[place] ?? 0) / (SHARE / (2 - at)) - 1)).toBeLessThan(0.012);
      }
      expect(record.exhausted).toBe(slots.length === 2);
      if (slots[0]?.place === 0 && slots[0].itemId === "one") first++;
    }
    const expected = runs * (SHARE / 2);
    expect(Math.abs(first - expected)).toBeLessThan(4 * Math.sqrt(expected * (1 - SHARE / 2)));
  });

  it("are none where each would make the list shorter", async () => {
    const world = shop({
      rules: { cap: [{ field: "categories", max: 1 }] },
      trial: { both: { categories: ["x", "y"] } },
      ranked: { a: { categories: ["x"] }, b: { categories: ["y"] } },
    });
    const ask = isolate(world);
    for (let seed = 0; seed < 20; seed++) {
      const answer = await ask({ recent: ["x"], limit: 2, request: { seed } });
      expect(answer.items.map(({ itemId }) => itemId)).toEqual(["a", "b"]);
      expect(propensities(await recordOf(answer), 2)).toEqual([1, 1]);
    }
  });
});

describe("items on trial under a rotation", () => {
  function rotated(rotation: Record<string, unknown>, relaxed: string[]): World {
    const world = shop({
      ...{ rules: { rotation, relax: ["rotation"] }, relaxed },
      trial: { lately: {}, before: {}, never: {} },
      ranked: { a: {}, b: {}, c: {} },
    });
    const shown = [
      { itemId: "lately", count: 1, lastAtMs: world.nowMs - DAY_MS },
      { itemId: "before", count: 1, lastAtMs: world.nowMs - 3 * DAY_MS },
    ];
    world.profiles.set("shore u:ann", { ...viewed("x"), shown });
    return world;
  }

  it("are not what was shown within its time, where it has no weight", async () => {
    const counts = await tried(rotated({ within: "2d" }, []));
    expect([...counts.keys()].sort()).toEqual(["before", "never"]);
  });

  it("are any where it was given up, or only moves items", async () => {
    const all = ["before", "lately", "never"];
    expect([...(await tried(rotated({ within: "2d" }, ["rotation"]))).keys()].sort()).toEqual(all);
    expect([...(await tried(rotated({ within: "2d", weight: 1 }, []))).keys()].sort()).toEqual(all);
  });
});

it("tries nothing where a least score holds: items on trial have none", async () => {
  const rules = { min_score: 0.1, relax: ["min_score"] };
  const world = (relaxed: string[]) => {
    const made = shop({ rules, relaxed, trial: { e: {} }, ranked: { a: {}, b: {}, c: {} } });
    made.profiles.set("shore u:ann", viewed("x"));
    return made;
  };
  expect((await tried(world([]))).size).toBe(0);
  expect((await tried(world(["min_score"]))).size).toBe(1);
});

it("tries nothing under a cap by a field that items do not carry: nobody could count", async () => {
  const trial = { new1: { brand: "Ardo" } };
  const ranked = Object.fromEntries(Array.from({ length: 12 }, (_, at) => [`m${at}`, { brand: `b${at}` }]));
  expect((await tried(shop({ rules: { cap: [{ field: "stock", max: 2 }] }, trial, ranked }))).size).toBe(0);
  expect((await tried(shop({ rules: { cap: [{ field: "brand", max: 2 }] }, trial, ranked }))).size).toBe(1);
});
