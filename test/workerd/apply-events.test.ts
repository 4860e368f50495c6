import { env } from "cloudflare:workers";
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { DAY_MS, HISTORY_MAX, HOUR_MS } from "../../src/base/index.ts";
import { makeUuidV7, type StoredEvent } from "../../src/events/index.ts";
import { applyEvents, readProfile } from "../../src/features/index.ts";
import { migrated } from "./migrated.ts";

const NOW_MS = Date.UTC(2026, 10, 21, 12, 30);

/** The `n`th event; its id is made at `NOW_MS` unless told otherwise. */
function event(n: number, fields: Partial<StoredEvent> = {}): StoredEvent {
  const random = Uint8Array.from({ length: 10 }, (_, i) => (n >>> (8 * (i % 4))) & 255);
  const occurredAt = fields.occurred_at ?? NOW_MS - 1_000 + n;
  return {
    tenant: "t",
    event_id: makeUuidV7(NOW_MS, random),
    type: "click",
    session_id: "s",
    item_id: `i${n}`,
    occurred_at: occurredAt,
    sent_at: NOW_MS,
    received_at: NOW_MS,
    consent: "granted",
    is_bot: false,
    ...fields,
  };
}

const db = () => env.PROFILES_0;
const stores = () => ({ core: env.DB, profiles: [db()] });

/** All that events have left behind, except who brought them. */
async function state(): Promise<unknown> {
  const tables = [
    "SELECT tenant, event_id FROM event_ledger ORDER BY 1, 2",
    "SELECT * FROM item_hourly ORDER BY 1, 2, 3",
    "SELECT * FROM item_daily ORDER BY 1, 2, 3",
    "SELECT * FROM category_daily ORDER BY 1, 2, 3",
    "SELECT tenant, actor, day, activity FROM session_activity ORDER BY 1, 2, 3",
    "SELECT * FROM profiles ORDER BY 1, 2",
    "SELECT tenant, anonymous_id, user_id FROM identity_links ORDER BY 1, 2",
  ];
  const answers = await db().batch(tables.map((sql) => db().prepare(sql)));
  return answers.map((answer) => answer.results);
}

async function rows<T>(sql: string): Promise<T[]> {
  return (await db().prepare(sql).all<T>()).results;
}

async function history(subject: string, tenant = "t"): Promise<string[]> {
  return (await readProfile(db(), tenant, [subject], NOW_MS))?.history.map((entry) => entry.itemId) ?? [];
}

beforeEach(async () => {
  await migrated(env.DB, "core");
  await migrated(db(), "profiles");
});

describe("counters", () => {
  it("count each type of event in its UTC hour and day", async () => {
    const at = NOW_MS - 2 * HOUR_MS;
    await applyEvents(
      stores(),
      [
        event(1, { type: "view", item_id: "a", occurred_at: at }),
        event(2, { type: "purchase", item_id: "a", occurred_at: at }),
        event(3, { type: "add_to_cart", item_id: "a", occurred_at: NOW_MS }),
        event(4, {
          type: "impression",
          item_id: undefined as never,
          items: [{ item_id: "a" }, { item_id: "b" }, { item_id: "a" }],
          occurred_at: at,
        }),
        event(5, { type: "search", item_id: "a" }),
        event(6, { type: "like", item_id: "b", occurred_at: at, consent: "denied" }),
        event(7, { type: "view", item_id: "a", is_bot: true }),
      ],
      NOW_MS,
    );
    const zero = {
      views: 0,
      clicks: 0,
      carts: 0,
      purchases: 0,
      impressions: 0,
      score: 0,
      timed: 0,
      duration_ms: 0,
    };
    const hour = Math.floor(at / HOUR_MS);
    expect(await rows("SELECT * FROM item_hourly ORDER BY hour, item_id")).toEqual([
      { ...zero, hour, tenant: "t", item_id: "a", views: 1, purchases: 1, impressions: 1, score: 6 },
      { ...zero, hour, tenant: "t", item_id: "b", impressions: 1, score: 3 },
      { ...zero, hour: hour + 2, tenant: "t", item_id: "a", carts: 1, score: 3 },
    ]);
    const day = Math.floor(NOW_MS / DAY_MS);
    expect(await rows("SELECT day, item_id, score FROM item_daily ORDER BY item_id")).toEqual([
      { day, item_id: "a", score: 9 },
      { day, item_id: "b", score: 3 },
    ]);
    expect(await rows("SELECT count(*) AS n FROM event_ledger")).toEqual([{ n: 7 }]);
  });

  it("leave out what lies before the windows, and ids that the ledger no longer remembers", async () => {
    await applyEvents(
      stores(),
      [
        event(1, { item_id: "a", occurred_at: NOW_MS - 48 * HOUR_MS }),
        event(2, { item_id: "b", occurred_at: NOW_MS - 31 * DAY_MS }),
        event(3, { item_id: "c", event_id: makeUuidV7(NOW_MS - 48 * HOUR_MS, new Uint8Array(10)) }),
      ],
      NOW_MS,
    );
    expect(await rows("SELECT item_id FROM item_hourly")).toEqual([]);
    expect(await rows("SELECT item_id FROM item_daily")).toEqual([{ item_id: "a" }]);
    // Silver hands over the third one: the ledger must not have it by then.
    expect(await rows("SELECT count(*) AS n FROM event_ledger")).toEqual([{ n: 2 }]);
  });
});

