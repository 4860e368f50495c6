import { describe, expect, it } from "vitest";
import { DAY_MS, HOUR_MS } from "../../src/base/index.ts";
import { makeUuidV7, type StoredEvent } from "../../src/events/index.ts";
import { openLake } from "../../src/lake/index.ts";
import type { Pointer } from "../../src/registry/index.ts";
import { countLists, judgeLive, type LiveCounts } from "../../src/retraining/index.ts";
import { createSigner, mintRecommendationId, type RecommendationId } from "../../src/serving/index.ts";
import { memoryObjectStore } from "../memory-object-store.ts";
import { landShop, makeCurrent } from "./landed.ts";
import { NOW_MS } from "./shop-events.ts";

const SOUND = { lists: 1_000, errors: 2, degraded: 10, clicks: { lists: 2_000, clicked: 200 } };

function judged(live: Partial<LiveCounts["live"]>, before: Partial<LiveCounts["live"]> = {}) {
  return judgeLive({ live: { ...SOUND, ...live }, before: { ...SOUND, ...before } });
}

describe("the guardrails", () => {
  it("leave a version alone that does as the one before did, or better", () => {
    expect(judged({})).toBeNull();
    expect(judged({ errors: 0, degraded: 0, clicks: { lists: 2_000, clicked: 400 } })).toBeNull();
  });

  it("take back what fails, or is missing from lists, beyond doubt and by more than a trifle", () => {
    expect(judged({ errors: 30 })).toMatch(/^the model fails in 3\.0 % of the lists, 0\.2 % before/);
    expect(judged({ errors: 9 })).toBeNull();
    expect(judged({ degraded: 90 })).toMatch(/^9\.0 % of the lists do without the model, 1\.0 % before/);
    expect(judged({ degraded: 40 })).toBeNull();
    // As bad as this has it been before.
    expect(judged({ errors: 30 }, { errors: 28 })).toBeNull();
  });

  it("take back what is clicked less beyond doubt", () => {
    expect(judged({ clicks: { lists: 2_000, clicked: 120 } })).toMatch(
      /^6\.0 % of its lists are clicked, 10\.0 %/,
    );
    expect(judged({ clicks: { lists: 2_000, clicked: 175 } })).toBeNull();
    expect(judged({ clicks: { lists: 900, clicked: 0 } })).toBeNull();
  });

  it("wait for enough lists", () => {
    expect(judged({ lists: 200, errors: 200, degraded: 200 })).toBeNull();
    expect(judged({ errors: 1_000 }, { lists: 100 })).toBeNull();
  });
});

const signer = createSigner("secret");
const PROMOTED_MS = NOW_MS - 6 * HOUR_MS;
const POINTER: Pointer = {
  v: 1,
  version: "new",
  promotedAtMs: PROMOTED_MS,
  pinned: false,
  previous: ["old"],
};

let made = 0;

/** An event about a list that was made at that moment. */
async function event(
  type: string,
  origin: Pick<RecommendationId, "mintedAtMs" | "modelVersion" | "degraded"> & { seed: number },
  change: Partial<StoredEvent> = {},
): Promise<StoredEvent> {
  const id = { tenant: "shop", scenario: "home", variant: "control", source: "model", ...origin };
  const occurredAt = origin.mintedAtMs + 1_000;
  return {
    event_id: makeUuidV7(
      occurredAt,
      Uint8Array.from({ length: 10 }, (_, i) => (++made >> i) & 255),
    ),
    tenant: "shop",
    type,
    user_id: `user-${origin.seed}`,
    session_id: `session-${origin.seed}`,
    item_id: "item-1",
    recommendation_id: await mintRecommendationId(id, signer),
    occurred_at: occurredAt,
    sent_at: occurredAt,
    received_at: NOW_MS,
    consent: "granted",
    is_bot: false,
    ...change,
  };
}

describe("the counts of lists", () => {
  it("are of distinct lists that people saw, by version and by the time of the promotion", async () => {
    const after = { mintedAtMs: PROMOTED_MS + HOUR_MS, modelVersion: "new" };
    const before = { mintedAtMs: PROMOTED_MS - HOUR_MS, modelVersion: "old" };
    const events = await Promise.all([
      event("impression", { ...after, seed: 1 }),
      event("impression", { ...after, seed: 1 }, { item_id: "item-2" }),
      event("click", { ...after, seed: 1 }),
      event("purchase", { ...after, seed: 1 }),
      event("impression", { ...after, seed: 2 }),
      event("impression", { ...after, modelVersion: null, degraded: "scorer_error", seed: 3 }),
      event("impression", { ...after, modelVersion: null, degraded: "scorer_late", seed: 4 }),
      event("impression", { ...after, modelVersion: null, degraded: "history_unknown", seed: 5 }),
      // Still answered by the old one after the promotion: of the time after it, but no list of the new version.
      event("impression", { ...after, modelVersion: "old", seed: 6 }),
      event("impression", { ...after, seed: 7 }, { is_bot: true }),
      event("impression", { ...before, seed: 8 }),
      event("click", { ...before, seed: 8 }),
      event("impression", { ...before, seed: 9 }),
      event("impression", { ...before, mintedAtMs: PROMOTED_MS - 10 * DAY_MS, seed: 10 }),
      event("impression", { ...after, seed: 11 }, { recommendation_id: "none of ours" }),
    ]);
    const store = memoryObjectStore();
    await landShop(store, { events });
    await makeCurrent(store);
    const options = { tenant: "shop", nowMs: NOW_MS, yieldTo: async () => {} };
    const lake = openLake(store);
    const counts = (pointer: Pointer) => countLists(lake, { ...options, pointer });
    expect(await counts(POINTER)).toEqual({
      live: { lists: 6, errors: 1, degraded: 2, clicks: { lists: 2, clicked: 1 } },
      before: { lists: 2, errors: 0, degraded: 0, clicks: { lists: 2, clicked: 1 } },
    });
    expect(await counts({ ...POINTER, previous: [] })).toBeNull();
    expect(await counts({ ...POINTER, promotedAtMs: NOW_MS - 8 * DAY_MS })).toBeNull();
  });
});
