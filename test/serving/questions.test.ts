import { describe, expect, it } from "vitest";
import { fnv1a32, MINUTE_MS } from "../../src/base/index.ts";
import type { ScoreAnswer } from "../../src/registry/index.ts";
import { NO_RULES, parseRules, type Rules } from "../../src/rules/index.ts";
import {
  type AnswerRequest,
  answerPlacements,
  createMemory,
  explain,
  mintCursor,
  rankItems,
  readCursor,
  Timeline,
} from "../../src/serving/index.ts";
import { PAGED_ITEMS_MAX } from "../../src/serving/limits.ts";
import { PAGES_END } from "../../src/serving/notices.ts";
import { config, isolate, lists, PLAIN, ranks, shown, viewed, World } from "./ports.ts";

function rules(value: unknown): Rules {
  const parsed = parseRules(value);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  return parsed.value;
}

function worldOf(...itemIds: string[]): World {
  const world = new World();
  world.configs.set("shore", config("shore"));
  world.lists.set("shore", lists({ trending: ["t1", "t2", "t3"], popular: ["p1"], newest: ["n1"] }));
  world.score = ranks(itemIds);
  return world;
}

function store(world: World, ...scenarios: { name: string; config: Record<string, unknown> }[]): void {
  const set = scenarios.map((one) => ({ ...one, version: 3, updatedAtMs: 0 }));
  world.scenarios.set("shore", { v: 1, scenarios: set });
}

describe("scenarios", () => {
  it("give a list its rules, length, fields and weights; the request's own rules come on top", async () => {
    const world = worldOf("a", "b", "c", "d");
    store(world, {
      name: "home",
      config: {
        rules: { filter: { brand: "Acme" }, diversity: 0.3 },
        limit: 2,
        event_weights: { purchase: 9 },
        repeat: true,
      },
    });
    const own = rules({ filter: { price: { lt: 9 } } });
    const answer = await isolate(world)({ recent: ["x"], request: { limit: null, rules: own } });
    expect(answer.items).toHaveLength(2);
    const longer = await isolate(world)({ recent: ["x"], limit: 4, request: { rules: own } });
    expect(longer.items).toHaveLength(4);
    const [asked] = world.scored;
    expect(asked?.rules).toEqual({
      ...NO_RULES,
      filters: [...rules({ filter: { brand: "Acme" } }).filters, ...own.filters],
      diversity: 0.3,
    });
    expect(asked).toMatchObject({ excludeHistory: false, eventWeights: { 4: 9 } });
  });

  it("give up what they say, whatever the request does, and never the category that was asked for", async () => {
    const world = worldOf("a");
    const filter = { brand: "Acme" };
    store(world, { name: "home", config: { rules: { filter, min_score: 0, relax: ["filter"] } } });
    const own = rules({ filter, min_score: 1, rotation: { within: "2d" }, relax: ["min_score", "rotation"] });
    const subject = { kind: "anybody", list: "popular", category: "shoes" } as const;
    await isolate(world)({ request: { subject, rules: own } });
    const asked = world.scored[0]?.rules;
    expect(asked?.relax).toEqual(["filter", "rotation"]);
    expect(asked?.filters.map(({ name }) => name)).toEqual([null, "request.filter", "category="]);
  });

  it("are answered without when they come late, and the answer says so", async () => {
    const world = worldOf("a", "b", "c");
    store(world, { name: "home", config: { rules: { filter: { brand: "Acme" } } } });
    world.hanging.add("scenarios");
    const answer = await world.waitOut(isolate(world)({ recent: ["x"] }));
    expect(shown(answer)).toEqual(["a:model", "b:model", "c:model"]);
    expect(answer.degraded?.reason).toBe("scenario_late");
  });

  it("outlast their store by ten minutes, as they were, and the answer says so", async () => {
    const world = worldOf("a", "b", "c");
    store(world, { name: "home", config: { limit: 2 } });
    const ask = isolate(world);
    const list = () => ask({ recent: ["x"], request: { limit: null } });
    expect((await list()).degraded).toBeUndefined();
    for (const [state, minutes] of [
      [world.failing, 5],
      [world.hanging, 4],
    ] as const) {
      world.advance(minutes * MINUTE_MS);
      state.add("scenarios");
      const answer = await world.waitOut(list());
      expect(answer.items).toHaveLength(2);
      expect(answer.degraded?.reason).toBe("scenario_late");
      state.delete("scenarios");
    }
    world.advance(2 * MINUTE_MS);
    world.failing.add("scenarios");
    expect((await list()).items.length).toBeGreaterThan(2);
  });

  it("of a newer release are answered without, and the answer says so", async () => {
    const world = worldOf("a", "b", "c");
    store(world, { name: "home", config: { rules: { hologram: true } } });
    expect((await isolate(world)({ recent: ["x"] })).degraded?.reason).toBe("scenario_error");
  });

  it("choose the lists below the model's, and their order", async () => {
    const world = worldOf();
    store(world, { name: "home", config: { fallback: ["newest", "popular"] } });
    expect(shown(await isolate(world)({}))).toEqual(["n1:newest", "p1:popular"]);
    store(world, { name: "home", config: { fallback: [] } });
    expect((await isolate(world)({})).degraded?.reason).toBe("no_items");
  });

  it("of one tenant have no say in another's lists", async () => {
    const world = worldOf("a", "b", "c");
    store(world, { name: "home", config: { rules: { filter: { brand: "Acme" } } } });
    world.configs.set("hill", config("hill"));
    const ask = isolate(world);
    await ask({ recent: ["x"] });
    await ask({ recent: ["x"], tenant: "hill" });
    expect(world.scored.map((asked) => [asked.tenant, asked.rules !== undefined])).toEqual([
      ["shore", true],
      ["hill", false],
    ]);
  });
});

