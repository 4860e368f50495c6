import { describe, expect, it } from "vitest";
import { hashKey, makeKey } from "../../src/events/index.ts";
import { assignVariant } from "../../src/experiments/index.ts";
import { NO_RULES, parseRules, type Rules } from "../../src/rules/index.ts";
import {
  type AnswerRequest,
  answerPlacements,
  checkKey,
  createMemory,
  explain,
  makeAnswer,
  rankItems,
  type ServingMemory,
  type Subject,
  Timeline,
} from "../../src/serving/index.ts";
import { config, lists, PLAIN, ranks, viewed, World } from "./ports.ts";

const KEY = makeKey("publishable", "shore", new Uint8Array(24).fill(7));
const ITEMS = Array.from({ length: 20 }, (_, at) => `i${at}`);

async function openWorld(): Promise<World> {
  const world = new World();
  const hash = await hashKey(KEY);
  const record = {
    hash,
    tenant: "shore",
    kind: "publishable",
    origins: [],
    createdAtMs: 0,
    revokedAtMs: null,
  };
  world.keys.cached.set(hash, { ...record, kind: "publishable" });
  world.configs.set("shore", config("shore"));
  world.profiles.set("shore u:ann", viewed("x", "y"));
  world.score = ranks(ITEMS);
  const found = lists({ trending: ["t1"], popular: ["p1"], newest: ["n1", "n2", "n3"] });
  if (found.lists !== null) found.lists.explored = { at: [0], scores: [1] };
  world.lists.set("shore", found);
  const scenarios = [
    { name: "exploring", config: { exploration: { share: 0.5 } } },
    { name: "held", config: { holdout: { share: 0.5 } } },
    { name: "sized", config: { rules: { filter: { "attributes.size": { user: "attributes.size" } } } } },
  ];
  const stored = scenarios.map((one) => ({ ...one, version: 1, updatedAtMs: 0 }));
  world.scenarios.set("shore", { v: 1, scenarios: stored });
  return world;
}

function rules(value: unknown): Rules {
  const parsed = parseRules(value);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  return parsed.value;
}

const SIZED = rules({ filter: { "attributes.size": { user: "attributes.size" } } });

const [HELD_OUT_USER, PERSONAL_USER] = (["popular", "personal"] as const).map((variant) =>
  ITEMS.find(
    (id) => assignVariant(`u:${id}`, { tenant: "shore", experiment: "held", share: 0.5 }) === variant,
  ),
);
const HELD_OUT = { scenario: "held", ids: { user_id: HELD_OUT_USER } };

type Ask = (world: World, memory: ServingMemory) => Promise<unknown>;

function request(subject: Subject, more: Partial<AnswerRequest> = {}): AnswerRequest {
  return { tenant: "shore", subject, ...PLAIN, context: () => ({}), ...more };
}

const visitor = (who: { userId?: string; recent?: string[]; anonymousId?: string }): Subject => ({
  kind: "visitor",
  visitor: { keyKind: "secret", recent: [], ...who },
});
const anybody = (list: "trending_24h" | "popular" | "newest", category: string | null = null): Subject => ({
  kind: "anybody",
  list,
  category,
});

const context = (world: World, memory: ServingMemory) => ({
  memory,
  timeline: new Timeline(world.ports.now),
});

const one =
  (subject: Subject, more?: Partial<AnswerRequest>): Ask =>
  (world, memory) =>
    makeAnswer(request(subject, more), world.ports, context(world, memory));

const ranking =
  (subject: Subject, more?: Partial<AnswerRequest>): Ask =>
  (world, memory) =>
    rankItems({ ...request(subject, more), items: ["i3", "i1"] }, world.ports, context(world, memory));

const batch =
  (subject: Subject, scenarios: string[], more?: Partial<AnswerRequest>): Ask =>
  (world, memory) => {
    const requests = scenarios.map((scenario) => request(subject, { ...more, scenario }));
    return answerPlacements(requests, true, world.ports, context(world, memory));
  };

/** As the edge has it: the handler runs beside the key's check. */
const besideKey =
  (ask: Ask): Ask =>
  (world, memory) =>
    Promise.all([checkKey(KEY, world.ports, memory), ask(world, memory)]);

/**
 * Lets the reads of one round begin, holds them all back until every one that is expected has begun, and only then lets them come: what begins
 * later is of another round.
 */
