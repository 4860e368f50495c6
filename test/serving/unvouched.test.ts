import { expect, it } from "vitest";
import { parseRules, type Rules } from "../../src/rules/index.ts";
import {
  createMemory,
  makeAnswer,
  mintUserToken,
  STORED_WITHHELD,
  Timeline,
} from "../../src/serving/index.ts";
import { config, PLAIN, ranks, viewed, World } from "./ports.ts";

/** Attributes of the item and of the visitor, and a segment. */
const ASKING = {
  filter: { "attributes.size": { user: "attributes.size" }, user: { segments: "big", "attributes.age": 40 } },
};
const NEVER = { kind: "or", parts: [] };

function rules(value: object): Rules {
  const parsed = parseRules(value);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  return parsed.value;
}

function openWorld(): World {
  const world = new World();
  world.configs.set("shore", config("shore"));
  world.profiles.set("shore u:ann", viewed("x"));
  world.profiles.set("shore a:device", viewed("y"));
  world.segments.set("shore u:ann", ["big"]);
  world.attributes.set("shore ann", { size: "L", age: 40 });
  world.score = ranks(["a", "b", "c"]);
  const stored = { name: "sized", config: { rules: ASKING }, version: 1, updatedAtMs: 0 };
  world.scenarios.set("shore", { v: 1, scenarios: [stored] });
  return world;
}

type Who = {
  userId?: string;
  anonymousId?: string;
  userToken?: string;
  keyKind?: "secret";
  recent?: string[];
};

/** What the scorer was asked by, and what the answer says of it. */
async function ask(world: World, who: Who, own: object, scenario = "home") {
  const visitor = { keyKind: "publishable" as const, recent: [] as string[], ...who };
  const subject = { kind: "visitor" as const, visitor };
  const request = { tenant: "shore", subject, ...PLAIN, scenario, rules: rules(own), context: () => ({}) };
  const timeline = new Timeline(world.ports.now);
  world.scored.length = 0;
  const answer = await makeAnswer({ ...request, attributes: { size: "S" } }, world.ports, {
    memory: createMemory(),
    timeline,
  });
  const { rules: asked, visitor: facts } = world.scored[0] ?? {};
  return { notices: answer.notices, filters: asked?.filters.map(({ where }) => where), asked, facts };
}

it("a browser's rules do not see what is stored of a user for whom nobody vouches, and the answer says so", async () => {
  const { filters, notices } = await ask(openWorld(), { userId: "ann", anonymousId: "device" }, ASKING);
  const size = { kind: "item", field: "attributes.size", test: { op: "in", values: ["S"] } };
  expect(filters).toEqual([{ kind: "and", parts: [size, { kind: "and", parts: [NEVER, NEVER] }] }]);
  expect(notices).toEqual([STORED_WITHHELD]);
});

it("sees all with a token, with a secret key, of the device itself, and in a scenario", async () => {
  const world = openWorld();
  const { signer } = world.ports;
  const userToken = await mintUserToken(
    "shore",
    { userId: "ann", expiresAtMs: world.nowMs + 60_000 },
    signer,
  );
  const given = rules(ASKING).filters.map(({ where }) => where);
  const whole: Who[] = [
    { userId: "ann", userToken },
    { userId: "ann", keyKind: "secret" },
    { anonymousId: "device" },
  ];
  for (const who of whole) {
    expect(await ask(world, who, ASKING), JSON.stringify(who)).toMatchObject({ filters: given, notices: [] });
  }
  expect(await ask(world, { userId: "ann" }, {}, "sized")).toMatchObject({ filters: given, notices: [] });
});

const PAST = {
  filter: [
    { name: "bought", where: { interacted: { types: ["purchase"], within: "30d" } } },
    { name: "fresh", where: { not: { shown: { times: { gt: 3 } } } } },
  ],
  boost: [{ where: { interacted: {} }, by: 1 }],
  pin: [{ where: { shown: {} }, position: 1 }],
  rotation: { within: "2d" },
};

it("neither do they see what the user did and was shown: it is asked of what the page itself tells", async () => {
  const { asked, facts, notices } = await ask(openWorld(), { userId: "ann", recent: ["y"] }, PAST);
  expect(asked).toMatchObject({
    filters: [{ where: NEVER }, { where: { kind: "not", part: NEVER } }],
    boosts: [{ where: { kind: "named", itemIds: ["y"] } }],
    pins: [{ where: NEVER }],
    rotation: null,
  });
  expect(facts).toBeUndefined();
  expect(notices).toEqual([STORED_WITHHELD]);
  const own = await ask(openWorld(), { anonymousId: "device" }, PAST);
  expect([own.asked?.filters, own.asked?.rotation, own.notices]).toEqual([
    rules(PAST).filters,
    rules(PAST).rotation,
    [],
  ]);
});

it("says nothing where the rules ask for nothing that is withheld", async () => {
  const own = { filter: { user: { country: "NL" } } };
  const { filters, notices } = await ask(openWorld(), { userId: "ann" }, own);
  expect(filters).toEqual(rules(own).filters.map(({ where }) => where));
  expect(notices).toEqual([]);
});