describe("rules", () => {
  it("hold for the lists below while the scorer is away", async () => {
    const world = worldOf();
    world.failing.add("scorer");
    const answer = await isolate(world)({
      recent: ["x"],
      limit: 5,
      request: { rules: rules({ filter: { title: { ne: "Title of t2" }, price: { lt: 4 } } }) },
    });
    expect(shown(answer)).toEqual(["t1:trending", "t3:trending", "p1:popular"]);
    expect(answer.degraded?.reason).toBe("scorer_error");
  });

  it("ask for what is stored of the visitor, and the request's own attributes come first", async () => {
    const world = worldOf("a", "b", "c");
    world.segments.set("shore u:ann", ["loyal"]);
    world.attributes.set("shore ann", { size: "M", land: "x" });
    world.profiles.set("shore u:ann", {
      ...viewed("x"),
      bought: [{ itemId: "b", atMs: 5 }],
      shown: [{ itemId: "c", count: 4, lastAtMs: 6 }],
    });
    await isolate(world)({
      userId: "ann",
      keyKind: "secret",
      request: {
        rules: rules({ filter: { "attributes.size": { user: "attributes.size" } } }),
        attributes: { size: "L" },
        context: () => ({ country: "NL", device: "mobile" }),
      },
    });
    expect(world.scored[0]?.visitor).toEqual({
      segments: ["loyal"],
      attributes: { size: "L", land: "x" },
      shown: [{ itemId: "c", count: 4, lastAtMs: 6 }],
      bought: [{ itemId: "b", occurredAtMs: 5 }],
      country: "NL",
      device: "mobile",
    });
  });

  it("that look at no visitor cost no query for one, once the scenario is known", async () => {
    const world = worldOf("a", "b", "c");
    store(world, { name: "home", config: { rules: { filter: { brand: "Acme" } } } });
    world.profiles.set("shore u:ann", viewed("x"));
    const ask = isolate(world);
    await ask({ userId: "ann", keyKind: "secret" });
    world.reads.length = 0;
    await ask({ userId: "ann", keyKind: "secret" });
    expect(world.reads).toEqual(["profile"]);
    expect(world.scored).toHaveLength(1);
    expect(world.scored[0]?.visitor).toBeUndefined();
  });

  it("are asked of the scorer for somebody without a history too, with the lists to be filtered", async () => {
    const world = worldOf("a", "b", "c");
    await isolate(world)({ request: { rules: rules({ filter: { brand: "Acme" } }) } });
    expect(world.scored[0]?.history).toEqual([]);
    expect(world.scored[0]?.ladder?.[0]).toEqual({ source: "trending", itemIds: ["t1", "t2", "t3"] });
  });

  it("name no model that had no part, as where it knows nothing of the history", async () => {
    const world = worldOf();
    const items = ["a", "b", "c"].map((itemId) => ({ itemId, score: 0, source: "popular" }));
    world.score = () => ({ status: "ok", modelVersion: "m1", overlayEtag: null, items });
    const ask = isolate(world);
    const own = { rules: rules({ filter: { brand: "Acme" } }) };
    const unknown = await ask({ recent: ["x"], request: own });
    expect([unknown.modelVersion, unknown.degraded?.reason]).toEqual([null, "history_unknown"]);
    // Of somebody new nothing is missing.
    const nobody = await ask({ request: own });
    expect([nobody.modelVersion, nobody.degraded]).toEqual([null, undefined]);
    items.push({ itemId: "d", score: 0, source: "together" });
    expect((await ask({ recent: ["y"], limit: 4, request: own })).modelVersion).toBe("m1");
  });

  it("tell how many qualify and what was relaxed", async () => {
    const world = worldOf();
    const ranked = ranks(["a", "b"]);
    world.score = async (request) => ({
      ...((await ranked(request)) as ScoreAnswer & { status: "ok" }),
      ...{ qualifying: 2, relaxed: ["cap"] },
    });
    const answer = await isolate(world)({ recent: ["x"], request: { rules: rules({ diversity: 0.2 }) } });
    expect(answer).toMatchObject({ qualifying: 2, relaxed: ["cap"] });
  });
});

