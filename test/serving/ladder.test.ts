import { describe, expect, it } from "vitest";
import type { ScoreAnswer } from "../../src/registry/index.ts";
import { config, isolate, lists, ranks, shown, viewed, World } from "./ports.ts";

function worldWithLists(): World {
  const world = new World();
  world.configs.set("shore", config("shore"));
  world.lists.set(
    "shore",
    lists({ trending: ["t1", "t2"], popular: ["p1", "t1", "p2"], newest: ["n1", "n2", "n3"] }),
  );
  return world;
}

describe("the fallback ladder", () => {
  it("answers from the model on `recent`, without a profile", async () => {
    const world = worldWithLists();
    world.score = ranks(["a", "b", "c", "d"]);
    const answer = await isolate(world)({ recent: ["b"] });
    expect(shown(answer)).toEqual(["a:model", "c:model", "d:model"]);
    expect(answer.modelVersion).toBe("m1");
    expect(answer.degraded).toBeUndefined();
    expect(world.scored[0]?.history.map(({ itemId }) => itemId)).toEqual(["b"]);
    expect(world.reads).toEqual(["lists", "scenarios", "scorer"]);
  });

  it("answers from the model on the profile", async () => {
    const world = worldWithLists();
    world.profiles.set("shore u:ann", viewed("x", "y"));
    world.score = ranks(["a", "b", "c"]);
    const answer = await isolate(world)({ userId: "ann" });
    expect(shown(answer)).toEqual(["a:model", "b:model", "c:model"]);
    expect(world.scored[0]?.history.map(({ itemId }) => itemId)).toEqual(["x", "y"]);
    expect(answer.degraded).toBeUndefined();
  });

  it("adds the profile while a known user's device remembers little, in the same round of reads", async () => {
    const world = worldWithLists();
    world.profiles.set("shore u:ann", viewed("x", "y"));
    world.score = ranks(["a", "b", "c"]);
    const ask = isolate(world);
    await ask({ userId: "ann", keyKind: "secret", recent: ["y", "z"] });
    expect(world.scored[0]?.history.map(({ itemId }) => itemId)).toEqual(["x", "y", "z"]);
    // What its scenario asks of the visitor, and whether it explores, is not known yet.
    expect(world.reads).toEqual(["lists", "scenarios", "facts", "scorer"]);

    await ask({ userId: "ann", keyKind: "secret", recent: ["1", "2", "3", "4", "5"] });
    expect(world.scored[1]?.history.map(({ itemId }) => itemId)).toEqual(["1", "2", "3", "4", "5"]);
    expect(world.reads.slice(4)).toEqual(["scorer"]);
  });

  it("gives an unknown visitor trending, then popular, then newest; nothing is degraded", async () => {
    const world = worldWithLists();
    const answer = await isolate(world)({ userId: "stranger", limit: 6 });
    expect(shown(answer)).toEqual([
      "t1:trending",
      "t2:trending",
      "p1:popular",
      "p2:popular",
      "n1:newest",
      "n2:newest",
    ]);
    expect(answer.degraded).toBeUndefined();
    expect(answer.modelVersion).toBeNull();
    expect(world.scored).toEqual([]);
  });

  const failures: [string, ScoreAnswer, string][] = [
    ["is cold", { status: "cold" }, "scorer_cold"],
    ["has no model", { status: "no_model" }, "no_model"],
    ["knows no item of the history", { status: "no_history", modelVersion: "m1" }, "history_unknown"],
  ];
  for (const [name, score, reason] of failures) {
    it(`falls to the lists and says so when the scorer ${name}`, async () => {
      const world = worldWithLists();
      world.score = () => score;
      const answer = await isolate(world)({ recent: ["b"] });
      expect(shown(answer)).toEqual(["t1:trending", "t2:trending", "p1:popular"]);
      expect(answer.degraded?.reason).toBe(reason);
      expect(answer.modelVersion).toBeNull();
    });
  }

  it("falls to the lists when the scorer throws", async () => {
    const world = worldWithLists();
    world.failing.add("scorer");
    const answer = await isolate(world)({ recent: ["b"] });
    expect(answer.degraded?.reason).toBe("scorer_error");
    expect(answer.items).toHaveLength(3);
  });

  it("does not wait for a scorer that hangs", async () => {
    const world = worldWithLists();
    world.hanging.add("scorer");
    const answer = await world.waitOut(isolate(world)({ recent: ["b"] }));
    expect(answer.degraded?.reason).toBe("scorer_late");
    expect(answer.items).toHaveLength(3);
    expect(world.waiting).toBe(0);
  });

  it("keeps the list of a scorer that was too slow for the next request", async () => {
    const world = worldWithLists();
    let release: (answer: ScoreAnswer) => void = () => {};
    world.score = () =>
      new Promise((resolve) => {
        release = resolve;
      });
    const ask = isolate(world);
    const slow = await world.waitOut(ask({ recent: ["b"] }));
    expect(slow.degraded?.reason).toBe("scorer_late");
    const request = world.scored[0];
    if (request !== undefined) release(await ranks(["a", "c", "d"])(request));
    await Promise.all(world.background);
    const next = await ask({ recent: ["b"] });
    expect(shown(next)).toEqual(["a:model", "c:model", "d:model"]);
    expect(world.scored).toHaveLength(1);
  });

  it("prefers the visitor's own last list, then the tenant's common one, to trending", async () => {
    const world = worldWithLists();
    world.score = ranks(["a", "b", "c"]);
    const ask = isolate(world);
    await ask({ anonymousId: "device", recent: ["x"] });
    world.failing.add("scorer");
    const own = await ask({ anonymousId: "device", recent: ["x", "y"] });
    expect(shown(own)).toEqual(["a:last_good", "b:last_good", "c:last_good"]);
    expect(own.modelVersion).toBe("m1");
    expect(own.degraded?.reason).toBe("scorer_error");

    world.lists.set("shore", lists({ lastGood: ["g1", "g2", "g3"], trending: ["t1"] }));
    const other = await isolate(world)({ anonymousId: "another", recent: ["x", "y"] });
    expect(shown(other)).toEqual(["g1:last_good", "g2:last_good", "g3:last_good"]);
    expect(other.modelVersion).toBe("m0");
  });

  it("never gives one visitor another's list: fewer than five answers make no common list", async () => {
    const world = worldWithLists();
    world.score = ranks(["a", "b", "c"]);
    const ask = isolate(world);
    for (let i = 0; i < 4; i++) await ask({ recent: [`seen${i}`] });
    await Promise.all(world.background);
    expect(world.lists.get("shore")?.lastGood).toBeNull();
    await ask({ recent: ["seen4"] });
    await Promise.all(world.background);
    expect(world.lists.get("shore")?.lastGood?.items.map(({ itemId }) => itemId)).toEqual(["a", "b", "c"]);
  });

  it("is not held up by a profile that hangs, and says so", async () => {
    const world = worldWithLists();
    world.hanging.add("facts");
    const answer = await world.waitOut(isolate(world)({ userId: "ann" }));
    expect(shown(answer)).toEqual(["t1:trending", "t2:trending", "p1:popular"]);
    expect(answer.degraded?.reason).toBe("profile_late");
  });

  it("goes on without a profile that cannot be read", async () => {
    const world = worldWithLists();
    world.failing.add("facts");
    const answer = await isolate(world)({ userId: "ann" });
    expect(answer.items).toHaveLength(3);
    expect(answer.degraded?.reason).toBe("profile_error");
  });

  it("tops a short list of the model up, without repeats and without what is excluded", async () => {
    const world = worldWithLists();
    world.score = ranks(["t2", "a"]);
    const answer = await isolate(world)({ recent: ["p1"], exclude: ["t1"], limit: 5 });
    expect(shown(answer)).toEqual(["t2:model", "a:model", "p2:popular", "n1:newest", "n2:newest"]);
    expect(answer.degraded).toBeUndefined();
  });

  it("brings back what the visitor has seen only when nothing else is left", async () => {
    const world = new World();
    world.lists.set("shore", lists({ popular: ["p1", "p2", "p3"] }));
    world.score = ranks(["p1", "p2", "p3"]);
    const answer = await isolate(world)({ recent: ["p1", "p2", "p3"], exclude: ["p2"] });
    expect(shown(answer)).toEqual(["p1:popular", "p3:popular"]);
  });

  it("answers an empty list with the reason when every part is absent", async () => {
    const world = new World();
    const empty = await isolate(world)({ userId: "ann" });
    expect(empty.items).toEqual([]);
    expect(empty.degraded?.reason).toBe("no_items");

    for (const store of ["scorer", "lists", "facts", "scenarios", "config", "seen"]) world.hanging.add(store);
    const dead = await world.waitOut(isolate(world)({ recent: ["b"] }));
    expect(dead.items).toEqual([]);
    expect(dead.degraded?.reason).toBe("scorer_late");
    expect(dead.degraded?.detail).toContain("lists_late");
    expect(dead.recommendationId).not.toBe("");
  });

  it("answers similar items without the item itself, on every rung", async () => {
    const world = worldWithLists();
    world.score = ranks(["t1", "a", "b", "c"]);
    const answer = await isolate(world)({ itemId: "t1" });
    expect(shown(answer)).toEqual(["a:model", "b:model", "c:model"]);
    world.failing.add("scorer");
    const fallback = await isolate(world)({ itemId: "t1", limit: 20 });
    expect(fallback.items.map(({ itemId }) => itemId)).not.toContain("t1");
    expect(fallback.degraded?.reason).toBe("scorer_error");
  });

  it("says of an item that the model does not know that it is the item, not a history", async () => {
    const world = worldWithLists();
    world.score = () => ({ status: "no_history", modelVersion: "m1" });
    const { degraded } = await isolate(world)({ itemId: "new" });
    expect(degraded).toEqual({ reason: "history_unknown", detail: "the model does not know the item" });
  });

  it("gives no withdrawn item from any list, while the model's own new list is not touched", async () => {
    const world = worldWithLists();
    world.score = ranks(["a", "b", "c", "d"]);
    const ask = isolate(world);
    await ask({ anonymousId: "device", recent: ["x"] });
    const everywhere = ["b", "g1", "t1", "p1", "n1"];
    world.lists.set(
      "shore",
      lists({
        lastGood: ["g1", "g2"],
        trending: ["t1", "t2"],
        popular: ["p1", "p2"],
        newest: ["n1", "n2"],
        withdrawn: everywhere,
      }),
    );
    // The lists that memory has may be half a minute old.
    world.advance(30_000);
    world.failing.add("scorer");
    const own = await ask({ anonymousId: "device", recent: ["x", "y"], limit: 5 });
    expect(shown(own)).toEqual(["a:last_good", "c:last_good", "t2:trending", "p2:popular", "n2:newest"]);
    world.advance(6_000);
    const old = await ask({ anonymousId: "device", recent: ["x"] });
    expect(shown(old)).toEqual(["a:model", "c:model", "t2:trending"]);
    const common = await isolate(world)({ anonymousId: "other", recent: ["x", "y"], limit: 4 });
    expect(shown(common)).toEqual(["g2:last_good", "t2:trending", "p2:popular", "n2:newest"]);
    world.failing.clear();
    expect(shown(await ask({ recent: ["z"] }))).toEqual(["a:model", "b:model", "c:model"]);
  });

  it("trusts no last good list of before the withdrawals that are named", async () => {
    const world = worldWithLists();
    const found = lists({ lastGood: ["g1"], trending: ["t1"] });
    world.lists.set("shore", { ...found, withdrawn: { v: 1, sinceMs: 1, itemIds: [] } });
    world.failing.add("scorer");
    expect(shown(await isolate(world)({ recent: ["x"] }))).toEqual(["t1:trending"]);
  });

  it("answers from the lists read before while new ones are late", async () => {
    const world = worldWithLists();
    const ask = isolate(world);
    await ask({ trending: true });
    world.advance(31_000);
    world.hanging.add("lists");
    const answer = await world.waitOut(ask({ trending: true }));
    expect(shown(answer)).toEqual(["t1:trending", "t2:trending", "p1:popular"]);
    expect(answer.degraded?.reason).toBe("lists_late");
  });

  it("says so when it gives fewer items than asked for", async () => {
    const world = worldWithLists();
    const short = await isolate(world)({ trending: true, limit: 7, exclude: ["n1"] });
    expect(short.items).toHaveLength(6);
    expect(short.degraded).toEqual({
      reason: "few_items",
      detail: "only 6 of 7 items: the lists have no more that are allowed",
    });
    expect((await isolate(world)({ trending: true, limit: 6, exclude: ["n1"] })).degraded).toBeUndefined();
  });

  it("carries the fields asked for, and no others", async () => {
    const world = worldWithLists();
    const { items } = await isolate(world)({ trending: true, limit: 1, fields: ["title", "url"] });
    expect(items).toEqual([{ itemId: "t1", score: 1, fields: { title: "Title of t1" }, source: "trending" }]);
  });
});
