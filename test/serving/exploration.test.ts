import { describe, expect, it } from "vitest";
import { explore, writeExploration } from "../../src/serving/exploration.ts";
import {
  createMemory,
  createSigner,
  propensities,
  readExploration,
  readRecommendationId,
} from "../../src/serving/index.ts";
import { config, isolate, lists, ranks, World } from "./ports.ts";

const pool = [
  { itemId: "e1", chance: 0.5, fields: {} },
  { itemId: "e2", chance: 0.3, fields: {} },
  { itemId: "e3", chance: 0.2, fields: {} },
];

/** A list of so many places, whatever it tries. */
const full = (places: number) => () => ({ places, joins: () => true });

describe("exploration", () => {
  it("explores places as often as the share says, and items as often as their chances", () => {
    const runs = 20_000;
    const counts = new Map<string, number>();
    for (let seed = 0; seed < runs; seed++) {
      const { exploration } = explore(pool, { share: 0.2, roomBeside: full(1), seed });
      for (const { itemId } of exploration.slots) counts.set(itemId, (counts.get(itemId) ?? 0) + 1);
    }
    for (const { itemId, chance } of pool) {
      const expected = 0.2 * chance;
      const error = Math.sqrt((expected * (1 - expected)) / runs);
      expect(Math.abs((counts.get(itemId) ?? 0) / runs - expected)).toBeLessThan(4 * error);
    }
  });

  it("logs the propensity of each draw: the share of places times the item's chance among those left", () => {
    const { exploration } = explore(pool, { share: 0.5, roomBeside: full(16), seed: 3 });
    let left = 1;
    for (const { itemId, propensity } of exploration.slots) {
      const chance = pool.find((item) => item.itemId === itemId)?.chance ?? 0;
      expect(propensity).toBeCloseTo((0.5 * chance) / left, 10);
      left -= chance;
    }
    expect(exploration.slots.length).toBe(3);
  });

  it("agree with what is seen: what the ids say of each place's item is how often it stands there", () => {
    const answers = 1_000;
    const places = 6;
    // Item at a place → how often it was there, and how often its propensity says it should be, given what stands before it.
    const cells = new Map<string, { seen: number; expected: number }>();
    const cell = (name: string) => cells.get(name) ?? cells.set(name, { seen: 0, expected: 0 }).get(name);
    for (let seed = 0; seed < answers; seed++) {
      const { exploration } = explore(pool, { share: 0.4, roomBeside: full(places), seed });
      const told = readExploration(writeExploration(exploration));
      if (told === null) throw new Error("what was written can be read");
      const chances = propensities(told, places);
      const left = new Map(pool.map(({ itemId, chance }) => [itemId, chance]));
      for (let place = 0; place < places; place++) {
        const slot = exploration.slots.find((one) => one.place === place);
        const total = [...left.values()].reduce((sum, chance) => sum + chance, 0);
        for (const [itemId, chance] of left) {
          const name = cell(`${itemId} at ${place}`);
          if (name !== undefined) name.expected += (0.4 * chance) / total;
        }
        const none = cell(`none at ${place}`);
        if (none !== undefined) none.expected += left.size === 0 ? 1 : 0.6;
        const seen = cell(`${slot?.itemId ?? "none"} at ${place}`);
        if (seen !== undefined) seen.seen++;
        const truth = slot === undefined ? (left.size === 0 ? 1 : 0.6) : slot.propensity;
        expect(Math.abs((chances[place] ?? 0) / truth - 1)).toBeLessThan(0.012);
        if (slot !== undefined) left.delete(slot.itemId);
      }
    }
    expect(cells.size).toBe((pool.length + 1) * places);
    for (const [name, { seen, expected }] of cells) {
      const deviation = Math.sqrt(Math.max(expected * (1 - expected / answers), 1));
      expect(Math.abs(seen - expected), name).toBeLessThan(4 * deviation);
    }
  });

  it("reads back from its text what it wrote, within a percent", () => {
    const { exploration } = explore(pool, { share: 0.25, roomBeside: full(16), seed: 5 });
    const read = readExploration(writeExploration(exploration));
    expect(read?.share).toBe(0.25);
    expect(read?.slots.map(({ place }) => place)).toEqual(exploration.slots.map(({ place }) => place));
    for (const [at, { propensity }] of exploration.slots.entries()) {
      expect(Math.abs((read?.slots[at]?.propensity ?? 0) / propensity - 1)).toBeLessThan(0.012);
    }
    for (const text of ["", "07", "zz0003", "070001aa!!", "07000100ff"])
      expect(readExploration(text)).toBeNull();
  });

  it("gives a place that was not explored the propensity of that, and 1 behind the last that could be", () => {
    const given = { share: 0.3, slots: [{ place: 1, propensity: 0.05 }], exhausted: false };
    expect(propensities(given, 18)).toEqual([0.7, 0.05, ...Array(14).fill(0.7), 1, 1]);
    expect(propensities({ ...given, exhausted: true }, 4)).toEqual([0.7, 0.05, 1, 1]);
  });
});

