import { describe, expect, it } from "vitest";
import type { ScoreRequest } from "../../src/registry/index.ts";
import { parseRules, type Rules } from "../../src/rules/index.ts";
import {
  type AnswerRequest,
  answerPlacements,
  createMemory,
  readExploration,
  readRecommendationId,
  Timeline,
} from "../../src/serving/index.ts";
import { config, lists, PLAIN, World } from "./ports.ts";

const ITEMS = Array.from({ length: 30 }, (_, at) => `i${at}`);
/** What the tests' filter allows. */
const RED = new Set(["i1", "i4", "i20", "i21", "i22"]);

function relaxable(): Rules {
  const parsed = parseRules({
    filter: [{ name: "colour", where: { brand: "red" } }],
    relax: ["filter.colour"],
  });
  if (!parsed.ok) throw new Error("the rules are valid");
  return parsed.value;
}

/** The scorer under that filter, as the real one: relaxes only where too few qualify for the places asked for. */
function score({ rules, exclude, history, limit }: ScoreRequest) {
  const blocked = new Set([...exclude, ...history.map(({ itemId }) => itemId)]);
  const free = ITEMS.filter((itemId) => !blocked.has(itemId));
  const red = free.filter((itemId) => RED.has(itemId));
  const isRelaxed = rules !== undefined && rules.filters.length > 0 && red.length < limit;
  const ids = rules === undefined || rules.filters.length === 0 || isRelaxed ? free : red;
  const items = ids.slice(0, limit).map((itemId, rank) => ({ itemId, score: -rank }));
  return {
    ...{ status: "ok" as const, modelVersion: "m1", overlayEtag: "o1", items, qualifying: red.length },
    ...(isRelaxed ? { relaxed: ["filter.colour"] } : {}),
  };
}

function openWorld(): World {
  const world = new World();
  world.configs.set("shore", config("shore"));
  world.score = score;
  return world;
}

function page(world: World, ...placements: Partial<AnswerRequest>[]) {
  const subject = { kind: "visitor", visitor: { keyKind: "publishable", recent: ["x"] } } as const;
  const requests = placements.map((own) => ({ tenant: "shore", subject, ...PLAIN, ...own }));
  const context = { memory: createMemory(), timeline: new Timeline(world.ports.now) };
  return answerPlacements(requests, true, world.ports, context);
}

const idsOf = ({ items }: { items: { itemId: string }[] }) => items.map(({ itemId }) => itemId);

describe("placements of which no item comes twice", () => {
  it("relax nothing for places that the earlier ones did not take after all", async () => {
    const world = openWorld();
    const [first, second] = await page(world, { limit: 3 }, { limit: 4, rules: relaxable() });
    expect(idsOf(first ?? { items: [] })).toEqual(["i0", "i1", "i2"]);
    expect(idsOf(second ?? { items: [] })).toEqual(["i4", "i20", "i21", "i22"]);
    expect(second?.relaxed).toBeUndefined();
    expect(world.scored).toHaveLength(3);
  });

  it("relax where they must, and say so", async () => {
    const [, second] = await page(openWorld(), { limit: 3 }, { limit: 5, rules: relaxable() });
    expect(second?.relaxed).toEqual(["filter.colour"]);
    expect(second?.items).toHaveLength(5);
  });

  it("explore by the places that they have in the end: each id tells of its own list, and none comes twice", async () => {
    const world = openWorld();
    const found = lists({ newest: ["e1", "e2", "e3", "e4"] });
    if (found.lists === null) throw new Error("there are lists");
    found.lists.explored = { at: [0, 1, 2, 3], scores: [0.4, 0.3, 0.2, 0.1] };
    world.lists.set("shore", found);
    const stored = { name: "home", version: 1, config: { exploration: { share: 0.4 } }, updatedAtMs: 0 };
    world.scenarios.set("shore", { v: 1, scenarios: [stored] });
    let explored = 0;
    for (let seed = 0; seed < 60; seed++) {
      const answers = await page(world, { limit: 4, seed }, { limit: 4, seed: 1_000 + seed });
      const ids = answers.flatMap(idsOf);
      expect([ids.length, new Set(ids).size]).toEqual([8, 8]);
      for (const { items, recommendationId } of answers) {
        const id = await readRecommendationId(recommendationId, world.ports.signer);
        const told = readExploration(id?.explored ?? "")?.slots ?? [];
        const places = items.flatMap(({ source }, place) => (source === "explored" ? [place] : []));
        expect(told.map(({ place }) => place)).toEqual(places);
        explored += places.length;
      }
    }
    expect(explored).toBeGreaterThan(60);
  });
});
