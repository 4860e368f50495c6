import { describe, expect, it } from "vitest";
import {
  type ExplorationRecord,
  propensities,
  readExploration,
  readRecommendationId,
} from "../../src/serving/index.ts";
import { isolate, lists, World } from "./ports.ts";

const SHARE = 0.2;
const TRIAL = Array.from({ length: 12 }, (_, at) => `e${at}`);

interface Shop {
  brands?: Record<string, string>;
  rules?: Record<string, unknown>;
}

/** A list that the model alone fills, with no more than its items, and twelve items on trial. */
function shop(ranked: readonly string[], { brands = {}, rules = {} }: Shop = {}): World {
  const world = new World();
  const found = lists({ newest: TRIAL });
  if (found.lists === null) throw new Error("there are lists");
  found.lists.items.fields.brand = TRIAL.map((itemId) => brands[itemId]);
  found.lists.explored = { at: TRIAL.map((_, at) => at), scores: TRIAL.map(() => 1) };
  world.lists.set("shore", found);
  const config = { exploration: { share: SHARE }, fallback: [], rules };
  world.scenarios.set("shore", { v: 1, scenarios: [{ name: "home", version: 1, config, updatedAtMs: 0 }] });
  world.score = ({ limit }) => ({
    ...{ status: "ok", modelVersion: "m1", overlayEtag: null },
    items: ranked.slice(0, limit).map((itemId, at) => {
      return { itemId, score: -at, fields: { brand: brands[itemId] } };
    }),
  });
  return world;
}

async function explorationOf(recommendationId: string, { ports }: World): Promise<ExplorationRecord> {
  const id = await readRecommendationId(recommendationId, ports.signer);
  const record = readExploration(id?.explored ?? "");
  if (record === null) throw new Error("the id tells of the exploration");
  return record;
}

/** At the places from `from` on: how often one could be explored by what the ids say, and how often one was. */
async function explored(world: World, from: number, runs = 1_500) {
  const ask = isolate(world);
  let open = 0;
  let seen = 0;
  for (let seed = 0; seed < runs; seed++) {
    const { items, recommendationId } = await ask({ recent: ["x"], limit: 10, request: { seed } });
    const record = await explorationOf(recommendationId, world);
    const places = items.flatMap(({ source }, place) => (source === "explored" ? [place] : []));
    expect(record.slots.map(({ place }) => place)).toEqual(places);
    const told = propensities(record, items.length);
    for (let place = from; place < items.length; place++) {
      const wasExplored = places.includes(place);
      if (wasExplored || told[place] === 1 - SHARE) open++;
      if (wasExplored) seen++;
    }
  }
  return { open, seen, expected: open * SHARE, error: Math.sqrt(open * SHARE * (1 - SHARE)) };
}

it("an item that the list has anyway comes to its place by one way: its propensity holds", async () => {
  const world = shop(["e0", "b", "c", "d"]);
  const ask = isolate(world);
  let weights = 0;
  const runs = 1_500;
  for (let seed = 0; seed < runs; seed++) {
    const { items, recommendationId } = await ask({ recent: ["x"], limit: 4, request: { seed } });
    const record = await explorationOf(recommendationId, world);
    const [first] = propensities(record, items.length);
    if (items[0]?.itemId === "e0") weights += 1 / (first as number);
  }
  expect(weights / runs).toBeCloseTo(1, 1);
});

describe("a list shorter than was asked for", () => {
  it("explores the places that it has only for what it tries as often as its id says", async () => {
    const { open, seen, expected, error } = await explored(shop(["a", "b", "c"]), 3);
    expect(open).toBeGreaterThan(600);
    expect(Math.abs(seen - expected)).toBeLessThan(4 * error);
  });

  it("does so too where some on trial are in it already", async () => {
    const { open, seen, expected, error } = await explored(shop(["e0", "b", "e1"]), 2);
    expect(open).toBeGreaterThan(600);
    expect(Math.abs(seen - expected)).toBeLessThan(4 * error);
  });

  it("does so too under caps, which some on trial do not fit under", async () => {
    const brands = Object.fromEntries(
      ["a", "b", "c", ...TRIAL].map((itemId, at) => [itemId, at < 9 ? `brand-${at % 3}` : `own-${at}`]),
    );
    const world = shop(["a", "b", "c"], { brands, rules: { cap: [{ field: "brand", max: 2 }] } });
    const { open, seen, expected, error } = await explored(world, 3);
    expect(open).toBeGreaterThan(600);
    expect(Math.abs(seen - expected)).toBeLessThan(4 * error);
  });
});