async function roundsOf(world: World, start: () => Promise<unknown>, expected: string[][]) {
  world.reads.length = 0;
  const rounds: string[][] = [];
  let open: () => void = () => {};
  const shut = () => {
    world.gate = new Promise<void>((resolve) => {
      open = resolve;
    });
  };
  shut();
  const work = start();
  let done = false;
  const end = () => {
    done = true;
  };
  work.then(end, end);
  for (const round of expected) {
    while (!done && world.reads.length < round.length) await new Promise((resolve) => setImmediate(resolve));
    rounds.push(world.reads.splice(0).sort());
    const release = open;
    shut();
    release();
  }
  // One that is not expected would wait for ever: it is let through, to be told.
  while (!done) {
    open();
    shut();
    await new Promise((resolve) => setImmediate(resolve));
  }
  await work;
  world.gate = null;
  return world.reads.length === 0 ? rounds : [...rounds, world.reads.splice(0)];
}

/** What an isolate knows before: nothing; key, scenarios and lists; all that but the lists; or this very question's list too. */
const STATES = ["cold", "warm", "warm, without lists", "asked before"] as const;
type State = (typeof STATES)[number];

async function memoryIn(state: State, world: World, ask: Ask): Promise<ServingMemory> {
  const memory = createMemory();
  if (state === "cold") return memory;
  await checkKey(KEY, world.ports, memory);
  await ranking(visitor({ recent: ["other"] }))(world, memory);
  if (state === "warm, without lists") return memory;
  await one(anybody("trending_24h"))(world, memory);
  if (state === "asked before") await ask(world, memory);
  return memory;
}

const COLD = ["key", "lists", "scenarios"];
const COLD_USER = ["facts", ...COLD];
const SCORED = ["scorer"];