describe("profiles", () => {
  it(`keep the newest ${HISTORY_MAX} interactions with type, value and time, oldest first`, async () => {
    const many = Array.from({ length: HISTORY_MAX + 20 }, (_, n) => event(n, { user_id: "u" }));
    await applyEvents(stores(), many.slice(60), NOW_MS);
    await applyEvents(stores(), many.slice(0, 60).reverse(), NOW_MS);
    expect(await history("u:u")).toEqual(many.slice(20).map((each) => each.item_id));
    await applyEvents(
      stores(),
      [event(500, { user_id: "v", type: "rate", value: 4.5, item_id: "an item" })],
      NOW_MS,
    );
    expect(await readProfile(db(), "t", ["u:v"], NOW_MS)).toEqual({
      history: [{ itemId: "an item", type: "rate", value: 4.5, occurredAtMs: NOW_MS - 500 }],
      bought: [],
      shown: [],
      updatedAtMs: NOW_MS,
    });
  });

  it("hold nothing of bots, of denied consent and of what is no sign of interest", async () => {
    const fields: Partial<StoredEvent>[] = [
      { is_bot: true },
      { consent: "denied" },
      { type: "impression" },
      { type: "search" },
      { type: "page" },
      { type: "dislike" },
    ];
    await applyEvents(
      stores(),
      fields.map((each, n) => event(n, { user_id: "u", anonymous_id: "d", ...each })),
      NOW_MS,
    );
    await applyEvents(
      stores(),
      [event(9, { type: "identify", user_id: "u", anonymous_id: "d", consent: "denied" })],
      NOW_MS,
    );
    expect(await rows("SELECT * FROM profiles WHERE history <> '[]' OR bought <> '[]'")).toEqual([]);
    // That it was shown is no interest, and what is shown too often must be known.
    expect(await rows("SELECT subject, shown ->> '$[0][0]' AS item FROM profiles")).toEqual([
      { subject: "u:u", item: "i2" },
    ]);
    expect(await rows("SELECT * FROM identity_links")).toEqual([]);
  });

  it("are folded into the user's by identify, once, and take the device's later events", async () => {
    const identify = event(4, { type: "identify", user_id: "u", anonymous_id: "d" });
    await applyEvents(stores(), [event(1, { anonymous_id: "d" }), event(2, { user_id: "u" })], NOW_MS);
    expect(await history("a:d")).toEqual(["i1"]);
    await applyEvents(stores(), [event(3, { anonymous_id: "d" }), identify], NOW_MS);
    expect(await history("u:u")).toEqual(["i1", "i2", "i3"]);
    await applyEvents(stores(), [identify, event(5, { anonymous_id: "d" })], NOW_MS);
    await applyEvents(stores(), [event(6, { type: "identify", user_id: "w", anonymous_id: "d" })], NOW_MS);
    expect(await history("u:u")).toEqual(["i1", "i2", "i3", "i5"]);
    expect(await history("u:w")).toEqual([]);
    expect(await history("a:d")).toEqual([]);
  });

  it("take any text as an id", async () => {
    const ids = ["a\u0000b", "a", "\ud800", "'; DROP TABLE profiles; --", '"', "\\", "🦊", "$.x"];
    const events = ids.map((id, n) => event(n, { user_id: id, anonymous_id: id, item_id: id }));
    await applyEvents(stores(), events, NOW_MS);
    await applyEvents(stores(), events, NOW_MS);
    for (const id of ids.slice(3)) expect(await history(`u:${id}`)).toEqual([id]);
    expect(await rows("SELECT sum(clicks) AS n FROM item_hourly")).toEqual([{ n: ids.length }]);
  });

  it("merge a user and a device that are asked for together", async () => {
    await applyEvents(stores(), [event(1, { anonymous_id: "d" }), event(2, { user_id: "u" })], NOW_MS);
    const profile = await readProfile(db(), "t", ["u:u", "a:d"], NOW_MS);
    expect(profile?.history.map((entry) => entry.itemId)).toEqual(["i1", "i2"]);
    expect(await readProfile(db(), "other", ["u:u", "a:d"], NOW_MS)).toBeNull();
  });
});

