import { beforeAll, describe, expect, it } from "vitest";
import { DAY_MS, HOUR_MS } from "../../src/base/index.ts";
import { makeUuidV7, type StoredEvent } from "../../src/events/index.ts";
import { IDENTITY_LINKS, openLake } from "../../src/lake/index.ts";
import { readOutcome, type ScenarioLift } from "../../src/ops/index.ts";
import { createSigner, mintRecommendationId } from "../../src/serving/index.ts";
import { memoryObjectStore } from "../memory-object-store.ts";
import { landShop, makeCurrent } from "../retraining/landed.ts";
import { NOW_MS } from "../retraining/shop-events.ts";

const SINCE_MS = NOW_MS - 3 * DAY_MS;
const HOME = { scenario: "home", share: 0.5, sinceMs: SINCE_MS };
const store = memoryObjectStore();
const signer = createSigner("secret");
let made = 0;

function list(variant: string, { scenario = "home", mintedAtMs = NOW_MS - 6 * HOUR_MS } = {}) {
  const source = variant === "popular" ? "popular" : "model";
  const origin = { tenant: "shop", scenario, variant, modelVersion: null, source };
  return mintRecommendationId({ ...origin, seed: ++made, mintedAtMs }, signer);
}

function event(type: string, agoMs: number, change: Partial<StoredEvent>): StoredEvent {
  const atMs = NOW_MS - agoMs;
  const random = Uint8Array.from({ length: 10 }, (_, at) => (++made >> at) & 255);
  return {
    ...{ event_id: makeUuidV7(atMs, random), tenant: "shop", type },
    ...{ occurred_at: atMs, sent_at: atMs, received_at: NOW_MS, consent: "granted", is_bot: false },
    ...change,
  };
}

type Who = Pick<StoredEvent, "user_id" | "anonymous_id" | "session_id">;
const ITEMS = [{ item_id: "a", position: 0 }];

const seen = (who: Who, recommendation_id: string, agoMs = 5 * HOUR_MS) =>
  event("impression", agoMs, { ...who, recommendation_id, items: ITEMS });
const clicked = (who: Who, recommendation_id: string) =>
  event("click", 4 * HOUR_MS, { ...who, recommendation_id, item_id: "a" });
const bought = (who: Who, value: number) => event("purchase", 3 * HOUR_MS, { ...who, item_id: "a", value });

const device = (name: string): Who => ({ anonymous_id: name, session_id: `s-${name}` });

/** Of `count` visitors with two lists each, the first `clicking` click in one, and buy for 10. */
async function visitors(variant: string, count: number, clicking: number): Promise<StoredEvent[]> {
  const all = Array.from({ length: count }, async (_, at) => {
    const who = device(`${variant}-${at}`);
    const [first, second] = [await list(variant), await list(variant)];
    const own = at < clicking ? [clicked(who, first), bought(who, 10)] : [];
    return [seen(who, first), seen(who, second), ...own];
  });
  return (await Promise.all(all)).flat();
}

let lift: ScenarioLift;

beforeAll(async () => {
  const signsIn = device("signs-in");
  const ann = { user_id: "ann", session_id: "s-signs-in" };
  const [asDevice, asUser, unnamed] = [await list("popular"), await list("personal"), await list("popular")];
  const identified = event("identify", 4 * HOUR_MS - 1, { ...signsIn, user_id: "ann" });
  const { event_id, occurred_at: linked_at, received_at } = identified;
  const link = { tenant: "shop", anonymous_id: "signs-in", user_id: "ann", event_id, linked_at, received_at };
  await openLake(store).append(IDENTITY_LINKS, [link], { nowMs: NOW_MS });
  await landShop(store, {
    events: [
      ...(await visitors("personal", 120, 60)),
      ...(await visitors("popular", 110, 22)),
      // One person, assigned twice: a click as a device, then a purchase of it as a user.
      seen(signsIn, asDevice),
      clicked(signsIn, asDevice),
      identified,
      seen(ann, asUser, 3.5 * HOUR_MS),
      bought(ann, 70),
      // None of these is of the experiment.
      seen({}, unnamed),
      seen(device("before"), await list("popular", { mintedAtMs: SINCE_MS - 1 })),
      seen(device("control"), await list("control")),
      seen(device("cart"), await list("personal", { scenario: "cart" })),
      clicked(device("unseen"), await list("personal")),
    ],
  });
  await makeCurrent(store);
  const fromMs = NOW_MS - HOUR_MS;
  const outcome = await readOutcome(openLake(store), { tenant: "shop", fromMs, holdouts: [HOME] });
  expect(outcome.lists).toEqual([]);
  [lift] = outcome.lifts as [ScenarioLift];
  expect(outcome.lifts).toHaveLength(1);
});

describe("the lift of a scenario, whatever window is asked for beside it", () => {
  it("counts visitors as they were assigned, each with all of its lists", () => {
    expect(lift).toMatchObject({ ...HOME, complete: true, skewed: false });
    expect(lift.personal).toEqual({
      ...{ visitors: 121, clickedVisitors: 60, lists: 241, clickedLists: 60 },
      ...{ value: 600, valueSquared: 6_000 },
    });
    expect(lift.popular).toEqual({
      ...{ visitors: 111, clickedVisitors: 23, lists: 221, clickedLists: 23 },
      ...{ value: 290, valueSquared: 22 * 100 + 70 ** 2 },
    });
  });

  it("tells how much more of the lists seen were clicked, and with what certainty", () => {
    const { clickRate } = lift;
    expect(clickRate.personal).toBeCloseTo(60 / 241);
    expect(clickRate.popular).toBeCloseTo(23 / 221);
    expect(clickRate.value).toBeCloseTo(60 / 241 / (23 / 221) - 1);
    expect(clickRate.verdict).toBe("better");
    expect(clickRate.low).toBeGreaterThan(0);
    expect(clickRate.high).toBeGreaterThan(clickRate.value ?? 0);
  });

  it("tells nothing of what visitors bought while a few of them bought it", () => {
    const { valuePerVisitor } = lift;
    expect(valuePerVisitor.personal).toBeCloseTo(600 / 121);
    expect(valuePerVisitor.popular).toBeCloseTo(290 / 111);
    expect(valuePerVisitor).toMatchObject({ value: null, low: null, high: null, verdict: "early" });
  });
});

it("says so where the visitors are not in the proportion of the share", async () => {
  const holdouts = [{ ...HOME, share: 0.1 }];
  const outcome = await readOutcome(openLake(store), { tenant: "shop", fromMs: NOW_MS - DAY_MS, holdouts });
  expect(outcome.lifts).toMatchObject([{ skewed: true, popular: { visitors: 111 } }]);
});

it("a holdout that nobody has been assigned by yet has no lift", async () => {
  const holdouts = [{ ...HOME, scenario: "footer" }];
  const outcome = await readOutcome(openLake(store), { tenant: "shop", fromMs: NOW_MS - DAY_MS, holdouts });
  expect(outcome.lists.length).toBeGreaterThan(0);
  const nothing = { personal: null, popular: null, value: null, low: null, high: null, verdict: "early" };
  expect(outcome.lifts).toMatchObject([
    { personal: { visitors: 0 }, popular: { visitors: 0 }, clickRate: nothing, valuePerVisitor: nothing },
  ]);
});
