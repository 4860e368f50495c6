import { describe, expect, it } from "vitest";
import { historyOfItems } from "../../src/serving/index.ts";
import { config, isolate, lists, ranks, shown, viewed, World } from "./ports.ts";

function warmWorld(): World {
  const world = new World();
  world.configs.set("shore", config("shore"));
  world.score = ranks(["a", "b", "c", "d"]);
  return world;
}

describe("reads and caches of the hot path", () => {
  it("reads one round, then asks the scorer once", async () => {
    const world = warmWorld();
    world.profiles.set("shore u:ann", viewed("x"));
    await isolate(world)({ userId: "ann" });
    // All of the first round were begun before any was answered; the scorer came after it.
    expect([...world.reads].sort()).toEqual(["config", "facts", "lists", "scenarios", "scorer"]);
    expect(world.reads.at(-1)).toBe("scorer");
  });

  it("begins all reads of the round before it waits for one", async () => {
    const world = warmWorld();
    for (const store of ["config", "lists", "facts", "scenarios"]) world.hanging.add(store);
    const pending = isolate(world)({ userId: "ann" });
    await new Promise((resolve) => setImmediate(resolve));
    expect([...world.reads].sort()).toEqual(["config", "facts", "lists", "scenarios"]);
    await world.waitOut(pending);
  });

  it("reads nothing at all for a list that memory holds, and mints a new id for it", async () => {
    const world = warmWorld();
    const ask = isolate(world);
    const first = await ask({ recent: ["x"] });
    world.reads.length = 0;
    world.advance(1);
    const second = await ask({ recent: ["x"] });
    expect(world.reads).toEqual([]);
    expect(second.items).toEqual(first.items);
    expect(second.recommendationId).not.toBe(first.recommendationId);
  });

  it("reads only the profile where the device sends no history", async () => {
    const world = warmWorld();
    world.profiles.set("shore u:ann", viewed("x"));
    const ask = isolate(world);
    await ask({ userId: "ann" });
    world.reads.length = 0;
    await ask({ userId: "ann" });
    expect(world.reads).toEqual(["profile"]);
  });

  it("is never stale across a change of the history, of what is excluded, or of the length", async () => {
    const world = warmWorld();
    const ask = isolate(world);
    await ask({ recent: ["x"] });
    expect(shown(await ask({ recent: ["x", "a"] }))).toEqual(["b:model", "c:model", "d:model"]);
    expect(shown(await ask({ recent: ["x"], exclude: ["a"] }))).toEqual(["b:model", "c:model", "d:model"]);
    expect(shown(await ask({ recent: ["x"], limit: 1 }))).toEqual(["a:model"]);
    expect(world.scored).toHaveLength(4);
  });

  it("asks the scorer again within 5 s, so that a new model or overlay shows", async () => {
    const world = warmWorld();
    const ask = isolate(world);
    await ask({ recent: ["x"] });
    world.advance(4_999);
    expect((await ask({ recent: ["x"] })).modelVersion).toBe("m1");
    expect(world.scored).toHaveLength(1);
    world.advance(1);
    world.score = ranks(["d", "a", "b"], "m2");
    const answer = await ask({ recent: ["x"] });
    expect(answer.modelVersion).toBe("m2");
    expect(shown(answer)).toEqual(["d:model", "a:model", "b:model"]);
    // Lists of the version before are not found any more, though they are younger than a minute.
    expect((await ask({ recent: ["x"] })).modelVersion).toBe("m2");
  });

  it("answers a history that was seen a moment ago from memory while the scorer is away", async () => {
    const world = warmWorld();
    const ask = isolate(world);
    await ask({ recent: ["x"] });
    world.advance(20_000);
    world.score = () => ({ status: "cold" });
    const answer = await ask({ recent: ["x"] });
    expect(shown(answer)).toEqual(["a:model", "b:model", "c:model"]);
    expect(answer.degraded?.reason).toBe("scorer_cold");
  });

  it("shares a list that came twice with the location, and finds it there when memory and scorer have none", async () => {
    const world = warmWorld();
    const ask = isolate(world);
    await ask({ recent: ["x"] });
    expect(world.seen.size).toBe(0);
    await ask({ recent: ["x"] });
    await Promise.all(world.background);
    expect([...world.seen.keys()]).toEqual([expect.stringMatching(/^shore\/m1\/o1\/[0-9a-f]{64}$/)]);

    const other = isolate(world);
    await other({ recent: ["y"] });
    world.failing.add("scorer");
    expect(shown(await other({ recent: ["x"] }))).toEqual(["a:model", "b:model", "c:model"]);
    // The copy may be of before an item was withdrawn: the lists tell.
    expect(world.reads).toContain("lists");
    expect(world.reads.at(-1)).toBe("seen");
  });

  it("writes a common last good list at most every five minutes", async () => {
    const world = warmWorld();
    const ask = isolate(world);
    let writes = 0;
    const write = world.ports.lists.writeLastGood;
    world.ports.lists.writeLastGood = (tenant, list) => {
      writes++;
      return write(tenant, list);
    };
    for (let i = 0; i < 20; i++) await ask({ recent: [`x${i}`] });
    expect(writes).toBe(1);
    world.advance(300_000);
    for (let i = 0; i < 5; i++) await ask({ recent: [`y${i}`] });
    expect(writes).toBe(2);
  });
});

describe("two tenants with equal item and user ids", () => {
  it("share no answer, no remembered list, no profile and no last list", async () => {
    const world = new World();
    for (const tenant of ["shore", "hill"]) world.configs.set(tenant, config(tenant));
    world.profiles.set("shore u:ann", viewed("x"));
    world.lists.set("hill", lists({ trending: ["h1"] }));
    world.lists.set("shore", lists({ trending: ["s1"] }));
    world.score = (request) =>
      ranks(request.tenant === "shore" ? ["s-a", "s-b", "s-c"] : ["h-a", "h-b", "h-c"])(request);
    const ask = isolate(world);

    for (let round = 0; round < 2; round++) {
      expect(shown(await ask({ tenant: "shore", recent: ["x"] }))).toEqual([
        "s-a:model",
        "s-b:model",
        "s-c:model",
      ]);
      expect(shown(await ask({ tenant: "hill", recent: ["x"] }))).toEqual([
        "h-a:model",
        "h-b:model",
        "h-c:model",
      ]);
    }
    await Promise.all(world.background);
    expect(new Set([...world.seen.keys()].map((key) => key.split("/")[0]))).toEqual(
      new Set(["shore", "hill"]),
    );

    // The same user id: a profile here, a stranger there.
    expect(shown(await ask({ tenant: "shore", userId: "ann" }))[0]).toBe("s-a:model");
    expect(shown(await ask({ tenant: "hill", userId: "ann" }))).toEqual(["h1:trending"]);

    // Ann's last list of one tenant is not there for the other, though user, item and scenario are equal.
    world.failing.add("scorer");
    await ask({ tenant: "shore", userId: "ann", recent: ["x", "q"] });
    expect(shown(await ask({ tenant: "shore", userId: "ann", recent: ["x", "q"] }))[0]).toBe("s-a:last_good");
    expect(shown(await ask({ tenant: "hill", userId: "ann", recent: ["x", "q"] }))).toEqual(["h1:trending"]);
  });
});

it("what was bought is another history than what was seen, though an item is called as an event is", () => {
  const seen = historyOfItems(["purchase", "a"], 0);
  expect(historyOfItems(["a"], 0, "purchase").key).not.toBe(seen.key);
});