it("puts items on trial into a scenario's lists, tells them apart, and keeps their propensities in the signed id", async () => {
  const world = new World();
  world.configs.set("shore", config("shore"));
  world.score = ranks(["a", "b", "c", "d", "e", "f"]);
  const found = lists({ newest: ["e1", "e2", "e3"] });
  if (found.lists === null) throw new Error("there are lists");
  found.lists.explored = { at: [0, 1, 2], scores: [0.5, 0.3, 0.2] };
  world.lists.set("shore", found);
  world.scenarios.set("shore", {
    v: 1,
    scenarios: [{ name: "home", version: 1, config: { exploration: { share: 0.5 } }, updatedAtMs: 0 }],
  });
  const ask = isolate(world, createMemory());
  let explored = 0;
  for (let seed = 0; seed < 40; seed++) {
    const answer = await ask({ recent: ["x"], limit: 4, request: { seed } });
    expect(answer.items).toHaveLength(4);
    expect(new Set(answer.items.map(({ itemId }) => itemId)).size).toBe(4);
    const id = await readRecommendationId(answer.recommendationId, createSigner("a secret of the tests"));
    const record = readExploration(id?.explored ?? "");
    if (record === null) throw new Error("the id tells of the exploration");
    const places = answer.items.flatMap(({ source }, place) => (source === "explored" ? [place] : []));
    expect(record.slots.map(({ place }) => place)).toEqual(places);
    explored += places.length;
  }
  expect(explored).toBeGreaterThan(20);
});

function exploring(rules: Record<string, unknown>, explored: readonly string[]): World {
  const world = new World();
  const found = lists({ newest: [...explored] });
  if (found.lists === null) throw new Error("there are lists");
  found.lists.items.fields.brand = explored.map((itemId) => BRANDS[itemId]);
  found.lists.explored = { at: explored.map((_, at) => at), scores: explored.map(() => 1) };
  world.lists.set("shore", found);
  const config = { exploration: { share: 0.5 }, rules };
  world.scenarios.set("shore", { v: 1, scenarios: [{ name: "home", version: 1, config, updatedAtMs: 0 }] });
  return world;
}

/** Two of each at the most, in the model's list. */
const BRANDS: Record<string, string> = {
  ...{ a: "Acme", b: "Acme", c: "Bond", d: "Bond", e: "Crow", f: "Crow", g: "Dune", h: "Dune" },
  ...{ e1: "Acme", e2: "Acme", e3: "Elm", e4: "Acme" },
};

it("tries nothing where a pin says what stands where", async () => {
  const world = exploring({ pin: [{ item_id: "b", position: 2 }] }, ["e1"]);
  world.score = ranks(["a", "b", "c"]);
  const ask = isolate(world);
  for (let seed = 0; seed < 20; seed++) {
    const { items, exploration } = await ask({ recent: ["x"], request: { seed } });
    expect(items.map(({ itemId }) => itemId)).toEqual(["a", "b", "c"]);
    expect(exploration).toBeUndefined();
  }
});

it("counts items on trial under the caps: the list keeps to them, is full, and carries only what was asked for", async () => {
  const world = exploring({ cap: [{ field: "brand", max: 2 }] }, ["e1", "e2", "e3", "e4"]);
  world.score = ({ limit, fields }) => ({
    status: "ok",
    modelVersion: "m1",
    overlayEtag: null,
    items: ["a", "b", "c", "d", "e", "f", "g", "h"].slice(0, limit).map((itemId, rank) => ({
      itemId,
      score: 1 - rank,
      fields: Object.fromEntries(fields.map((field) => [field, BRANDS[itemId]])),
    })),
  });
  const ask = isolate(world);
  let tried = 0;
  for (let seed = 0; seed < 60; seed++) {
    const { items } = await ask({ recent: ["x"], limit: 6, request: { seed } });
    expect(items).toHaveLength(6);
    const counts = Map.groupBy(items, ({ itemId }) => BRANDS[itemId]);
    for (const [, ofBrand] of counts) expect(ofBrand.length).toBeLessThanOrEqual(2);
    for (const { fields } of items) expect(fields).toBeUndefined();
    tried += items.filter(({ source }) => source === "explored").length;
  }
  expect(tried).toBeGreaterThan(60);
  expect(world.scored[0]?.fields).toEqual(["brand"]);
});
