import { beforeAll, expect, it } from "vitest";
import { DAY_MS, HOUR_MS } from "../../src/base/index.ts";
import { makeUuidV7, type StoredEvent } from "../../src/events/index.ts";
import { openLake } from "../../src/lake/index.ts";
import { type Outcome, readOutcome } from "../../src/ops/index.ts";
import { createSigner, mintRecommendationId } from "../../src/serving/index.ts";
import { memoryObjectStore } from "../memory-object-store.ts";
import { landShop, makeCurrent } from "../retraining/landed.ts";
import { NOW_MS } from "../retraining/shop-events.ts";

const FROM_MS = NOW_MS - 7 * DAY_MS;
const store = memoryObjectStore();
const signer = createSigner("secret");
let made = 0;

async function list(
  seed: number,
  { scenario = "home", source = "model", tenant = "shop" } = {},
): Promise<string> {
  const origin = {
    tenant,
    scenario,
    variant: "control",
    modelVersion: "m1",
    source,
    seed,
    mintedAtMs: NOW_MS,
  };
  return mintRecommendationId(origin, signer);
}

function event(type: string, agoMs: number, change: Partial<StoredEvent> = {}): StoredEvent {
  const atMs = NOW_MS - agoMs;
  const random = Uint8Array.from({ length: 10 }, (_, at) => (++made >> at) & 255);
  return {
    ...{ event_id: makeUuidV7(atMs, random), tenant: "shop", type, user_id: "ann", session_id: "s" },
    ...{ occurred_at: atMs, sent_at: atMs, received_at: NOW_MS, consent: "granted", is_bot: false },
    ...change,
  };
}

const shown = (recommendation_id: string, items: string[], change: Partial<StoredEvent> = {}) =>
  event("impression", 5 * HOUR_MS, {
    ...{ recommendation_id, items: items.map((item_id, position) => ({ item_id, position })) },
    ...change,
  });

let outcome: Outcome;

beforeAll(async () => {
  const [first, second, common, strange, cart] = await Promise.all([
    list(1),
    list(2),
    list(3, { source: "popular" }),
    list(4, { tenant: "hill" }),
    list(5, { scenario: "cart" }),
  ]);
  const click = (
    recommendation_id: string,
    item_id: string,
    agoMs: number,
    change: Partial<StoredEvent> = {},
  ) => event("click", agoMs, { recommendation_id, item_id, ...change });
  const bought = (item_id: string, value: number, agoMs: number, change: Partial<StoredEvent> = {}) =>
    event("purchase", agoMs, { item_id, value, ...change });
  await landShop(store, {
    events: [
      shown(first, ["a", "b", "c"]),
      // More of the same list, after scrolling.
      shown(first, ["d"]),
      shown(second, ["a", "b"], { user_id: "bob" }),
      shown(common, ["a"], { user_id: "cat" }),
      shown(strange, ["a"]),
      shown(await list(6), ["a"], { is_bot: true }),
      shown(await list(7), ["a"], {
        occurred_at: FROM_MS - DAY_MS,
        event_id: makeUuidV7(FROM_MS - DAY_MS, new Uint8Array(10)),
      }),
      click(first, "a", 4 * HOUR_MS),
      click(first, "a", 4 * HOUR_MS - 1),
      click(first, "b", 4 * HOUR_MS),
      click(second, "b", 4 * HOUR_MS, { user_id: "bob" }),
      // Later, in another place: the last touch.
      click(cart, "a", 3 * HOUR_MS),
      bought("a", 30, 2 * HOUR_MS),
      // Of what was clicked, but before that, by somebody else, or a day too late.
      bought("b", 7, 5 * HOUR_MS),
      bought("b", 11, HOUR_MS, { user_id: "dan" }),
      click(second, "z", 3 * DAY_MS, { user_id: "bob" }),
      bought("z", 13, DAY_MS, { user_id: "bob" }),
      // It says itself which list it is of.
      bought("q", 50, HOUR_MS, { user_id: "cat", recommendation_id: common }),
      bought("r", 1_000, HOUR_MS, { is_bot: true }),
      // Imported today, and happened long ago.
      bought("a", 2_000, HOUR_MS, { occurred_at: FROM_MS - DAY_MS }),
    ],
  });
  await makeCurrent(store);
  outcome = await readOutcome(openLake(store), { tenant: "shop", fromMs: FROM_MS, holdouts: [] });
});

it("counts lists and places that were seen, and clicks, each item of a list once", () => {
  const counts = outcome.lists.map(({ scenario, source, lists, places, clicks, clickedLists }) => [
    ...[scenario, source, lists, places],
    ...[clicks, clickedLists],
  ]);
  expect(counts).toEqual([
    ["home", "model", 2, 6, 4, 2],
    // Clicked before its impression was sent: no share is above one.
    ["cart", "model", 1, 1, 1, 1],
    ["home", "common", 1, 1, 0, 0],
  ]);
  expect(outcome.complete).toBe(true);
});

it("gives a purchase to the list that it names, else to the last one that the visitor clicked it in within a day", () => {
  const sales = Object.fromEntries(
    outcome.lists.map(({ scenario, source, purchases, value }) => [
      `${scenario} ${source}`,
      [purchases, value],
    ]),
  );
  expect(sales).toEqual({ "home model": [0, 0], "home common": [1, 50], "cart model": [1, 30] });
  expect(outcome.all).toEqual({ purchases: 5, value: 111, customers: 4 });
});

it("says so where there is more than one look can hold", async () => {
  const lake = openLake(store);
  const short = await readOutcome(lake, { tenant: "shop", fromMs: FROM_MS, holdouts: [], rowsMax: 1 });
  expect(short.complete).toBe(false);
  const nobody = await readOutcome(lake, { tenant: "hill", fromMs: FROM_MS, holdouts: [] });
  expect(nobody).toEqual({
    ...{ lists: [], lifts: [], complete: true },
    all: { purchases: 0, value: 0, customers: 0 },
  });
});
