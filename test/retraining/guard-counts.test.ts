import { describe, expect, it } from "vitest";
import { DAY_MS, HOUR_MS } from "../../src/base/index.ts";
import type { StoredEvent } from "../../src/events/index.ts";
import { openLake } from "../../src/lake/index.ts";
import type { Pointer } from "../../src/registry/index.ts";
import { ListTally } from "../../src/retraining/guard-tally.ts";
import { countLists, type DayCounts } from "../../src/retraining/index.ts";
import { memoryObjectStore } from "../memory-object-store.ts";
import { landShop, makeCurrent } from "./landed.ts";
import { listEvent as event } from "./list-events.ts";
import { NOW_MS } from "./shop-events.ts";

const PROMOTED_MS = NOW_MS - 6 * HOUR_MS;
const POINTER: Pointer = {
  v: 1,
  version: "new",
  promotedAtMs: PROMOTED_MS,
  pinned: false,
  previous: ["old"],
};

async function countsOf(events: StoredEvent[]) {
  const store = memoryObjectStore();
  await landShop(store, { events });
  await makeCurrent(store);
  const options = { tenant: "shop", nowMs: NOW_MS, yieldTo: async () => {} };
  return async (pointer: Pointer) => {
    const counts = await countLists(openLake(store), { ...options, pointer });
    return counts === null ? null : Object.entries(counts).map(([time, hours]) => [time, sumOf(hours)]);
  };
}

/** `[lists, errors, degraded, lists of the versions, clicked]` of all hours. */
function sumOf(hours: DayCounts | null) {
  if (hours === null) return null;
  return hours.reduce(
    (sum, { lists, errors, degraded, clicks }) =>
      [lists, errors, degraded, clicks.lists, clicks.clicked].map((count, at) => count + (sum[at] ?? 0)),
    [] as number[],
  );
}

describe("the counts of lists", () => {
  it("are of distinct lists that people saw, by version and by the time of the promotion", async () => {
    const after = { mintedAtMs: PROMOTED_MS + HOUR_MS, modelVersion: "new" };
    const before = { mintedAtMs: PROMOTED_MS - HOUR_MS, modelVersion: "old" };
    const counts = await countsOf(
      await Promise.all([
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
        event("impression", { ...after, degraded: "scorer_error", seed: 12, tenant: "other" }),
      ]),
    );
    expect(await counts(POINTER)).toEqual([
      ["live", [6, 1, 2, 2, 1]],
      ["earlier", null],
      ["before", [2, 0, 0, 2, 1]],
    ]);
    // Renewals of the first recipe, or after a roll-back: nothing was before them, so each is judged alone.
    const course = { sinceMs: PROMOTED_MS - 2 * HOUR_MS };
    expect(await counts({ ...POINTER, course })).toEqual(await counts(POINTER));
    expect(await counts({ ...POINTER, previous: [] })).toBeNull();
    expect(await counts({ ...POINTER, promotedAtMs: NOW_MS - 8 * DAY_MS })).toBeNull();
  });

  it("take signs of interest for clicks, and nothing else that names the list", async () => {
    const after = { mintedAtMs: PROMOTED_MS + HOUR_MS, modelVersion: "new" };
    const signs = ["click", "purchase", "like", "tasting", "dislike", "remove_from_cart", "leave", "search"];
    const counts = await countsOf(
      await Promise.all(
        signs.flatMap((sign, seed) => [
          event("impression", { ...after, seed }),
          event(sign, { ...after, seed }),
        ]),
      ),
    );
    expect((await counts(POINTER))?.[0]).toEqual(["live", [8, 0, 0, 8, 4]]);
  });

  it("are of a course from its beginning, beside the course before it", async () => {
    const sinceMs = PROMOTED_MS - 5 * HOUR_MS;
    const course = { sinceMs, before: { version: "old-2", sinceMs: sinceMs - 3 * HOUR_MS } };
    const at = (hours: number, modelVersion: string) => ({
      mintedAtMs: sinceMs + hours * HOUR_MS,
      modelVersion,
    });
    const counts = await countsOf(
      await Promise.all([
        event("impression", { ...at(6, "new-3"), seed: 1 }),
        event("impression", { ...at(1, "new-1"), seed: 2 }),
        event("click", { ...at(1, "new-1"), seed: 2 }),
        event("impression", { ...at(2, "new-2"), seed: 3 }),
        event("impression", { ...at(2, "old-2"), seed: 4 }),
        event("impression", { ...at(-1, "old-2"), seed: 5 }),
        event("click", { ...at(-1, "old-2"), seed: 5 }),
        event("impression", { ...at(-2, "old-1"), seed: 6 }),
        // Of an earlier course: seen in those days, and nothing that clicks are compared with.
        event("impression", { ...at(-10, "older"), seed: 7 }),
        event("click", { ...at(-10, "older"), seed: 7 }),
      ]),
    );
    expect(await counts({ ...POINTER, version: "new-3", course })).toEqual([
      ["live", [1, 0, 0, 1, 0]],
      ["earlier", [3, 0, 0, 2, 1]],
      ["before", [3, 0, 0, 2, 1]],
    ]);
    const old = { ...course, sinceMs: NOW_MS - 8 * DAY_MS };
    expect((await counts({ ...POINTER, version: "new-3", course: old }))?.[1]).toEqual(["earlier", null]);
  });

  it("are of a fair sample where there are too many lists to hold, each with its clicks", () => {
    const tally = new ListTally(1_000);
    const ids = Array.from({ length: 20_000 }, (_, at) => `list-${at}.${(at * 7_919) % 104_729}`);
    const origin = (at: number) => ({ mintedAtMs: (at % 24) * HOUR_MS, modelVersion: "new" });
    for (const [at, id] of ids.entries()) if (at % 10 === 0) tally.add(id, origin(at), { isSeen: false });
    for (const [at, id] of ids.entries()) tally.add(id, origin(at), { isSeen: true });
    const hours = tally.counts({}, () => true);
    const [lists = 0, , , , clicked = 0] = sumOf(hours) ?? [];
    expect(lists).toBeLessThanOrEqual(1_000);
    expect(lists).toBeGreaterThan(400);
    expect(clicked / lists).toBeGreaterThan(0.07);
    expect(clicked / lists).toBeLessThan(0.13);
    expect(Math.min(...hours.map((hour) => hour.lists))).toBeGreaterThan(5);
  });
});
