import { describe, expect, it } from "vitest";
import type { ScoreAnswer } from "../../src/registry/index.ts";
import { parseRules, type Rules } from "../../src/rules/index.ts";
import { type Ask, isolate, lists, ranks, shown, viewed, World } from "./ports.ts";

const DAY_MS = 86_400_000;

/** Ann has a history of a minute ago; the tenant's lists are of one item. */
function quietWorld(): World {
  const world = new World();
  const atMs = world.nowMs - 60_000;
  for (const tenant of ["shore", "hill"]) {
    const profile = viewed("x");
    world.profiles.set(`${tenant} u:ann`, {
      ...profile,
      history: profile.history.map((entry) => ({ ...entry, occurredAtMs: atMs })),
    });
    world.lists.set(tenant, lists({ trending: ["t1", "t2", "t3"] }));
  }
  world.score = ranks(["a", "b", "c"]);
  return world;
}

function rulesOf(value: unknown): Rules {
  const parsed = parseRules(value);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  return parsed.value;
}

const ANN: Ask = { userId: "ann", keyKind: "secret" };
const OWN = ["a:last_good", "b:last_good", "c:last_good"];
const COMMON = ["t1:trending", "t2:trending", "t3:trending"];
const cold = (): ScoreAnswer => ({ status: "cold" });

/** A request to an isolate that remembers nothing, its background work done. */
async function visit(world: World, ask: Ask = ANN) {
  const before = world.background.length;
  const answer = await isolate(world)(ask);
  await world.waitOut(Promise.all(world.background.slice(before)));
  return answer;
}

/** As `visit`, while the scorer has no model in memory until a second later. */
async function visitWhileCold(world: World, ask: Ask = ANN) {
  const warm = world.score;
  const warmAtMs = world.nowMs + 1_000;
  world.score = (request) => (world.nowMs < warmAtMs ? cold() : warm(request));
  const before = world.background.length;
  const answer = await isolate(world)(ask);
  for (let at = before; at < world.background.length; at++)
    await world.waitOut(world.background[at] as Promise<unknown>);
  world.score = warm;
  return answer;
}

/** The location's copies, as a later request finds them while the scorer is away. */
async function later(world: World, ask: Ask = ANN) {
  world.failing.add("scorer");
  try {
    return await isolate(world)(ask);
  } finally {
    world.failing.delete("scorer");
  }
}

describe("a site so quiet that every request meets isolates that remember nothing", () => {
  it("answers the second visit from the list that was ranked beside the first answer", async () => {
    const world = quietWorld();
    const first = await visitWhileCold(world);
    expect(shown(first)).toEqual(COMMON);
    expect(first.degraded?.reason).toBe("scorer_cold");
    expect(world.scored).toHaveLength(2);

    world.advance(600_000);
    const second = await visitWhileCold(world);
    expect(shown(second)).toEqual(OWN);
    expect(second.modelVersion).toBe("m1");
    expect(second.degraded?.reason).toBe("scorer_cold");
  });

  it("asks a scorer that stays cold a few times, and keeps nothing", async () => {
    const world = quietWorld();
    world.score = cold;
    await visitWhileCold(world);
    expect(world.scored).toHaveLength(5);
    expect(world.own.size).toBe(0);
  });

  it("keeps a list that came too late for its own request", async () => {
    const world = quietWorld();
    let release: (answer: ScoreAnswer) => void = () => {};
    world.score = () =>
      new Promise((resolve) => {
        release = resolve;
      });
    const answer = await world.waitOut(isolate(world)(ANN));
    expect(shown(answer)).toEqual(COMMON);
    expect(world.own.size).toBe(0);
    const [request] = world.scored;
    if (request !== undefined) release(await ranks(["a", "b", "c"])(request));
    await Promise.all(world.background);
    await new Promise((resolve) => setImmediate(resolve));
    expect(shown(await later(world))).toEqual(OWN);
  });

  it("asks a cold scorer once more for the lists of one page at most, whatever the traffic", async () => {
    const world = quietWorld();
    world.score = cold;
    const ask = isolate(world);
    for (let at = 0; at < 30; at++) await ask({ ...ANN, exclude: [`e${at}`] });
    for (let at = 0; at < 30; at++) await ask({ ...ANN, exclude: ["e1"] });
    expect(world.scored).toHaveLength(60);
    world.advance(1_000);
    await new Promise((resolve) => setImmediate(resolve));
    expect(world.scored).toHaveLength(70);
  });

  it("does not ask again for who cannot come back, nor for what rules have shaped or a page continues", async () => {
    const world = quietWorld();
    world.score = cold;
    const ask = isolate(world);
    const rules = rulesOf({ boost: [{ where: { brand: "Acme" }, by: 1 }] });
    await ask({ recent: ["x"] });
    await ask({ ...ANN, request: { rules } });
    await ask({ ...ANN, request: { cursor: { shown: new Set() } } });
    expect(world.waiting).toBe(0);
  });
});

describe("what the location is given", () => {
  it("is the list of an isolate that had not heard of the scorer for half a minute, never one of a busy isolate", async () => {
    const world = quietWorld();
    const ask = isolate(world);
    const asks = async () => {
      world.own.clear();
      await ask({ ...ANN, exclude: [`e${world.scored.length}`] });
      await world.waitOut(Promise.all(world.background));
      return world.own.size;
    };
    expect(await asks()).toBe(1);
    world.advance(10_000);
    expect(await asks()).toBe(0);
    world.advance(30_000);
    expect(await asks()).toBe(0);
    world.advance(30_001);
    expect(await asks()).toBe(1);
  });

  it("is nothing of a nameless visitor, of rules, or of an empty list", async () => {
    const world = quietWorld();
    await visit(world, { recent: ["x"] });
    const rules = rulesOf({ boost: [{ where: { brand: "Acme" }, by: 1 }] });
    await visit(world, { ...ANN, request: { rules } });
    world.score = ranks([]);
    await visit(world);
    expect(world.own.size).toBe(0);
  });

  it("has an address of the tenant and a digest, which tells of nobody", async () => {
    const world = quietWorld();
    await visit(world);
    expect([...world.own.keys()]).toEqual([expect.stringMatching(/^shore\/[0-9a-f]{64}$/)]);
  });
});

