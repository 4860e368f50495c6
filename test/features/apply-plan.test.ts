import { describe, expect, it } from "vitest";
import { D1_JSON_BYTES_MAX } from "../../src/base/index.ts";
import { EVENT_TYPES, makeUuidV7, type StoredEvent } from "../../src/events/index.ts";
import { type ApplyPlan, planApply } from "../../src/features/apply-plan.ts";
import { counterIncrements, FEATURES, ITEM_COUNTERS } from "../../src/features/declarations.ts";
import { splitJson } from "../../src/features/split-json.ts";

const NOW_MS = 1_795_000_000_000;
const bytesOf = (text: string) => new TextEncoder().encode(text).byteLength;

function impression(n: number, itemChars: number): StoredEvent {
  const random = Uint8Array.from({ length: 10 }, (_, i) => (n >>> (8 * (i % 4))) & 255);
  return {
    tenant: "t",
    event_id: makeUuidV7(NOW_MS, random),
    type: "impression",
    session_id: "s",
    items: Array.from({ length: 100 }, (_, i) => ({ item_id: `${i}`.padEnd(itemChars, "ü") })),
    occurred_at: NOW_MS,
    sent_at: NOW_MS,
    received_at: NOW_MS,
    consent: "granted",
    is_bot: false,
  };
}

describe("plans", () => {
  it("keep every bound text under D1's limit, and every event in exactly one plan", () => {
    const events = Array.from({ length: 120 }, (_, n) => impression(n, 200));
    const plans = planApply([...events, ...events.slice(0, 5)], NOW_MS);
    expect(plans.length).toBeGreaterThan(1);
    const sizes = plans.flatMap((plan) => Object.values<string>({ ...plan }).map(bytesOf));
    expect(Math.max(...sizes)).toBeLessThanOrEqual(D1_JSON_BYTES_MAX);
    const idsOf = (list: keyof ApplyPlan) =>
      plans.flatMap((plan) => (JSON.parse(plan[list]) as string[][]).map((row) => row[1]));
    expect(idsOf("ledger")).toEqual(events.map((event) => event.event_id));
    expect(idsOf("hours")).toEqual(idsOf("ledger"));
    expect(idsOf("interactions")).toEqual([]);
  });

  it("are none for no events", () => {
    expect(planApply([], NOW_MS)).toEqual([]);
  });
});

describe("declarations", () => {
  it("name each feature once, with windows that all counters share", () => {
    const names = FEATURES.map((feature) => feature.name);
    expect(new Set(names).size).toBe(names.length);
    expect(new Set(ITEM_COUNTERS.map((counter) => JSON.stringify(counter.windows))).size).toBe(1);
  });

  it("give each event type its whole-number increments", () => {
    const [views, clicks, , purchases, impressions, score] = counterIncrements("purchase");
    expect([views, clicks, purchases, impressions, score]).toEqual([0, 0, 1, 0, EVENT_TYPES.purchase.weight]);
    expect(counterIncrements("a_custom_one")).toEqual([0, 0, 0, 0, 0, 1]);
    expect(counterIncrements("search")).toEqual([0, 0, 0, 0, 0, 0]);
    const all = Object.keys(EVENT_TYPES).flatMap(counterIncrements);
    expect(all.every(Number.isInteger)).toBe(true);
  });
});

describe("split JSON", () => {
  it("cuts by bytes, not characters, and loses nothing", () => {
    const values = Array.from({ length: 50 }, (_, n) => "ü".repeat(n));
    const documents = splitJson(values, 100);
    expect(documents.flatMap((text) => JSON.parse(text) as string[])).toEqual(values);
    for (const text of documents) {
      expect(bytesOf(text) <= 100 || (JSON.parse(text) as string[]).length === 1).toBe(true);
    }
    expect(splitJson([], 100)).toEqual([]);
  });
});
