import { describe, expect, it } from "vitest";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../src/base/index.ts";
import { eventTypeCode } from "../../src/events/index.ts";
import type { Profile } from "../../src/features/index.ts";
import { bindRule, matches, parseRules, type Rules } from "../../src/rules/index.ts";
import { rankItems, Timeline } from "../../src/serving/index.ts";
import { createMemory } from "../../src/serving/memory.ts";
import { type Ask, isolate, lists, PLAIN, ranks, viewed, World } from "./ports.ts";

function rules(filter: unknown): Rules {
  const parsed = parseRules({ filter });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  return parsed.value;
}

const NOT_CARTED = { not: { interacted: { types: ["add_to_cart"], within: "30d" } } };
const NOT_JUST_VIEWED = { not: { interacted: { types: ["view"], within: "1h" } } };
const LIKED = { interacted: { types: ["like"] } };
const DEVICE: Ask = { anonymousId: "d" };
const ANN: Ask = { userId: "ann", keyKind: "secret" };
const FIVE = ["r1", "r2", "r3", "old", "r4"];

/** A visitor who viewed `old` 20 days ago and put `carted` into the cart, after a view of it, and liked `liked`. */
function worldOf(subject: string): World {
  const world = new World();
  const did = (itemId: string, type: string, agoMs: number) => ({
    itemId,
    type,
    occurredAtMs: world.nowMs - agoMs,
  });
  const history: Profile["history"] = [
    did("old", "view", 20 * DAY_MS),
    did("carted", "view", 3 * DAY_MS),
    did("carted", "add_to_cart", 2 * DAY_MS),
    did("liked", "like", 2 * DAY_MS),
    did("carted", "add_to_cart", DAY_MS),
  ];
  world.profiles.set(`shore ${subject}`, { ...viewed(), history });
  world.scenarios.set("shore", { v: 1, scenarios: [] });
  world.score = ranks(["a", "b", "c"]);
  return world;
}

/** What the scorer is asked, and which of the items its question lets through. */
async function asked(world: World, ask: Ask, filter: unknown) {
  world.scored.length = 0;
  await isolate(world)({ ...ask, request: { rules: rules(filter) } });
  const [request] = world.scored;
  if (request === undefined) throw new Error("the scorer was not asked");
  const { nowMs, history, visitor = {} } = request;
  const facts = { nowMs, visitor, interactions: history, typeCodeOf: eventTypeCode };
  const bound = rules(filter).filters.map(({ where }) => bindRule(where, facts));
  const passing = ["carted", "old", "liked", "r4", "new"].filter((item_id) =>
    bound.every((each) => matches(each, { item_id })),
  );
  return { request, passing };
}

