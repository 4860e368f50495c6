import { describe, expect, it } from "vitest";
import type { ItemField } from "../../src/events/index.ts";
import { isolate, lists, shown, World } from "./ports.ts";

/** A scorer whose items have titles and nothing else. */
function openWorld(): World {
  const world = new World();
  world.lists.set("shore", lists({ trending: ["t1", "t2"] }));
  world.score = ({ fields, limit }) => ({
    ...{ status: "ok", modelVersion: "m1", overlayEtag: null },
    items: ["a", "b"].slice(0, limit).map((itemId, at) => ({
      ...{ itemId, score: -at },
      ...(fields.length === 0
        ? {}
        : { fields: fields.includes("title") ? { title: `Title of ${itemId}` } : {} }),
    })),
  });
  return world;
}

/** As many answers as make a list for all; then the model goes away. */
async function gathered(world: World, fields: readonly ItemField[][]): Promise<void> {
  const ask = isolate(world);
  for (const [at, asked] of fields.entries())
    await ask({ recent: [`x${at}`], limit: at + 1, request: { fields: asked } });
  await Promise.all(world.background);
  expect(world.lists.get("shore")?.lastGood?.items).toHaveLength(2);
  world.failing.add("scorer");
}

describe("the last good list", () => {
  it("gives none of its items to who asks for fields that it was not gathered with", async () => {
    const world = openWorld();
    await gathered(world, Array(5).fill([]));
    const asked = { recent: ["y"], limit: 2 };
    expect(shown(await isolate(world)(asked))).toEqual(["a:last_good", "b:last_good"]);
    const { items } = await isolate(world)({ ...asked, fields: ["title"] });
    expect(items.map(({ source, fields }) => [source, fields])).toEqual([
      ["trending", { title: "Title of t1" }],
      ["trending", { title: "Title of t2" }],
    ]);
  });

  it("gives those that lack a field because they have no value of it", async () => {
    const world = openWorld();
    await gathered(world, Array(5).fill(["title", "url"]));
    const { items } = await isolate(world)({ recent: ["y"], limit: 2, fields: ["url", "title"] });
    expect(items.map(({ source, fields }) => [source, fields])).toEqual([
      ["last_good", { title: "Title of a" }],
      ["last_good", { title: "Title of b" }],
    ]);
  });

  it("knows of an item what any of its lists was asked for with", async () => {
    const world = openWorld();
    // The first list is of one item.
    await gathered(world, [["title"], ["url"], ["url"], [], ["url"]]);
    const ask = isolate(world);
    const asked = async (...fields: ("title" | "url")[]) =>
      shown(await ask({ recent: ["y"], limit: 2, fields }));
    expect(await asked("title")).toEqual(["a:last_good", "t1:trending"]);
    expect(await asked("title", "url")).toEqual(["a:last_good", "t1:trending"]);
    expect(await asked("url")).toEqual(["a:last_good", "b:last_good"]);
  });
});
