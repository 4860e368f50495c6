import { describe, expect, it } from "vitest";
import type { ScoreAnswer } from "../../src/registry/index.ts";
import { parseRules, type Rules } from "../../src/rules/index.ts";
import { isolate, lists, ranks, shown, World } from "./ports.ts";

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
