import { describe, expect, it } from "vitest";
import { EVENTS_PER_REQUEST_MAX, HOUR_MS } from "../../src/base/index.ts";
import { type Event, makeUuidV7 } from "../../src/events/index.ts";
import { type AcceptContext, acceptEvents } from "../../src/ingest/index.ts";

const NOW_MS = Date.UTC(2026, 10, 21, 12);

function event(n: number, fields: Partial<Record<keyof Event, unknown>> = {}): Record<string, unknown> {
  return {
    event_id: makeUuidV7(NOW_MS - 1_000, Uint8Array.of(n >> 8, n & 255, 0, 0, 0, 0, 0, 0, 0, 0)),
    type: "view",
    session_id: "s",
    item_id: "i",
    occurred_at: NOW_MS - 1_000,
    sent_at: NOW_MS,
    consent: "granted",
    ...fields,
  };
}

function context(fields: Partial<AcceptContext> = {}): AcceptContext {
  return {
    tenant: "shop",
    nowMs: NOW_MS,
    isBot: false,
    config: { customEventTypes: ["wish"] },
    userTrusted: () => true,
    ...fields,
  };
}

/** The one event of a body, accepted. */
function accepted(body: unknown, fields?: Partial<AcceptContext>) {
  const result = acceptEvents(body, context(fields));
  if (!result.ok) throw new Error(result.error.message);
  expect(result.value.verdicts).toMatchObject([{ index: 0, status: "accepted" }]);
  return result.value.accepted[0];
}

/** The error of the one event of a body. */
function rejection(body: unknown, fields?: Partial<AcceptContext>) {
  const result = acceptEvents(body, context(fields));
  if (!result.ok) throw new Error(result.error.message);
  expect(result.value.accepted).toEqual([]);
  const [verdict] = result.value.verdicts;
  return verdict?.status === "rejected" ? verdict.error : undefined;
}

describe("an event", () => {
  it("is kept with what the server knows", () => {
    expect(accepted(event(1), { country: "DE", device: "mobile", isBot: true })).toEqual({
      ...event(1),
      tenant: "shop",
      received_at: NOW_MS,
      country: "DE",
      device: "mobile",
      is_bot: true,
    });
  });

  it("may be of a type that the tenant declared, and of no other", () => {
    expect(accepted(event(1, { type: "wish" }))?.type).toBe("wish");
    expect(rejection(event(1, { type: "stray" }))).toEqual({
      field: "type",
      message: '"stray" is neither standard nor declared by the tenant',
    });
  });

  it.each([
    ["item_id", event(1, { item_id: "x".repeat(201) }), "200"],
    ["items.1.item_id", event(1, { items: [{ item_id: "a" }, { item_id: "" }] }), "1"],
    ["session_id", event(1, { session_id: undefined }), "consent"],
    ["event_id", event(1, { event_id: "1" }), "UUIDv7"],
    ["user", { ...event(1), user: "u" }, "nrecognized"],
    ["", "no object", "object"],
  ])("is refused by the field %s, and told why", (field, body, word) => {
    const error = rejection(body);
    expect(error?.field).toBe(field);
    expect(error?.message).toContain(word);
  });

  it("is refused beyond the size of one event, in bytes of UTF-8", () => {
    const letters = (letter: string) =>
      Object.fromEntries(Array.from({ length: 7 }, (_, i) => [`k${i}`, letter.repeat(500)]));
    expect(accepted(event(1, { context: letters("x") }))).toBeDefined();
    expect(rejection(event(1, { context: letters("ಠ") }))?.message).toMatch(/EVENT_BYTES_MAX/);
  });

  it("is refused when its id was made after it was sent", () => {
    const late = makeUuidV7(NOW_MS + 2 * HOUR_MS, new Uint8Array(10));
    expect(rejection(event(1, { event_id: late }))?.field).toBe("event_id");
  });
});

