import { expect, it } from "vitest";
import { createMemory } from "../../src/serving/index.ts";
import { type Ask, config, isolate, lists, ranks, viewed, World } from "./ports.ts";

const TENANTS = ["shore", "hill"] as const;

/** Equal ids all over: what a tenant's own list has is told by the model's and the lists' items. */
function sharedWorld(): World {
  const world = new World();
  for (const tenant of TENANTS) {
    world.configs.set(tenant, config(tenant));
    world.profiles.set(`${tenant} u:ann`, viewed(`${tenant}-seen`));
    world.lists.set(tenant, lists({ trending: [`${tenant}-t`], popular: [`${tenant}-p`] }));
  }
  // One version for both: nothing but the tenant tells their lists apart.
  world.score = (request) => ranks([1, 2, 3].map((at) => `${request.tenant}-${at}`))(request);
  return world;
}

const WORDS: Record<string, Ask> = {
  "a device's list": { recent: ["same"] },
  "a user's list": { userId: "ann", keyKind: "secret" },
  "similar items": { itemId: "same" },
  trending: { trending: true, limit: 1 },
};

/** Where a list may come from: each is asked by one tenant in between the other's turns, in the very same words. */
const TIERS: Record<string, (world: World, memory: ReturnType<typeof createMemory>) => void | Promise<void>> =
  {
    "the scorer or the lists": () => undefined,
    "isolate memory": async (world, memory) => askAll(world, memory),
    "the Cache API, while the scorer is away": async (world) => {
      // Twice in an isolate that goes away: a list that is asked for again is shared with the location.
      const gone = createMemory();
      await askAll(world, gone);
      await askAll(world, gone);
      await Promise.all(world.background);
    },
    "last good lists, while the scorer is away": async (world, memory) => {
      await askAll(world, memory);
      world.advance(6_000);
    },
  };

async function askAll(world: World, memory: ReturnType<typeof createMemory>): Promise<void> {
  for (const tenant of TENANTS)
    for (const ask of Object.values(WORDS)) await isolate(world, memory)({ ...ask, tenant });
}

for (const [tier, prepare] of Object.entries(TIERS)) {
  it(`no list of one tenant comes to another out of ${tier}`, async () => {
    const world = sharedWorld();
    const memory = createMemory();
    await prepare(world, memory);
    if (tier.includes("away")) {
      // What is live is known from another question, as in any isolate of the location.
      if (memory.live.size === 0)
        for (const tenant of TENANTS) await isolate(world, memory)({ tenant, recent: ["other"] });
      world.failing.add("scorer");
    }
    for (const [name, ask] of Object.entries(WORDS)) {
      for (const tenant of [...TENANTS, ...TENANTS]) {
        const { items } = await isolate(world, memory)({ ...ask, tenant });
        expect(items.length, `${name} of ${tenant}`).toBeGreaterThan(0);
        expect(items.filter(({ itemId }) => !itemId.startsWith(tenant))).toEqual([]);
      }
    }
    if (tier.includes("Cache API")) {
      expect(world.reads).toContain("seen");
      const owners = [...world.seen.keys()].map((key) => key.split("/")[0]);
      expect(new Set(owners)).toEqual(new Set(TENANTS));
    }
  });
}

it("what is bought with an item is another question than what a visitor of that history is shown", async () => {
  const world = sharedWorld();
  const memory = createMemory();
  const ask = isolate(world, memory);
  await ask({ recent: ["purchase", "x"], exclude: ["x"] });
  await ask({ request: { subject: { kind: "item", itemId: "x", together: true } } });
  expect(world.scored.map(({ together }) => together === true)).toEqual([false, true]);
});
