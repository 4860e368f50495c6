import { beforeAll, describe, expect, it } from "vitest";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../src/base/index.ts";
import type { StoredEvent } from "../../src/events/index.ts";
import { openLake } from "../../src/lake/index.ts";
import { type EventFacts, readEventFacts } from "../../src/ops/doctor/event-facts.ts";
import type { Finding } from "../../src/ops/doctor/finding.ts";
import { judgeEvents } from "../../src/ops/doctor/judge-events.ts";
import { judgeTraffic } from "../../src/ops/doctor/judge-traffic.ts";
import type { IntakeFacts } from "../../src/ops/doctor/stored-facts.ts";
import { memoryObjectStore } from "../memory-object-store.ts";
import { landShop, makeCurrent } from "../retraining/landed.ts";
import { NOW_MS } from "../retraining/shop-events.ts";
import { catalogue, healthyWeek, listId, told, visitor } from "./doctor-shop.ts";

const INTAKE: IntakeFacts = { delivered: 0, distinct: 0, setAside: [], declaredTypes: [] };
let week: StoredEvent[];

beforeAll(async () => {
  week = await healthyWeek();
});

/** What the lake shows of the healthy week and what comes on top of it. */
async function factsWith(more: readonly StoredEvent[], rowsMax?: number): Promise<EventFacts> {
  const store = memoryObjectStore();
  await landShop(store, { events: [...week, ...more], items: catalogue() });
  await makeCurrent(store);
  const bound = rowsMax === undefined ? {} : { rowsMax };
  return readEventFacts(openLake(store), { tenant: "shop", nowMs: NOW_MS, ...bound });
}

async function found(more: readonly StoredEvent[], intake: Partial<IntakeFacts> = {}): Promise<Finding[]> {
  const facts = await factsWith(more);
  return [...judgeEvents(facts), ...judgeTraffic(facts, { ...INTAKE, ...intake })];
}

/** So many of a type by healthy visitors, on all days alike. */
function many(count: number, type: string, change: Partial<StoredEvent>): StoredEvent[] {
  return Array.from({ length: count }, (_, at) => {
    const day = at % 7;
    return told(type, day * DAY_MS + 2 * HOUR_MS + at * 7_000, { ...visitor(at % 30, day), ...change });
  });
}

describe("a week's events", () => {
  it("have nothing that stands out where nothing is wrong", async () => {
    expect(await found([])).toEqual([]);
  });

  it("name items that the catalogue does not have", async () => {
    const unknown = [...many(25, "click", { item_id: "SKU-1" }), ...many(10, "click", { item_id: "SKU-2" })];
    const [finding, ...others] = (await found(unknown)).filter(({ code }) => code === "unknown_items");
    expect(others).toEqual([]);
    expect(finding).toMatchObject({
      about: "click",
      severity: "warn",
      count: 35,
      of: 245,
      examples: ["SKU-1", "SKU-2"],
    });
    expect(finding?.sentence).toMatch(
      /^14 % of clicks name items that the catalogue has never had: 35 of 245\./,
    );
    const one = await found(many(2, "click", { item_id: "SKU-1" }));
    expect(one).toEqual([]);
  });

  it("name nobody, though consent was given; who denied it need not be named", async () => {
    const nobody = {
      user_id: undefined,
      anonymous_id: undefined,
      item_id: "item-1",
    } as unknown as Partial<StoredEvent>;
    const findings = await found(many(120, "view", nobody));
    expect(findings).toMatchObject([{ code: "events_without_visitor", severity: "warn", count: 120 }]);
    expect(findings[0]?.examples).toEqual(["view: 120"]);
    const denied = { ...nobody, consent: "denied", session_id: undefined } as unknown as Partial<StoredEvent>;
    expect(await found(many(120, "view", denied))).toEqual([]);
  });

  it("share one id among very many, though it looks like a robot by then", async () => {
    const guests = Array.from({ length: 600 }, (_, at) =>
      told("view", HOUR_MS + at * 9 * MINUTE_MS, {
        user_id: "guest",
        session_id: `g${at % 300}`,
        item_id: "item-1",
      }),
    );
    const finding = (await found(guests)).find(({ code }) => code === "shared_visitor_id");
    expect(finding).toMatchObject({ about: "user_id", severity: "error", count: 600 });
    expect(finding?.examples[0]).toMatch(/^guest: \d+ visits$/);
  });

  it("do not share an id where one visitor comes often, or years of visits are imported", async () => {
    const keen = Array.from({ length: 150 }, (_, at) =>
      told("view", at * HOUR_MS, { user_id: "keen", session_id: `k${at}`, item_id: "item-1" }),
    );
    const past = Array.from({ length: 400 }, (_, at) =>
      told("view", HOUR_MS, {
        user_id: "old",
        session_id: `o${at}`,
        item_id: "item-1",
        occurred_at: NOW_MS - at * DAY_MS - 2 * DAY_MS,
      }),
    );
    expect((await found([...keen, ...past])).filter(({ code }) => code === "shared_visitor_id")).toEqual([]);
  });

  it("have purchases without a value, or in several currencies", async () => {
    const free = await found(many(10, "purchase", { item_id: "item-1" }));
    expect(free).toMatchObject([{ code: "purchases_without_value", severity: "warn", count: 10, of: 52 }]);
    const mixed = await found(many(8, "purchase", { item_id: "item-1", value: 900, currency: "JPY" }));
    expect(mixed).toMatchObject([
      { code: "mixed_currencies", count: 8, of: 50, examples: ["EUR: 42", "JPY: 8"] },
    ]);
    expect(mixed[0]?.sentence).toContain("16 % of them not in EUR");
    expect(await found(many(1, "purchase", { item_id: "item-1" }))).toEqual([]);
  });

  it("have impressions that name no list, and clicks on lists of others", async () => {
    const unlisted = await found(many(30, "impression", { item_id: "item-1" }));
    expect(unlisted).toMatchObject([
      { code: "impressions_without_list", severity: "warn", count: 30, of: 240 },
    ]);
    const foreign = await listId(1, "hill");
    const clicks = [
      ...many(40, "click", { item_id: "item-1", recommendation_id: foreign }),
      ...many(30, "click", { item_id: "item-1", recommendation_id: "made-up" }),
    ];
    expect(await found(clicks)).toMatchObject([
      {
        code: "clicks_on_foreign_lists",
        severity: "error",
        count: 70,
        of: 280,
        examples: [foreign.slice(0, 40), "made-up"],
      },
    ]);
  });

  it("are robots' to a part, which is worth knowing only where it is large", async () => {
    expect(await found(many(300, "view", { item_id: "item-1", is_bot: true }))).toMatchObject([
      { code: "automated_traffic", severity: "info", count: 300 },
    ]);
    expect(await found(many(100, "view", { item_id: "item-1", is_bot: true }))).toEqual([]);
  });

  it("were sent by clocks that are off", async () => {
    const off = many(40, "view", { item_id: "item-1" }).map((event) => ({
      ...event,
      sent_at: event.received_at - HOUR_MS,
    }));
    expect(await found(off)).toMatchObject([{ code: "clocks_off", severity: "warn", count: 40 }]);
    const drift = many(40, "view", { item_id: "item-1" }).map((event) => ({
      ...event,
      sent_at: event.received_at - MINUTE_MS,
    }));
    expect(await found(drift)).toEqual([]);
  });

  it("are looked at up to a bound, and what was not read is not said to be missing", async () => {
    const facts = await factsWith([], 10);
    expect(facts.complete).toBe(false);
    expect(judgeTraffic(facts, { ...INTAKE, declaredTypes: ["swipe"] })).toEqual([]);
  });
});

