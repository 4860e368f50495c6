import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  EVENT_COLUMNS,
  EVENT_TYPES,
  type Event,
  eventSchema,
  hashKey,
  isUuidV7,
  itemSchema,
  makeKey,
  makeUuidV7,
  parseKey,
  userSchema,
  uuidV7TimeMs,
} from "../../src/events/index.ts";

const event: Event = {
  event_id: makeUuidV7(1_790_000_000_000, new Uint8Array(10).fill(7)),
  type: "click",
  user_id: "u1",
  session_id: "s1",
  item_id: "i1",
  occurred_at: 1_790_000_000_000,
  sent_at: 1_790_000_000_500,
  consent: "granted",
};

/** The paths that a schema complains about. */
function complaints(change: Record<string, unknown>): string[] {
  const result = eventSchema.safeParse({ ...event, ...change });
  return result.success ? [] : result.error.issues.map((issue) => issue.path.join("."));
}

describe("the event schema", () => {
  it("refuses a value beyond any sale, either way", () => {
    for (const value of [1e12, -1e12, 0]) expect(complaints({ value })).toEqual([]);
    for (const value of [1.1e12, -1e300]) expect(complaints({ value })).toEqual(["value"]);
  });

  it("accepts a plain event, and one without session when consent is denied", () => {
    expect(complaints({})).toEqual([]);
    expect(complaints({ session_id: undefined, user_id: undefined, consent: "denied" })).toEqual([]);
  });

  it("names the field that is wrong", () => {
    expect(complaints({ event_id: "1" })).toEqual(["event_id"]);
    expect(complaints({ event_id: event.event_id.toUpperCase() })).toEqual(["event_id"]);
    expect(complaints({ type: "Bad Type" })).toEqual(["type"]);
    expect(complaints({ item_id: "x".repeat(201) })).toEqual(["item_id"]);
    expect(complaints({ session_id: undefined })).toEqual(["session_id"]);
    expect(complaints({ currency: "euro" })).toEqual(["currency"]);
    expect(complaints({ type: "identify" })).toEqual(["user_id"]);
    expect(complaints({ type: "impression", item_id: undefined })).toEqual(["items"]);
    expect(complaints({ surprise: 1 })).toEqual([""]);
  });

  it("takes as an id any text that an address and UTF-8 can carry, for events, items and users", () => {
    for (const id of ["a b/ü,%2F", "...", ".a", "😀", "-"]) {
      expect(complaints({ user_id: id, item_id: id, items: [{ item_id: id }] })).toEqual([]);
    }
    for (const id of [".", "..", "\ud83d", "a\ude00", "\ude00\ud83d", ""]) {
      const wrong = { user_id: id, anonymous_id: id, session_id: id, item_id: id, items: [{ item_id: id }] };
      expect(new Set(complaints(wrong))).toEqual(
        new Set(["user_id", "anonymous_id", "session_id", "item_id", "items.0.item_id"]),
      );
      expect(itemSchema.safeParse({ item_id: id }).success).toBe(false);
      expect(userSchema.safeParse({ user_id: id }).success).toBe(false);
    }
    expect(itemSchema.safeParse({ item_id: ".." }).error?.issues[0]?.message).toContain('".."');
  });

  it("gives each standard type a code of its own", () => {
    const codes = Object.values(EVENT_TYPES).map(({ code }) => code);
    expect(new Set(codes).size).toBe(codes.length);
  });
});

describe("UUIDv7", () => {
  it("round-trips its time and is valid for any random bytes", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 ** 48 - 1 }),
        fc.uint8Array({ minLength: 10, maxLength: 10 }),
        (ms, random) => {
          const uuid = makeUuidV7(ms, random);
          expect(isUuidV7(uuid)).toBe(true);
          expect(uuidV7TimeMs(uuid)).toBe(ms);
        },
      ),
      { seed: 1 },
    );
  });

  it("sorts by time", () => {
    const random = new Uint8Array(10).fill(255);
    expect(makeUuidV7(1_000, random) < makeUuidV7(1_001, new Uint8Array(10))).toBe(true);
  });
});

describe("keys", () => {
  it("parse to their kind and tenant, also a tenant with hyphens", () => {
    const random = Uint8Array.from({ length: 24 }, (_, i) => 251 + i);
    for (const tenant of ["demo", "my-shop-2"]) {
      expect(parseKey(makeKey("secret", tenant, random))).toEqual({ kind: "secret", tenant });
      expect(parseKey(makeKey("publishable", tenant, random))).toEqual({ kind: "publishable", tenant });
    }
    for (const text of [
      "",
      "pk_demo_",
      "xx_demo_0123456789012345678901234567890123",
      "pk_UPPER_01234567890123456789012345678901",
    ]) {
      expect(parseKey(text)).toBeNull();
    }
  });

  it("are stored as a hash", async () => {
    expect(await hashKey("pk_a_1")).toMatch(/^[0-9a-f]{64}$/);
    expect(await hashKey("pk_a_1")).not.toBe(await hashKey("pk_a_2"));
  });
});

describe("the column map", () => {
  it("has a column for every field of the schema, each id once", () => {
    const names = EVENT_COLUMNS.map((column) => column.name);
    for (const field of Object.keys(eventSchema.shape)) expect(names).toContain(field);
    expect(EVENT_COLUMNS.map((column) => column.id)).toEqual(EVENT_COLUMNS.map((_, index) => index + 1));
  });
});

describe("the item schema", () => {
  it("refuses what it does not know", () => {
    expect(itemSchema.safeParse({ item_id: "a", title: "A", price: 3 }).success).toBe(true);
    expect(itemSchema.safeParse({ item_id: "a", price: -3 }).success).toBe(false);
    expect(itemSchema.safeParse({ item_id: "a", colour: "red" }).success).toBe(false);
  });
});