describe("whose list stands in", () => {
  it("is never another tenant's, visitor's, item's, scenario's or its version's, nor one with other fields", async () => {
    const world = quietWorld();
    world.profiles.set("shore u:bea", viewed("x"));
    world.profiles.set("shore a:ann", viewed("x"));
    await visit(world);
    const others: Ask[] = [
      { ...ANN, tenant: "hill" },
      { ...ANN, userId: "bea" },
      { keyKind: "secret", anonymousId: "ann" },
      { itemId: "ann" },
      { ...ANN, request: { scenario: "cart" } },
      { ...ANN, fields: ["title"] },
    ];
    for (const ask of others) expect(shown(await later(world, ask)), JSON.stringify(ask)).toEqual(COMMON);
    expect(shown(await later(world))).toEqual(OWN);

    world.scenarios.set("shore", {
      v: 1,
      scenarios: [{ name: "home", version: 1, updatedAtMs: 0, config: { limit: 3 } }],
    });
    expect(shown(await later(world))).toEqual(COMMON);
  });

  it("is not what goes with an item for what could stand in its place", async () => {
    const world = quietWorld();
    const beside = (together: boolean): Ask => ({
      request: { subject: { kind: "item", itemId: "x", together } },
    });
    await visit(world, beside(true));
    expect(shown(await later(world, beside(false)))).toEqual(COMMON);
    expect(shown(await later(world, beside(true)))).toEqual(OWN);
  });

  it("keeps to the request: withdrawn, excluded and seen items are out of it, and filters have no use for it", async () => {
    const world = quietWorld();
    world.score = ranks(["a", "b", "c", "d", "e"]);
    await visit(world, { ...ANN, limit: 5 });
    world.lists.set("shore", lists({ trending: ["t1"], withdrawn: ["b"] }));
    world.profiles.get("shore u:ann")?.history.push({ itemId: "c", type: "view", occurredAtMs: world.nowMs });
    const answer = await later(world, { ...ANN, exclude: ["a"] });
    expect(shown(answer)).toEqual(["d:last_good", "e:last_good", "t1:trending"]);
    const rules = rulesOf({ filter: { price: { lte: 1 } } });
    const filtered = await later(world, { ...ANN, request: { rules } });
    expect(shown(filtered)).toEqual(["t1:trending"]);
  });

  it("is not of before the withdrawals that are known; while none are known, it is as young as in memory", async () => {
    const world = quietWorld();
    await visit(world);
    world.advance(600_001);
    const found = lists({ trending: ["t1", "t2", "t3"] });
    world.lists.set("shore", { ...found, withdrawn: { v: 1, sinceMs: world.nowMs - 600_000, itemIds: [] } });
    expect(shown(await later(world))).toEqual(COMMON);
    world.lists.set("shore", { ...found, withdrawn: { v: 1, sinceMs: world.nowMs - DAY_MS, itemIds: [] } });
    expect(shown(await later(world))).toEqual(OWN);
    world.hanging.add("lists");
    expect(shown(await world.waitOut(later(world)))).toEqual([]);
  });

  it("is not what came of a history that is deleted: neither the location's copy nor memory's", async () => {
    const world = quietWorld();
    const ask = isolate(world);
    await ask(ANN);
    await world.waitOut(Promise.all(world.background));
    const known = world.profiles.get("shore u:ann");
    const viewedAt = (occurredAtMs: number) => ({
      ...viewed("y"),
      history: [{ itemId: "y", type: "view", occurredAtMs }],
    });
    world.advance(1_000);
    world.profiles.set("shore u:ann", viewedAt(world.nowMs));
    expect(shown(await later(world))).toEqual(COMMON);
    world.failing.add("scorer");
    expect(shown(await ask(ANN))).toEqual(COMMON);
    // Nor while it is not known what is stored.
    world.failing.add("facts");
    expect(shown(await isolate(world)({ ...ANN, recent: ["z"] }))).toEqual(COMMON);
    world.failing.clear();
    if (known !== undefined) world.profiles.set("shore u:ann", known);
    expect(shown(await later(world))).toEqual(OWN);
  });

  it("is one that came of what the device alone remembers, whatever is stored", async () => {
    const world = quietWorld();
    const ask: Ask = { ...ANN, recent: ["1", "2", "3", "4", "5"] };
    await visit(world, ask);
    world.profiles.delete("shore u:ann");
    world.advance(60_000);
    expect(shown(await later(world, ask))).toEqual(OWN);
  });
});

describe("the location's copies being away", () => {
  it("cost no more than their share of the request's time, and are no reason to fail", async () => {
    const world = quietWorld();
    await visit(world);
    world.failing.add("own");
    expect(shown(await later(world))).toEqual(COMMON);
    world.failing.delete("own");
    world.hanging.add("own");
    const begunMs = world.nowMs;
    world.failing.add("scorer");
    const answer = isolate(world)(ANN);
    let done = false;
    answer.then(() => {
      done = true;
    });
    for (let settled = 0; settled < 20; settled++) await new Promise((resolve) => setImmediate(resolve));
    expect(done).toBe(false);
    world.advance(20);
    expect(shown(await answer)).toEqual(COMMON);
    expect(world.nowMs - begunMs).toBe(20);
    expect(world.waiting).toBe(0);
  });
});
