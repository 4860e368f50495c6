import { describe, expect, it } from "vitest";
import { DAY_MS, MINUTE_MS } from "../../src/base/index.ts";
import type { ScoreAnswer } from "../../src/registry/index.ts";
import { parseRules, type Rules } from "../../src/rules/index.ts";
import { isolate, lists, ranks, shown, viewed, World } from "./ports.ts";

function rules(value: unknown): Rules {
  const parsed = parseRules(value);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  return parsed.value;
}

const BRANDS: Record<string, string> = { t1: "A", t2: "A", t3: "B", p1: "A", p2: "B", n1: "C" };

function worldOf(more: Partial<ScoreAnswer & { status: "ok" }> = {}): World {
  const world = new World();
  const found = lists({ trending: ["t1", "t2", "t3"], popular: ["p1", "p2"], newest: ["n1"] });
  const items = found.lists?.items;
  if (items !== undefined) items.fields.brand = items.itemIds.map((id) => BRANDS[id]);
  world.lists.set("shore", found);
  const ranked = ranks(["a", "b"]);
  world.score = async (request) => ({
    ...((await ranked(request)) as ScoreAnswer & { status: "ok" }),
    ...more,
  });
  return world;
}

const ask = (world: World, wire: object, limit = 4) =>
  isolate(world)({ recent: ["x"], limit, request: { rules: rules(wire) } });

describe("a list that rules cut short", () => {
  const closing = {
    cap: { cap: [{ field: "brand", max: 1 }] },
    min_score: { min_score: 0.5 },
    rotation: { rotation: { within: "2d" } },
  };
  it("is not filled up with what lists say passes a filter: the scorer has looked at every item as it is now", async () => {
    const given = [{ name: "c", where: { brand: "C" } }];
    for (const [relaxed, wire] of [
      [undefined, { filter: { brand: "A" } }],
      [["filter.c"], { filter: given, relax: ["filter.c"] }],
    ] as const) {
      const world = worldOf(relaxed === undefined ? {} : { relaxed: [...relaxed] });
      const answer = await ask(world, wire);
      expect(shown(answer)).toEqual(["a:model", "b:model"]);
      expect(answer.degraded?.reason).toBe("few_items");
    }
  });

  it("has what the visitor knows where the scorer puts it behind all else", async () => {
    const world = worldOf();
    const items = ["a", "x"].map((itemId, rank) => ({ itemId, score: -rank }));
    world.score = () => ({ status: "ok", modelVersion: "m", overlayEtag: null, items });
    expect(shown(await ask(world, { filter: { brand: "A" } }))).toEqual(["a:model", "x:model"]);
    expect(world.scored).toEqual([expect.objectContaining({ excludeHistory: true, seenLast: true })]);
  });

  for (const [name, wire] of Object.entries(closing)) {
    it(`is not filled up with what ${name} has kept out, and says that it is short`, async () => {
      const world = worldOf();
      const answer = await ask(world, wire);
      expect(shown(answer)).toEqual(["a:model", "b:model"]);
      expect(answer.degraded?.reason).toBe("few_items");
      expect(world.reads.filter((read) => read === "scorer")).toHaveLength(1);
    });

    it(`is filled up where ${name} was relaxed`, async () => {
      const relaxed = { ...wire, relax: [name] };
      const answer = await ask(worldOf({ relaxed: [name] }), relaxed, 3);
      expect(shown(answer)).toEqual(["a:model", "b:model", "t1:trending"]);
    });
  }

  it("is filled up where rules only move items", async () => {
    const boosted = { boost: [{ where: { brand: "A" }, by: 1 }], rotation: { within: "2d", weight: 1 } };
    expect(shown(await ask(worldOf(), boosted, 3))).toEqual(["a:model", "b:model", "t1:trending"]);
  });
});

it("caps hold over the lists below while the scorer is away", async () => {
  const world = worldOf();
  world.failing.add("scorer");
  const answer = await ask(world, { cap: [{ field: "brand", max: 1 }] });
  expect(shown(answer)).toEqual(["t1:trending", "t3:trending", "n1:newest"]);
  const two = await ask(world, { cap: [{ field: "brand", max: 2 }] });
  expect(shown(two)).toEqual(["t1:trending", "t2:trending", "t3:trending", "p2:popular"]);
});

describe("a rotation without a weight, while the scorer is away", () => {
  function away(): World {
    const world = worldOf();
    world.failing.add("scorer");
    const row = (itemId: string, agoMs: number) => ({ itemId, count: 1, lastAtMs: world.nowMs - agoMs });
    const rows = [row("t1", 3 * DAY_MS), row("t1", MINUTE_MS), row("p1", 3 * DAY_MS)];
    world.profiles.set("shore u:ann", { ...viewed("t2"), shown: rows });
    return world;
  }

  const asAnn = (world: World, wire: object, limit: number) =>
    isolate(world)({ userId: "ann", keyKind: "secret", limit, request: { rules: rules(wire) } });

  it("leaves out what was shown within its time, and the list is short", async () => {
    const answer = await asAnn(away(), { rotation: { within: "2d" } }, 6);
    expect(shown(answer)).toEqual(["t3:trending", "p1:popular", "p2:popular", "n1:newest", "t2:trending"]);
    expect(answer.degraded?.detail).toContain("few_items");
    expect(answer.relaxed).toBeUndefined();
  });

  it("lets it come last where it may be given up, and names that", async () => {
    const wire = { rotation: { within: "2d" }, relax: ["rotation"] };
    const full = await asAnn(away(), wire, 4);
    expect(shown(full)).toEqual(["t3:trending", "p1:popular", "p2:popular", "n1:newest"]);
    expect(full.relaxed).toBeUndefined();
    const filled = await asAnn(away(), wire, 5);
    expect(shown(filled).at(-1)).toBe("t1:trending");
    expect(filled.relaxed).toEqual(["rotation"]);
  });

  it("is given up in its turn: after the caps that stand before it, and never before a filter", async () => {
    const rotation = { within: "2d" };
    const cap = [{ field: "brand", max: 1 }];
    const capFirst = await asAnn(away(), { rotation, cap, relax: ["cap", "rotation"] }, 4);
    expect([shown(capFirst), capFirst.relaxed]).toEqual([
      ["t3:trending", "p1:popular", "p2:popular", "n1:newest"],
      ["cap"],
    ]);
    const filter = [{ name: "any", where: { brand: { ne: "Z" } } }];
    const filterFirst = await asAnn(away(), { rotation, filter, relax: ["filter.any", "rotation"] }, 5);
    expect(shown(filterFirst)).not.toContain("t1:trending");
    expect(filterFirst.relaxed).toBeUndefined();
  });

  it("leaves out nothing where it only moves items", async () => {
    const answer = await asAnn(away(), { rotation: { within: "2d", weight: 1 } }, 2);
    expect(shown(answer)).toEqual(["t1:trending", "t3:trending"]);
  });
});