describe("what comes and what does not", () => {
  it("lacks impressions where lists are clicked, and purchases where thousands look", async () => {
    const facts = await factsWith([]);
    const without = (type: string, extra: Partial<EventFacts> = {}) => {
      const types = new Map([...facts.types].filter(([name]) => name !== type));
      return judgeTraffic({ ...facts, types, ...extra }, INTAKE).filter(
        ({ code }) => code === "type_never_came",
      );
    };
    expect(without("impression")).toMatchObject([{ about: "impression", of: 210 }]);
    expect(without("purchase")).toEqual([]);
    const lookers = await factsWith(many(700, "view", { item_id: "item-1" }));
    lookers.types.delete("purchase");
    expect(judgeTraffic(lookers, INTAKE)).toMatchObject([
      { code: "type_never_came", about: "purchase", of: 1_120 },
    ]);
  });

  it("lacks a type that the tenant declared, among a thousand events", async () => {
    const busy = many(400, "swipe", { item_id: "item-1" });
    expect(await found(busy, { declaredTypes: ["swipe", "swpie"] })).toMatchObject([
      { code: "type_never_came", about: "swpie", severity: "warn" },
    ]);
    expect(await found([], { declaredTypes: ["swipe"] })).toEqual([]);
  });

  it("is fewer than on the weakest day before, and says by how much", async () => {
    const before = many(700, "view", { item_id: "item-1" }).filter(
      ({ received_at }) => received_at < NOW_MS - DAY_MS,
    );
    const [finding, ...others] = await found(before);
    expect(others).toEqual([]);
    expect(finding).toMatchObject({
      code: "fewer_events",
      about: "view",
      severity: "warn",
      count: 60,
      of: 160,
    });
    expect(finding?.sentence).toBe(
      "60 views came in the last 24 hours; the weakest day of the week before had 160.",
    );
    const facts = await factsWith([]);
    const withDays = (...days: number[]) => {
      const views = facts.types.get("view");
      if (views !== undefined) views.days = days;
      return judgeTraffic(facts, INTAKE);
    };
    expect(withDays(2, 60, 60, 60, 0, 0, 0)).toMatchObject([
      { code: "fewer_events", severity: "error", count: 2, of: 60 },
    ]);
    // Two days are no measure.
    expect(withDays(2, 60, 60, 0, 0, 0, 0)).toEqual([]);
  });

  it("comes again by the same id, or is set aside", async () => {
    const facts = await factsWith([]);
    expect(judgeTraffic(facts, { ...INTAKE, delivered: 1_000, distinct: 600 })).toMatchObject([
      { code: "repeated_events", severity: "warn", count: 400, of: 1_000 },
    ]);
    expect(judgeTraffic(facts, { ...INTAKE, delivered: 1_000, distinct: 990 })).toEqual([]);
    const aside = [{ reason: "too_late", events: 100, examples: ["a", "b"] }];
    expect(judgeTraffic(facts, { ...INTAKE, setAside: aside })).toMatchObject([
      { code: "set_aside", about: "too_late", severity: "warn", count: 100, examples: ["a", "b"] },
    ]);
    // What was set aside is in no ledger, and did not come before.
    expect(judgeTraffic(facts, { ...INTAKE, delivered: 100, distinct: 0, setAside: aside })).toHaveLength(1);
  });
});