describe("pages", () => {
  it("never repeat an item of the pages before, even when the model changes in between", async () => {
    const items = Array.from({ length: 12 }, (_, at) => `i${at}`);
    const world = worldOf(...items);
    world.lists.set("shore", lists({}));
    const ask = isolate(world);
    const seen: string[] = [];
    let cursor: AnswerRequest["cursor"] = { shown: new Set() };
    for (let page = 0; cursor !== null; page++) {
      if (page === 1) {
        world.advance(6_000);
        world.score = ranks([...items].reverse(), "m2");
      }
      const answer = await ask({ recent: ["x"], limit: 5, request: { cursor } });
      seen.push(...answer.items.map(({ itemId }) => itemId));
      cursor = answer.next ?? null;
    }
    expect(seen).toHaveLength(12);
    expect(new Set(seen).size).toBe(12);
  });

  it("end without a fault where the list does, and say so where there are too many", async () => {
    const items = Array.from({ length: 700 }, (_, at) => `i${at}`);
    const world = worldOf(...items.slice(0, 12));
    world.lists.set("shore", lists({}));
    const shownFirst = (count: number) => ({ shown: new Set(items.slice(0, count).map(fnv1a32)) });
    const ask = (limit: number, shown: number) =>
      isolate(world)({ recent: ["x"], limit, request: { cursor: shownFirst(shown) } });
    const last = await ask(10, 10);
    expect(last).toMatchObject({ next: null, notices: [] });
    expect([last.items.length, last.degraded]).toEqual([2, undefined]);
    expect((await ask(100, 12)).degraded).toBeUndefined();
    expect((await ask(20, 0)).degraded?.reason).toBe("few_items");

    world.score = ranks(items);
    const full = await ask(100, PAGED_ITEMS_MAX - 100);
    expect([full.next?.shown.size, full.notices]).toEqual([PAGED_ITEMS_MAX, []]);
    const over = await ask(100, PAGED_ITEMS_MAX - 99);
    expect([over.items.length, over.next, over.notices]).toEqual([100, null, [PAGES_END]]);
  });

  it("take a cursor of the same tenant and list only, unchanged", async () => {
    const { signer } = new World().ports;
    const owner = { tenant: "shore", list: "home" };
    const token = await mintCursor({ shown: new Set([1, 2 ** 32 - 1]) }, owner, signer);
    expect([...((await readCursor(token, owner, signer))?.shown ?? [])]).toEqual([1, 2 ** 32 - 1]);
    expect(await readCursor(token, { ...owner, tenant: "hill" }, signer)).toBeNull();
    for (const more of [".", ".more"]) expect(await readCursor(token + more, owner, signer)).toBeNull();
    expect(await readCursor(token, { ...owner, list: "cart" }, signer)).toBeNull();
    expect(await readCursor(token.replace(".", ".A"), owner, signer)).toBeNull();
    expect(await readCursor("1.AAAA", owner, signer)).toBeNull();
  });
});

function request(more: Partial<AnswerRequest>): AnswerRequest {
  const subject = { kind: "visitor", visitor: { keyKind: "publishable", recent: ["x"] } } as const;
  return { tenant: "shore", subject, ...PLAIN, context: () => ({}), ...more };
}

