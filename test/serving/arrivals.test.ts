import { expect, it } from "vitest";
import { MINUTE_MS, SECOND_MS } from "../../src/base/index.ts";
import type { ArrivedItems } from "../../src/features/index.ts";
import { KV_CACHE_TTL_S } from "../../src/serving/cache.ts";
import { LISTS_LIFE_MS } from "../../src/serving/limits.ts";
import { OVERLAY_INTERVAL_MS } from "../../workers/pipeline-overlay.ts";
import { isolate, lists, shown, World } from "./ports.ts";

const ARRIVED: ArrivedItems = {
  items: {
    itemIds: ["a2", "a1"],
    fields: { title: ["Second", "First"], categories: [["shoes"], ["books"]] },
  },
  list: { at: [0, 1], scores: [2, 1] },
};

function worldWith(withdrawn: string[] = []): World {
  const world = new World();
  const found = lists({ trending: ["t1"], newest: ["n1", "a1"], withdrawn });
  if (found.withdrawn !== null) found.withdrawn.arrived = ARRIVED;
  world.lists.set("shore", found);
  return world;
}

const newest = (category: string | null) => ({
  request: { subject: { kind: "anybody", list: "newest", category } as const },
});

it("items that are newer than the lists stand first of the newest, once, and nowhere else", async () => {
  const ask = isolate(worldWith());
  expect(shown(await ask({ ...newest(null), limit: 5 }))).toEqual(["a2:newest", "a1:newest", "n1:newest"]);
  expect(shown(await ask({ trending: true, limit: 2 }))).toEqual(["t1:trending", "a2:newest"]);
});

it("a new item that was withdrawn again is not answered, and a category has only its own", async () => {
  expect(shown(await isolate(worldWith(["a2"]))({ ...newest(null), limit: 5 }))).toEqual([
    "a1:newest",
    "n1:newest",
  ]);
  const world = worldWith();
  world.failing.add("scorer");
  expect(shown(await isolate(world)({ ...newest("shoes"), limit: 5 }))).toEqual(["a2:newest"]);
});

it("what is new or withdrawn is known to the lists within a minute, wherever KV is read", () => {
  const sumMs = OVERLAY_INTERVAL_MS + KV_CACHE_TTL_S * SECOND_MS + LISTS_LIFE_MS;
  expect(sumMs).toBeLessThan(MINUTE_MS);
});