/** Endpoint or situation → what is asked, and its rounds in each state. */
const TABLE: Record<string, { ask: Ask } & Record<State, string[][]>> = {
  "recommendations for a user": {
    ask: one(visitor({ userId: "ann" })),
    cold: [COLD_USER, SCORED],
    warm: [["profile"], SCORED],
    "warm, without lists": [["lists", "profile"], SCORED],
    "asked before": [["profile"]],
  },
  "recommendations for a user's new device": {
    ask: one(visitor({ userId: "ann", recent: ["z"] })),
    cold: [COLD_USER, SCORED],
    warm: [["profile"], SCORED],
    "warm, without lists": [["profile"], SCORED],
    "asked before": [["profile"]],
  },
  "recommendations for `recent` items": {
    ask: one(visitor({ recent: ["x"] })),
    cold: [COLD, SCORED],
    warm: [SCORED],
    "warm, without lists": [SCORED],
    "asked before": [],
  },
  "recommendations for somebody unknown": {
    ask: one(visitor({ userId: "stranger" })),
    cold: [COLD_USER],
    warm: [["profile"]],
    "warm, without lists": [["lists", "profile"]],
    "asked before": [["profile"]],
  },
  "recommendations for nobody": {
    ask: one(visitor({})),
    cold: [COLD],
    warm: [],
    "warm, without lists": [["lists"]],
    "asked before": [],
  },
  "a page of recommendations": {
    ask: one(visitor({ recent: ["x"] }), { cursor: { shown: new Set([1, 2]) } }),
    cold: [COLD, SCORED],
    warm: [SCORED],
    "warm, without lists": [SCORED],
    "asked before": [],
  },
  "rules that look at the visitor": {
    ask: one(visitor({ userId: "ann" }), { rules: SIZED }),
    cold: [COLD_USER, SCORED],
    warm: [["facts"], SCORED],
    "warm, without lists": [["facts", "lists"], SCORED],
    "asked before": [["facts"]],
  },
  "a scenario's rules that look at the visitor": {
    ask: one(visitor({ userId: "ann", recent: ["1", "2", "3", "4", "5"] }), { scenario: "sized" }),
    cold: [COLD_USER, SCORED],
    warm: [["facts"], SCORED],
    "warm, without lists": [["facts"], SCORED],
    "asked before": [["facts"]],
  },
  "rules for somebody unknown": {
    ask: one(visitor({ userId: "stranger" }), { rules: rules({ filter: { brand: "Acme" } }) }),
    cold: [COLD_USER, SCORED],
    warm: [["profile"], SCORED],
    "warm, without lists": [["lists", "profile"], SCORED],
    "asked before": [["profile"]],
  },
  "a scenario that explores": {
    ask: one(visitor({ userId: "ann", recent: ["x"] }), { scenario: "exploring" }),
    cold: [COLD_USER, SCORED],
    warm: [["profile"], SCORED],
    "warm, without lists": [["lists", "profile"], SCORED],
    "asked before": [["profile"]],
  },
  // The lists are all that is needed, and are not waited for after the profile.
  "recommendations for a user who is held out": {
    ask: one(visitor({ userId: "ann" }), HELD_OUT),
    cold: [COLD_USER],
    warm: [["profile"]],
    "warm, without lists": [["lists", "profile"]],
    "asked before": [["profile"]],
  },
  "recommendations for `recent` items of somebody who is held out": {
    ask: one(visitor({ recent: ["x"] }), HELD_OUT),
    cold: [COLD],
    warm: [],
    "warm, without lists": [["lists"]],
    "asked before": [],
  },
  "recommendations beside those who are held out": {
    ask: one(visitor({ recent: ["x"] }), { scenario: "held", ids: { user_id: PERSONAL_USER } }),
    cold: [COLD, SCORED],
    warm: [SCORED],
    "warm, without lists": [SCORED],
    "asked before": [],
  },
  "rank for somebody who is held out": {
    ask: ranking(visitor({ recent: ["x"] }), HELD_OUT),
    cold: [["key", "scenarios"], ["lists"], SCORED],
    warm: [SCORED],
    "warm, without lists": [["lists"], SCORED],
    "asked before": [SCORED],
  },
  "similar items": {
    ask: one({ kind: "item", itemId: "x", together: false }),
    cold: [COLD, SCORED],
    warm: [SCORED],
    "warm, without lists": [SCORED],
    "asked before": [],
  },
  "items bought together": {
    ask: one({ kind: "item", itemId: "x", together: true }),
    cold: [COLD, SCORED],
    warm: [SCORED],
    "warm, without lists": [SCORED],
    "asked before": [],
  },
  trending: {
    ask: one(anybody("trending_24h")),
    cold: [COLD],
    warm: [],
    "warm, without lists": [["lists"]],
    "asked before": [],
  },
  "popular of a category": {
    ask: one(anybody("popular", "shoes")),
    cold: [COLD, SCORED],
    warm: [["lists"], SCORED],
    "warm, without lists": [["lists"], SCORED],
    "asked before": [],
  },
  new: {
    ask: one(anybody("newest")),
    cold: [COLD],
    warm: [],
    "warm, without lists": [["lists"]],
    "asked before": [],
  },
  rank: {
    ask: ranking(visitor({ userId: "ann" })),
    cold: [["facts", "key", "scenarios"], SCORED],
    warm: [["profile"], SCORED],
    "warm, without lists": [["profile"], SCORED],
    "asked before": [["profile"], SCORED],
  },
  // Each placement is a question of its own to the scorer; all are asked at once.
  "a batch of three placements": {
    ask: batch(visitor({ userId: "ann" }), ["home", "cart", "exploring"]),
    cold: [COLD_USER, [...SCORED, ...SCORED, ...SCORED]],
    warm: [["profile"], [...SCORED, ...SCORED, ...SCORED]],
    "warm, without lists": [
      ["lists", "profile"],
      [...SCORED, ...SCORED, ...SCORED],
    ],
    "asked before": [["profile"]],
  },
  "a batch of which only the last explores": {
    ask: batch(visitor({ recent: ["x"] }), ["home", "exploring"]),
    cold: [COLD, [...SCORED, ...SCORED]],
    warm: [[...SCORED, ...SCORED]],
    "warm, without lists": [["lists"], [...SCORED, ...SCORED]],
    "asked before": [],
  },
};

/** Those who wait for the lists before they ask the scorer would see them in one round with it otherwise. */
const sortedRounds = (rounds: readonly (readonly string[])[]) => rounds.map((round) => [...round].sort());