describe("several placements", () => {
  it("never show an item twice on the page, are full, and read the visitor once", async () => {
    const world = worldOf(...Array.from({ length: 9 }, (_, at) => `i${at}`));
    const context = { memory: createMemory(), timeline: new Timeline(world.ports.now) };
    const wanted = ["home", "cart", "footer"].map((scenario) => request({ scenario, limit: 3 }));
    const answers = await answerPlacements(wanted, true, world.ports, context);
    expect(answers.map(({ items }) => items.length)).toEqual([3, 3, 3]);
    const all = answers.flatMap(({ items }) => items.map(({ itemId }) => itemId));
    expect(new Set(all).size).toBe(9);
    expect(world.reads.filter((read) => read === "scenarios").length).toBeLessThanOrEqual(3);

    const same = await answerPlacements(wanted, false, world.ports, context);
    expect(same[0]?.items.map(({ itemId }) => itemId)).toEqual(same[2]?.items.map(({ itemId }) => itemId));
  });
});

describe("ranking", () => {
  it("keeps every item: what the model does not know goes last, without a score", async () => {
    const world = worldOf();
    world.score = (asked) => ({
      status: "ok",
      modelVersion: "m1",
      overlayEtag: null,
      items: ["c", "a"].map((itemId, at) => ({ itemId, score: 1 - at })),
      unknownCandidates: asked.candidates?.filter((itemId) => itemId === "new") ?? [],
    });
    const context = { memory: createMemory(), timeline: new Timeline(world.ports.now) };
    const wanted = { ...request({}), items: ["a", "new", "c", "a"] };
    const ranking = await rankItems(wanted, world.ports, context);
    expect(ranking.items).toEqual([
      { itemId: "c", score: 1 },
      { itemId: "a", score: 0 },
      { itemId: "new", score: null },
    ]);
    expect(ranking.degraded).toBeUndefined();

    world.failing.add("scorer");
    const without = await rankItems(wanted, world.ports, context);
    expect(without.items.map(({ itemId }) => itemId)).toEqual(["a", "new", "c"]);
    expect(without.degraded?.reason).toBe("scorer_error");
  });

  it("tells that no model had a part where nothing of the history is known", async () => {
    const world = worldOf();
    const given = (itemId: string) => ({ itemId, score: 0.5, source: "given", fields: { title: itemId } });
    world.score = () => ({
      ...{ status: "ok", modelVersion: "m1", overlayEtag: null },
      items: ["b", "a"].map(given),
    });
    const context = { memory: createMemory(), timeline: new Timeline(world.ports.now) };
    const wanted = { ...request({}), items: ["a", "new", "b"] };
    const { items, modelVersion, degraded } = await rankItems(wanted, world.ports, context);
    expect(items).toEqual([
      { itemId: "b", score: null, fields: { title: "b" } },
      { itemId: "a", score: null, fields: { title: "a" } },
      { itemId: "new", score: null },
    ]);
    expect([modelVersion, degraded?.reason]).toEqual([null, "history_unknown"]);
  });

  it("weighs events as its scenario does", async () => {
    const world = worldOf();
    store(world, { name: "home", config: { event_weights: { purchase: 9 } } });
    const context = { memory: createMemory(), timeline: new Timeline(world.ports.now) };
    await rankItems({ ...request({}), items: ["a"] }, world.ports, context);
    expect(world.scored[0]?.eventWeights).toEqual({ 4: 9 });
  });
});

it("explains a list as long as it was given, where it was asked for longer to be explored", async () => {
  const world = worldOf("a", "b", "c", "d");
  const config = { exploration: { share: 0.5 }, rules: { cap: [{ field: "brand", max: 2 }] } };
  store(world, { name: "home", config });
  const context = { memory: createMemory(), timeline: new Timeline(world.ports.now) };
  const why = await explain({ ...request({}), limit: 2, items: ["c"] }, world.ports, context);
  expect(why.items.map(({ itemId }) => itemId)).toEqual(["a", "b"]);
});

it("explains a list and what is not in it", async () => {
  const world = worldOf();
  world.score = ({ explainItems = [] }) => ({
    status: "ok",
    modelVersion: "m1",
    overlayEtag: null,
    items: [
      { itemId: "a", score: 1, why: { rankBefore: 4, boosts: [], history: [{ itemId: "x", by: 0.5 }] } },
    ],
    unlisted: explainItems.map((itemId) => ({
      itemId,
      reason: "filter",
      rankBefore: 1,
      boosts: [],
      history: [],
    })),
  });
  const context = { memory: createMemory(), timeline: new Timeline(world.ports.now) };
  const why = await explain({ ...request({}), items: ["b"] }, world.ports, context);
  expect(why.items).toMatchObject([{ itemId: "a", rank: 1, rankBefore: 4, source: "model" }]);
  expect(why.unlisted).toMatchObject([{ itemId: "b", reason: "filter" }]);
  expect(world.scored[0]).toMatchObject({ explain: true, explainItems: ["b"] });
});
