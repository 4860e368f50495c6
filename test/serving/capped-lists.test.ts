import { describe, expect, it } from "vitest";
import { type AnswerRequest, answerPlacements, createMemory, Timeline } from "../../src/serving/index.ts";
import { rulesOf, thingShop } from "../scoring/ruled.ts";
import { config, isolate, lists, PLAIN, World } from "./ports.ts";

/** Serving over a real scorer: 38 things of four brands that may be had, of which the visitor has looked at one. */
async function openWorld(): Promise<World> {
  const shop = await thingShop();
  const world = new World();
  world.configs.set("shore", config("shore"));
  world.score = (request) => shop.score({ ...request, tenant: "acme" });
  return world;
}

const ONE_A_BRAND = rulesOf({ cap: [{ field: "brand", max: 1 }] });
const VISITOR = { kind: "visitor", visitor: { keyKind: "publishable", recent: ["item-9"] } } as const;

function page(world: World, ...placements: Partial<AnswerRequest>[]) {
  const requests = placements.map((own) => ({ tenant: "shore", subject: VISITOR, ...PLAIN, ...own }));
  const context = { memory: createMemory(), timeline: new Timeline(world.ports.now) };
  return world.waitOut(answerPlacements(requests, true, world.ports, context));
}

const idsOf = ({ items }: { items: { itemId: string }[] }) => items.map(({ itemId }) => itemId);
const brandsOf = (answer: { items: { itemId: string }[] }) =>
  new Set(idsOf(answer).map((itemId) => Number(itemId.split("-")[1]) % 4));

/** The scorer does not answer from its third question on. */
function late(world: World): void {
  const { score } = world;
  world.score = (request) => (world.scored.length < 3 ? score(request) : new Promise(() => {}));
}

describe("capped placements of one page", () => {
  it("are full whatever the earlier ones took, each under its own caps", async () => {
    const world = await openWorld();
    const capped = { limit: 4, rules: ONE_A_BRAND };
    const answers = await page(world, capped, capped, { limit: 4 }, capped);
    expect(answers.map(({ items }) => items.length)).toEqual([4, 4, 4, 4]);
    expect(new Set(answers.flatMap(idsOf)).size).toBe(16);
    for (const at of [0, 1, 3]) expect(brandsOf(answers[at] ?? { items: [] }).size).toBe(4);
    expect(answers.flatMap(({ degraded }) => degraded ?? [])).toEqual([]);
  });

  it("ask no more where nothing was taken from them, or caps are none of what they lack", async () => {
    const world = await openWorld();
    const few = rulesOf({ filter: { price: { lt: 5 } }, cap: [{ field: "brand", max: 9 }] });
    const dear = rulesOf({ filter: { price: { gt: 36 } } });
    const answers = await page(world, { limit: 2, rules: few }, { limit: 4, rules: dear }, { limit: 4 });
    expect(answers.map(({ items }) => items.length)).toEqual([2, 3, 4]);
    expect(world.scored).toHaveLength(3);
  });

  it("are of the lists below where the second answer is late and nothing is left of the first", async () => {
    const world = await openWorld();
    world.lists.set("shore", lists({ trending: ["t1", "t2"] }));
    late(world);
    const capped = { limit: 4, rules: ONE_A_BRAND };
    const [, second] = await page(world, capped, capped);
    expect(second?.items.map(({ itemId }) => itemId)).toEqual(["t1", "t2"]);
    expect(second?.degraded?.reason).toBe("scorer_late");
  });

  it("stay the model's where the second answer is late and the first is full", async () => {
    const world = await openWorld();
    world.lists.set("shore", lists({ trending: ["t1", "t2", "t3", "t4"] }));
    late(world);
    const dear = rulesOf({
      filter: [{ name: "dear", where: { price: { gt: 34 } } }],
      relax: ["filter.dear"],
    });
    const [, second] = await page(world, { limit: 3 }, { limit: 4, rules: dear });
    expect(world.scored).toHaveLength(3);
    expect(second?.items.map(({ source }) => source)).toEqual(Array(4).fill("model"));
    expect([second?.relaxed, second?.degraded]).toEqual([["filter.dear"], undefined]);
  });
});

describe("pages of a capped list", () => {
  it("each keep to the caps by themselves, and go on while any item qualifies", async () => {
    const ask = isolate(await openWorld());
    const lengths: number[] = [];
    const all = new Set<string>();
    let cursor: AnswerRequest["cursor"] = { shown: new Set() };
    while (cursor !== null) {
      const answer = await ask({ recent: ["item-9"], limit: 4, request: { cursor, rules: ONE_A_BRAND } });
      expect(brandsOf(answer).size).toBe(answer.items.length);
      lengths.push(answer.items.length);
      for (const itemId of idsOf(answer)) all.add(itemId);
      cursor = answer.next ?? null;
    }
    // Of one brand there are eight, of another nine.
    expect([lengths, all.size]).toEqual([[4, 4, 4, 4, 4, 4, 4, 4, 3, 2], 37]);
  });

  it("give up no cap for what the visitor has turned to since", async () => {
    const rules = { ...ONE_A_BRAND, relax: ["cap"] };
    const ask = isolate(await openWorld());
    const opened = { rules, cursor: { shown: new Set<number>() } };
    const first = await ask({ recent: ["item-9"], limit: 4, request: opened });
    const recent = ["item-9", ...idsOf(first).slice(0, 2)];
    const second = await ask({ recent, limit: 4, request: { rules, cursor: first.next ?? null } });
    expect(brandsOf(second).size).toBe(4);
    expect(second.relaxed).toBeUndefined();
  });
});

it("page two gives up no filter for what the visitor has turned to on page one", async () => {
  const cheap = [{ name: "cheap", where: { price: { gte: 20, lt: 28 } } }];
  const rules = rulesOf({ filter: cheap, relax: ["filter.cheap"] });
  const ask = isolate(await openWorld());
  const opened = { rules, cursor: { shown: new Set<number>() } };
  const first = await ask({ recent: ["item-9"], limit: 4, request: opened });
  const recent = ["item-9", ...idsOf(first).slice(0, 1)];
  const second = await ask({ recent, limit: 4, request: { rules, cursor: first.next ?? null } });
  const prices = [...idsOf(first), ...idsOf(second)].map((itemId) => Number(itemId.split("-")[1]));
  expect(prices.sort((a, b) => a - b)).toEqual([20, 21, 22, 23, 24, 25, 26, 27]);
  expect(second.relaxed).toBeUndefined();
});

it("a pin of a later placement stands at its place, whatever the earlier ones took", async () => {
  const pinned = { limit: 5, rules: rulesOf({ pin: [{ item_id: "item-30", position: 4 }] }) };
  const [first, second] = await page(await openWorld(), { limit: 3 }, pinned);
  expect(idsOf(second ?? { items: [] })).toHaveLength(5);
  expect(idsOf(second ?? { items: [] })[3]).toBe("item-30");
  expect(
    idsOf(second ?? { items: [] }).filter((itemId) => idsOf(first ?? { items: [] }).includes(itemId)),
  ).toEqual([]);
});