describe("what the visitor did, beside what the device sends", () => {
  it.each([
    ["a device", "a:d", DEVICE, ["old"]],
    ["a device that remembers what was put into the cart", "a:d", DEVICE, ["carted", "old"]],
    ["a user whose device remembers little", "u:ann", ANN, ["old"]],
    ["a user whose device remembers much", "u:ann", ANN, FIVE],
  ] as const)("is what is stored: %s", async (_, subject, ask, recent) => {
    const world = worldOf(subject);
    const sent = { ...ask, recent: [...recent] };
    for (const one of [ask, sent]) {
      expect((await asked(world, one, NOT_CARTED)).passing).toEqual(["old", "liked", "r4", "new"]);
      expect((await asked(world, one, LIKED)).passing).toEqual(["liked"]);
      expect((await asked(world, one, NOT_JUST_VIEWED)).passing).toContain("old");
    }
  });

  it("is what the device says of items of which nothing is stored", async () => {
    const world = worldOf("a:d");
    const { passing } = await asked(world, { ...DEVICE, recent: ["r4"] }, NOT_JUST_VIEWED);
    expect(passing).toEqual(["carted", "old", "liked", "new"]);
  });

  it("leaves the model's history as it was, and travels once for each type and item, where rules ask for it", async () => {
    const world = worldOf("u:ann");
    const recent = FIVE;
    const { request } = await asked(world, { ...ANN, recent }, NOT_CARTED);
    expect(request.history.map(({ itemId }) => itemId)).toEqual(recent);
    expect(request.visitor?.interactions).toHaveLength(4);
    expect(request.visitor?.interactions?.find(({ itemId }) => itemId === "old")).toEqual({
      itemId: "old",
      typeCode: eventTypeCode("view"),
      occurredAtMs: world.nowMs - 20 * DAY_MS,
    });
    const shown = { not: { shown: { times: { gt: 3 } } } };
    expect((await asked(world, { ...ANN, recent }, shown)).request.visitor).not.toHaveProperty(
      "interactions",
    );
    expect((await asked(world, ANN, NOT_CARTED)).request.visitor).not.toHaveProperty("interactions");
  });

  it("costs one read of the visitor", async () => {
    const world = worldOf("u:ann");
    const ask = isolate(world);
    const question = { ...ANN, recent: FIVE, request: { rules: rules(NOT_CARTED) } };
    await ask(question);
    world.reads.length = 0;
    await ask(question);
    expect(world.reads).toEqual(["facts"]);
  });

  it("holds for the lists below while the scorer is away, bought things too", async () => {
    const world = worldOf("a:d");
    const profile = world.profiles.get("shore a:d") as Profile;
    world.profiles.set("shore a:d", {
      ...profile,
      bought: [{ itemId: "bought", atMs: world.nowMs - 10 * DAY_MS }],
    });
    world.lists.set("shore", lists({ trending: ["carted", "bought", "old", "t1"] }));
    world.failing.add("scorer");
    const filter = { and: [NOT_CARTED, { not: { interacted: { types: ["purchase"], within: "30d" } } }] };
    const answer = await isolate(world)({ ...DEVICE, recent: ["r1"], request: { rules: rules(filter) } });
    expect(answer.items.map(({ itemId }) => itemId)).toEqual(["old", "t1"]);
  });

  it("has its say in the order of a given list", async () => {
    const world = worldOf("a:d");
    const visitor = { keyKind: "publishable" as const, anonymousId: "d", recent: ["r1"] };
    const request = { tenant: "shore", subject: { kind: "visitor" as const, visitor }, ...PLAIN };
    const parsed = parseRules({ boost: [{ where: LIKED, by: 1 }] });
    if (!parsed.ok) throw new Error("rules");
    await rankItems({ ...request, rules: parsed.value, items: ["a", "liked"] }, world.ports, {
      memory: createMemory(),
      timeline: new Timeline(world.ports.now),
    });
    expect(world.scored[0]?.visitor?.interactions?.map(({ itemId }) => itemId)).toContain("liked");
  });
});

it("counts what was shown by the time that a rule names, and sends an item once where none does", async () => {
  const world = worldOf("a:d");
  const profile = world.profiles.get("shore a:d") as Profile;
  const { nowMs } = world;
  const often = [
    { itemId: "old", count: 4, lastAtMs: nowMs - 5 * DAY_MS },
    { itemId: "old", count: 2, lastAtMs: nowMs - 3 * DAY_MS },
    { itemId: "old", count: 1, lastAtMs: nowMs - HOUR_MS },
    { itemId: "new", count: 4, lastAtMs: nowMs - MINUTE_MS },
  ];
  world.profiles.set("shore a:d", { ...profile, shown: often });
  const shown = (within: string | undefined) => ({
    shown: { times: { gt: 3 }, ...(within === undefined ? {} : { within }) },
  });
  const day = await asked(world, DEVICE, shown("1d"));
  expect(day.passing).toEqual(["new"]);
  expect(day.request.visitor?.shown).toEqual([
    { itemId: "old", count: 6, lastAtMs: nowMs - 3 * DAY_MS },
    { itemId: "old", count: 1, lastAtMs: nowMs - HOUR_MS },
    { itemId: "new", count: 4, lastAtMs: nowMs - MINUTE_MS },
  ]);
  expect((await asked(world, DEVICE, shown("4d"))).passing).toEqual(["new"]);
  expect((await asked(world, DEVICE, shown("7d"))).passing).toEqual(["old", "new"]);
  const ever = await asked(world, DEVICE, shown(undefined));
  expect(ever.passing).toEqual(["old", "new"]);
  expect(ever.request.visitor?.shown).toEqual([
    { itemId: "old", count: 7, lastAtMs: nowMs - HOUR_MS },
    { itemId: "new", count: 4, lastAtMs: nowMs - MINUTE_MS },
  ]);
});
