import { expect, it } from "vitest";
import { MINUTE_MS, SECOND_MS } from "../../src/base/index.ts";
import type { ArrivedItems } from "../../src/features/index.ts";
import { parseRules } from "../../src/rules/index.ts";
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

it("items of lists are as they were edited last, in rules as in answers", async () => {
  const world = new World();
  const found = lists({ trending: ["t1", "t2"], popular: ["p1"] });
  const { items } = found.lists ?? {};
  if (items !== undefined) items.fields.brand = ["Acme", "Acme", "Bolt"];
  const lastGood = { itemId: "t2", score: 1, fields: { brand: "Acme" }, lacks: ["title"] };
  found.lastGood = { v: 1, createdAtMs: world.nowMs, modelVersion: "m", items: [lastGood] };
  const edited = {
    itemIds: ["t2", "p1", "elsewhere"],
    fields: { brand: ["Bolt", null, "Acme"], title: ["New", "Named", null] },
  };
  found.withdrawn = { v: 1, sinceMs: 0, itemIds: [], edited };
  world.lists.set("shore", found);
  world.failing.add("scorer");
  const ask = isolate(world);
  const fields = ["brand", "title"] as const;
  const { items: told } = await ask({ trending: true, limit: 3, request: { fields } });
  expect(told.map(({ itemId, fields }) => [itemId, fields])).toEqual([
    ["t1", { brand: "Acme", title: "Title of t1" }],
    ["t2", { brand: "Bolt", title: "New" }],
    ["p1", { title: "Named" }],
  ]);
  const acme = parseRules({ filter: { brand: "Acme" } });
  if (!acme.ok) throw new Error(JSON.stringify(acme.error));
  expect(shown(await ask({ trending: true, limit: 3, request: { rules: acme.value } }))).toEqual([
    "t1:trending",
  ]);
  const known = await ask({ recent: ["x"], limit: 1, request: { fields } });
  expect(known.items).toMatchObject([
    { itemId: "t2", source: "last_good", fields: { brand: "Bolt", title: "New" } },
  ]);
});

it("what is new, edited or withdrawn is known to the lists within a minute, wherever KV is read", () => {
  const sumMs = OVERLAY_INTERVAL_MS + KV_CACHE_TTL_S * SECOND_MS + LISTS_LIFE_MS;
  expect(sumMs).toBeLessThan(MINUTE_MS);
});