describe("one round of reads, then one call of the scorer", () => {
  for (const [name, { ask, ...states }] of Object.entries(TABLE)) {
    for (const state of STATES) {
      it(`${name}: ${state}`, async () => {
        const world = await openWorld();
        const memory = await memoryIn(state, world, ask);
        const expected = sortedRounds(states[state]);
        expect(await roundsOf(world, () => besideKey(ask)(world, memory), expected)).toEqual(expected);
      });
    }
  }

  it("a browser's user who brings no token: the configuration and both outcomes' profiles are read at once", async () => {
    const world = await openWorld();
    const who = { keyKind: "publishable", recent: [], userId: "ann", anonymousId: "device" } as const;
    const ask = besideKey(one({ kind: "visitor", visitor: who }));
    const expected = sortedRounds([["config", "facts", ...COLD_USER], SCORED]);
    expect(await roundsOf(world, () => ask(world, createMemory()), expected)).toEqual(expected);
  });

  it("reasons are asked for in one round, too", async () => {
    const world = await openWorld();
    const ask: Ask = (_, memory) =>
      explain({ ...request(visitor({ userId: "ann" })), items: [] }, world.ports, context(world, memory));
    const expected = sortedRounds([["facts", "lists", "scenarios"], SCORED]);
    expect(await roundsOf(world, () => ask(world, createMemory()), expected)).toEqual(expected);
  });
});

describe("a second round", () => {
  const recent = one(visitor({ recent: ["x"] }));
  const isolates = async (world: World) => memoryIn("warm, without lists", world, recent);

  it("follows a scorer that fails: lists, and an older copy of the list beside them", async () => {
    const world = await openWorld();
    const memory = await isolates(world);
    world.failing.add("scorer");
    expect(await roundsOf(world, () => recent(world, memory), [SCORED, ["lists"]])).toEqual([
      SCORED,
      ["lists"],
    ]);

    const known = await isolates(world);
    world.failing.clear();
    await one(visitor({ recent: ["other"] }))(world, known);
    world.failing.add("scorer");
    const expected = [SCORED, ["lists", "seen"]];
    expect(await roundsOf(world, () => recent(world, known), expected)).toEqual(expected);
  });

  it("follows a scorer that is cold: a named visitor's own list, beside the lists", async () => {
    const ann = one(visitor({ userId: "ann" }));
    const device = one(visitor({ anonymousId: "device", recent: ["x"] }));
    const world = await openWorld();
    world.score = () => ({ status: "cold" });
    const cold = [["facts", "lists", "scenarios"], SCORED, ["own"]];
    expect(await roundsOf(world, () => ann(world, createMemory()), cold)).toEqual(cold);

    const warm = await isolates(world);
    const beside = [SCORED, ["lists", "own"]];
    expect(await roundsOf(world, () => device(world, warm), beside)).toEqual(beside);
  });

  it("begins while a slow scorer is still being waited for", async () => {
    const world = await openWorld();
    const memory = await isolates(world);
    world.reads.length = 0;
    world.hanging.add("scorer");
    const answer = recent(world, memory);
    while (world.reads.length === 0) await new Promise((resolve) => setImmediate(resolve));
    world.advance(20);
    while (world.reads.length === 1) await new Promise((resolve) => setImmediate(resolve));
    expect(world.reads).toEqual(["scorer", "lists"]);
    await world.waitOut(answer);
    expect(world.reads).toEqual(["scorer", "lists"]);
  });

  it("follows a list of the model's that is too short for the places", async () => {
    const world = await openWorld();
    const memory = await isolates(world);
    world.score = ranks(["i1"]);
    const expected = [SCORED, ["lists"]];
    expect(await roundsOf(world, () => recent(world, memory), expected)).toEqual(expected);
  });

  it("follows a key that no near copy has: the truth is asked beside the scorer", async () => {
    const world = await openWorld();
    world.keys.cached.clear();
    const expected = [COLD, ["key_stored", "scorer"]];
    const ask = besideKey(recent);
    expect(await roundsOf(world, () => ask(world, createMemory()), expected)).toEqual(expected);
  });
});

it("a page's placements share what is read: no rule of one has a say in another", async () => {
  const world = await openWorld();
  const ask = batch(visitor({ recent: ["x"] }), ["home", "sized"], { attributes: { size: "L" } });
  await ask(world, createMemory());
  expect(world.scored.map(({ rules: asked }) => asked ?? NO_RULES)).toEqual([NO_RULES, SIZED]);
});
