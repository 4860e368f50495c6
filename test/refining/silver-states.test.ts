import { describe, expect, it } from "vitest";
import { createPrng, type Prng } from "../../src/base/index.ts";
import {
  INTERACTIONS,
  ITEM_STATES,
  type ItemChange,
  type ItemState,
  USER_CHANGES,
  USER_STATES,
} from "../../src/lake/index.ts";
import { INTERACTIONS_JOB } from "../../src/refining/silver/interactions.ts";
import { ITEM_STATES_JOB, USER_STATES_JOB } from "../../src/refining/silver/states.ts";
import { eventAt, NOW_MS } from "./events.ts";
import { land, openWorld, rowsOf, runJob, type World } from "./world.ts";

const change = (changedAt: number, fields: Partial<ItemChange> = {}): ItemChange => ({
  tenant: "t",
  item_id: "i",
  changed_at: changedAt,
  deleted: false,
  ...fields,
});

async function itemStates(world: World): Promise<ItemState[]> {
  await runJob(world, ITEM_STATES_JOB, { nowMs: NOW_MS });
  return rowsOf(world, ITEM_STATES);
}

async function statesOf(...items: ItemChange[]): Promise<Partial<ItemState>[]> {
  const world = openWorld();
  await land(world, { nowMs: NOW_MS, items });
  return (await itemStates(world)).map(({ tenant: _, item_id: __, ...state }) => state);
}

function randomChanges(prng: Prng, count: number): ItemChange[] {
  return Array.from({ length: count }, () => {
    const deleted = prng.next() < 0.2;
    const ids = { tenant: prng.pick(["t", "shop"]), item_id: prng.pick(["i", "é", "𝄞", "\uffee"]) };
    const state = deleted ? {} : { price: prng.int(2), tags: prng.next() < 0.5 ? ["a", "b"] : ["a"] };
    return change(NOW_MS + prng.int(12), { ...ids, deleted, ...state });
  });
}

describe("silver.items", () => {
  it("closes a state where the next begins, and where the item is deleted", async () => {
    const states = await statesOf(
      change(10, { price: 1, categories: ["a"], attributes: { wood: true } }),
      change(20, { price: 2 }),
      change(30, { deleted: true }),
      change(40, { price: 2 }),
    );
    expect(states).toEqual([
      { price: 1, categories: ["a"], attributes: { wood: true }, valid_from: 10, valid_to: 20 },
      { price: 2, valid_from: 20, valid_to: 30 },
      { price: 2, valid_from: 40 },
    ]);
  });

  it("merges equal states, and resolves changes of one time alike in any order", async () => {
    const [a, b] = [change(10, { price: 1 }), change(10, { price: 2 })];
    expect(await statesOf(a, b, change(20, { price: 2 }))).toEqual([{ price: 2, valid_from: 10 }]);
    expect(await statesOf(b, a)).toEqual(await statesOf(a, b));
    expect(await statesOf(a, change(20, { deleted: true }), change(20, { price: 3 }))).toEqual([
      { price: 1, valid_from: 10, valid_to: 20 },
    ]);
    expect(await statesOf(change(20, { deleted: true }))).toEqual([]);
  });

  it("is the same in any order, with any repetition, in any number of steps", async () => {
    for (let seed = 1; seed <= 10; seed++) {
      const prng = createPrng(seed);
      const changes = randomChanges(prng, 40);
      const batch = openWorld();
      await land(batch, { nowMs: NOW_MS, items: changes });
      const expected = await itemStates(batch);
      expect(expected.length).toBeGreaterThan(5);
      const world = openWorld();
      const rest = prng.shuffle([...changes, ...changes.slice(0, 10)]);
      while (rest.length > 0) {
        await land(world, { nowMs: NOW_MS, items: rest.splice(0, 1 + prng.int(12)) });
        if (prng.next() < 0.7) await itemStates(world);
      }
      expect(await itemStates(world), `seed ${seed}`).toEqual(expected);
    }
  });

  it("tells what an item was at the time of an event", async () => {
    const prng = createPrng("join");
    const world = openWorld();
    const prices = [1, 2, 3].map((price) => change(NOW_MS + price * 10, { price }));
    const gone = change(NOW_MS + 40, { deleted: true });
    const events = [5, 10, 19, 20, 39, 40].map((after) => eventAt(prng, NOW_MS + after));
    await land(world, { nowMs: NOW_MS, events, items: [...prices, gone] });
    await runJob(world, INTERACTIONS_JOB, { nowMs: NOW_MS });
    const states = await itemStates(world);
    const joined = (await rowsOf(world, INTERACTIONS)).map(({ occurred_at: atMs, tenant, item_id: id }) => {
      const held = states.filter(
        (state) =>
          state.tenant === tenant &&
          state.item_id === id &&
          state.valid_from <= atMs &&
          atMs < (state.valid_to ?? Number.POSITIVE_INFINITY),
      );
      return [atMs - NOW_MS, held.map(({ price }) => price)];
    });
    expect(joined).toEqual([
      [5, []],
      [10, [1]],
      [19, [1]],
      [20, [2]],
      [39, [3]],
      [40, []],
    ]);
  });
});

describe("silver.users", () => {
  it("has the states of users in the same way", async () => {
    const world = openWorld();
    const user = { tenant: "t", user_id: "ann", deleted: false };
    await world.lake.append(
      USER_CHANGES,
      [
        { ...user, changed_at: 10, attributes: { plan: "free" } },
        { ...user, changed_at: 20, attributes: { plan: "paid" } },
        { ...user, changed_at: 30, deleted: true },
      ],
      { nowMs: NOW_MS },
    );
    await world.lake.commitAllPending({ nowMs: NOW_MS, force: true });
    await runJob(world, USER_STATES_JOB, { nowMs: NOW_MS });
    expect(await rowsOf(world, USER_STATES)).toEqual([
      { tenant: "t", user_id: "ann", attributes: { plan: "free" }, valid_from: 10, valid_to: 20 },
      { tenant: "t", user_id: "ann", attributes: { plan: "paid" }, valid_from: 20, valid_to: 30 },
    ]);
  });
});
