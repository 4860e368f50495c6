import { describe, expect, it } from "vitest";
import { D1_JSON_BYTES_MAX, DAY_MS, HOUR_MS } from "../../src/base/index.ts";
import { EVENT_TYPES, makeUuidV7, type StoredEvent } from "../../src/events/index.ts";
import { linkRows, singleOccurrences } from "../../src/features/apply-plan.ts";
import { BUCKETS_KEPT, counterIncrements, ITEM_COUNTERS, WINDOWS } from "../../src/features/declarations.ts";
import { FEATURES } from "../../src/features/feature-list.ts";
import { ledgerRows } from "../../src/features/ledger.ts";
import { planCounters } from "../../src/features/plan-counters.ts";
import { splitJson } from "../../src/features/split-json.ts";
import { Visitors } from "../../src/features/visitors.ts";

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

/** What is bound for events that D1 has none of, where no item is known. */
function plan(events: readonly StoredEvent[]) {
  const visitors = new Visitors(new Map(), NOW_MS);
  visitors.fold(events);
  return {
    ledger: ledgerRows(events, new Map()),
    links: linkRows(events),
    counters: planCounters(singleOccurrences(events), new Map(), NOW_MS),
    visitors: visitors.documents(),
  };
}

const rowsOf = (documents: readonly string[]) =>
  documents.flatMap((document) => JSON.parse(document) as unknown[][]);

describe("plans", () => {
  it("keep every bound text under D1's limit, and every event's id, history and count", () => {
    const events = Array.from({ length: 1_500 }, (_, n): StoredEvent => {
      const item = `${n}`.padEnd(200, "ü");
      return { ...impression(n, 200), type: "view", item_id: item, anonymous_id: `d${n % 20}` };
    });
    const lists = Array.from({ length: 40 }, (_, n) => {
      const each = impression(2_000 + n, 200);
      return {
        ...each,
        items: (each.items ?? []).map((item) => ({ item_id: `${n}-${item.item_id}`.slice(0, 200) })),
      };
    });
    const made = plan([...events, ...lists]);
    const documents = [
      ...made.ledger,
      ...made.visitors,
      ...made.counters.flatMap(({ items, categories }) => [items, categories]),
    ];
    expect(Math.max(...documents.map(bytesOf))).toBeLessThanOrEqual(D1_JSON_BYTES_MAX);
    expect(made.counters.length).toBeGreaterThan(1);
    const items = made.counters.flatMap((row) => Object.keys(JSON.parse(row.items)));
    expect(new Set(items).size).toBe(4_000);
    const ids = rowsOf(made.ledger).flatMap(([, prefix, , , , rest]) =>
      (rest as string[]).map((each) => `${prefix}${each}`),
    );
    expect(ids).toEqual([...events, ...lists].map((event) => event.event_id));
    expect(rowsOf(made.visitors).flatMap((row) => row[5])).toHaveLength(events.length);
  });

  it("sum what a batch adds to one row", () => {
    const listed = (n: number) => ({ ...impression(n, 3), items: [{ item_id: "a" }, { item_id: "b" }] });
    const view = { ...impression(3, 3), type: "view", item_id: "a", duration_ms: 700 };
    const { counters, visitors } = plan([listed(1), listed(2), view]);
    const [hour, day] = [HOUR_MS, DAY_MS].map((bucketMs) => Math.floor(NOW_MS / bucketMs));
    const items = { a: [1, 0, 0, 0, 2, 1, 1, 700], b: [0, 0, 0, 0, 2, 0, 0, 0] };
    expect(counters).toEqual([{ tenant: "t", day, hour, items: JSON.stringify(items), categories: "{}" }]);
    expect(visitors).toEqual([]);
  });

  it("are empty for no events", () => {
    expect(Object.values(plan([])).flat().filter(Boolean)).toEqual([]);
  });
});

describe("declarations", () => {
  it("name each feature of an entity once, with windows that are kept for as long as they look back", () => {
    const names = FEATURES.map((feature) => `${feature.entity} ${feature.name}`);
    expect(new Set(names).size).toBe(names.length);
    for (const { bucket, count } of WINDOWS) expect(count).toBeLessThanOrEqual(BUCKETS_KEPT[bucket]);
    expect(FEATURES.find(({ name }) => name === "ctr_24h")).toMatchObject({
      entity: "item",
      sources: ["click", "impression"],
      window: { bucket: "hour", count: 24 },
      default: 0.02,
    });
  });

  it("give each event type its whole-number increments", () => {
    expect(counterIncrements("purchase", 900)).toEqual([0, 0, 0, 1, 0, EVENT_TYPES.purchase.weight, 0, 0]);
    expect(counterIncrements("view", 900)).toEqual([1, 0, 0, 0, 0, 1, 1, 900]);
    expect(counterIncrements("view")).toEqual([1, 0, 0, 0, 0, 1, 0, 0]);
    expect(counterIncrements("a_custom_one")).toEqual([0, 0, 0, 0, 0, 1, 0, 0]);
    expect(counterIncrements("search")).toEqual(ITEM_COUNTERS.map(() => 0));
    const all = Object.keys(EVENT_TYPES).flatMap((type) => counterIncrements(type));
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