describe("the client's clock", () => {
  it("is corrected by what it said when it sent", () => {
    const wrong = NOW_MS - 5 * 365 * 24 * HOUR_MS;
    const made = {
      event_id: makeUuidV7(wrong, new Uint8Array(10)),
      occurred_at: wrong - 60_000,
      sent_at: wrong,
    };
    expect(accepted(event(1, made))?.occurred_at).toBe(NOW_MS - 60_000);
  });

  it("stands where only the way took time: one moment stays one moment in two requests", () => {
    const occurred_at = NOW_MS - 60_000;
    for (const sent_at of [NOW_MS - 9_000, NOW_MS - 5, NOW_MS, NOW_MS + 2_000]) {
      expect(accepted(event(1, { occurred_at, sent_at }))?.occurred_at).toBe(occurred_at);
    }
  });

  it("never puts an event into the future, nor before 1970", () => {
    expect(accepted(event(1, { occurred_at: NOW_MS + HOUR_MS }))?.occurred_at).toBe(NOW_MS);
    expect(accepted(event(1, { occurred_at: 0, sent_at: NOW_MS + HOUR_MS }))?.occurred_at).toBe(0);
  });

  it("leaves history that a server sends where it was", () => {
    const years = Date.UTC(1996, 0, 1);
    expect(accepted(event(1, { occurred_at: years }))?.occurred_at).toBe(years);
  });
});

describe("identity", () => {
  it("is dropped without consent; the event still counts", () => {
    const totals = { type: "purchase", value: 3, quantity: 2, currency: "EUR", scenario: "home" };
    const { session_id, ...told } = event(1, { consent: "denied", ...totals });
    const naming = {
      session_id,
      user_id: "u",
      anonymous_id: "a",
      recommendation_id: "r",
      context: { user: "ann@shop.example" },
      duration_ms: 5,
    };
    const kept = accepted({ ...told, ...naming }, { country: "DE", device: "mobile" });
    expect(kept).toEqual({ ...told, tenant: "shop", received_at: NOW_MS, is_bot: false });
  });

  it("of an unproven user is dropped, and a link to one refused", () => {
    const untrusted = { userTrusted: (userId: string) => userId === "proven" };
    expect(accepted(event(1, { user_id: "u", anonymous_id: "a" }), untrusted)).not.toHaveProperty("user_id");
    expect(accepted(event(1, { user_id: "proven" }), untrusted)?.user_id).toBe("proven");
    const link = event(1, { type: "identify", user_id: "u", anonymous_id: "a" });
    expect(rejection(link, untrusted)?.field).toBe("user_id");
    expect(rejection({ ...link, consent: "denied" })?.field).toBe("consent");
  });
});

describe("a body", () => {
  it("has a verdict for each event, and one bad event rejects only itself", () => {
    const result = acceptEvents([event(1), event(2, { value: "1" }), event(3)], context());
    expect(result.ok && result.value.verdicts).toMatchObject([
      { index: 0, status: "accepted", event_id: event(1).event_id },
      { index: 1, status: "rejected", event_id: event(2).event_id, error: { field: "value" } },
      { index: 2, status: "accepted" },
    ]);
    expect(result.ok && result.value.accepted).toHaveLength(2);
  });

  it("is taken once where it repeats an event", () => {
    const result = acceptEvents([event(1), event(1), event(2)], context());
    expect(result.ok && result.value.accepted).toHaveLength(2);
    expect(result.ok && result.value.verdicts.map(({ status }) => status)).toEqual([
      "accepted",
      "accepted",
      "accepted",
    ]);
  });

  it("must hold an event, and no more than the limit", () => {
    expect(acceptEvents([], context())).toMatchObject({ ok: false, error: { status: 400 } });
    const most = Array.from({ length: EVENTS_PER_REQUEST_MAX }, (_, n) => event(n));
    expect(acceptEvents(most, context())).toMatchObject({ ok: true });
    expect(acceptEvents([...most, event(9_999)], context())).toMatchObject({
      ok: false,
      error: { status: 413, limit: "EVENTS_PER_REQUEST_MAX" },
    });
  });
});