describe("tenants", () => {
  it("with equal ids of events, users and items do not meet", async () => {
    await applyEvents(
      stores(),
      [event(1, { user_id: "u" }), event(1, { user_id: "u", tenant: "other", item_id: "x" })],
      NOW_MS,
    );
    expect(await history("u:u")).toEqual(["i1"]);
    expect(await history("u:u", "other")).toEqual(["x"]);
    expect(await rows("SELECT tenant, item_id FROM item_hourly ORDER BY 1")).toEqual([
      { tenant: "other", item_id: "x" },
      { tenant: "t", item_id: "i1" },
    ]);
  });
});

/** A few tenants, devices and items, so that collisions are common; a device belongs to one user. */
const arbitraryEvents = fc
  .array(
    fc.record({
      type: fc.constantFrom("view", "click", "purchase", "impression", "identify", "search"),
      tenant: fc.constantFrom("t", "u"),
      device: fc.integer({ min: 0, max: 3 }),
      known: fc.boolean(),
      item: fc.integer({ min: 0, max: 4 }),
      ageHours: fc.constantFrom(0, 0, 1, 30, 100, 900),
      consent: fc.constantFrom("granted" as const, "granted" as const, "denied" as const),
    }),
    { minLength: 1, maxLength: 40 },
  )
  .map((list) =>
    list.map(({ type, tenant, device, known, item, ageHours, consent }, n) =>
      event(n, {
        type,
        tenant,
        consent,
        anonymous_id: `d${device}`,
        ...(known || type === "identify" ? { user_id: `u${device % 2}` } : {}),
        item_id: `i${item}`,
        occurred_at: NOW_MS - ageHours * HOUR_MS - (n % 3),
      }),
    ),
  );

describe("redelivery", () => {
  it("and any regrouping, order or concurrency of the same events leave the same state", async () => {
    await fc.assert(
      fc.asyncProperty(
        arbitraryEvents,
        fc.array(fc.array(fc.nat(), { minLength: 1, maxLength: 12 }), { maxLength: 6 }),
        async (events, picks) => {
          await migrated(db(), "profiles");
          await applyEvents(stores(), events, NOW_MS);
          const whole = await state();

          await migrated(db(), "profiles");
          const groups = picks.map((group) => group.map((n) => events[n % events.length] as StoredEvent));
          const delivered = [...groups, [...events].reverse(), ...groups];
          await Promise.all(delivered.map((group) => applyEvents(stores(), group, NOW_MS)));
          expect(await state()).toEqual(whole);
        },
      ),
      { numRuns: 25, seed: 20_261_121 },
    );
  });
});
