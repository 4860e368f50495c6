import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DAY_MS, HOUR_MS } from "../../src/base/index.ts";
import { isBeyondLedger, makeUuidV7, silverPlace } from "../../src/events/index.ts";

const MADE_MS = Date.UTC(2026, 10, 21, 23, 59);
const event_id = makeUuidV7(MADE_MS, new Uint8Array(10));

describe("silverPlace", () => {
  const placeAfter = (ageMs: number) => silverPlace({ event_id, received_at: MADE_MS + ageMs });

  it("places an event by its id's own time, up to seven days late and one day early", () => {
    for (const ageMs of [0, 1, 7 * DAY_MS, -DAY_MS]) expect(placeAfter(ageMs)).toEqual({ idTimeMs: MADE_MS });
    expect(placeAfter(7 * DAY_MS + 1)).toBe("too_late");
    expect(placeAfter(-DAY_MS - 1)).toBe("too_early");
  });

  it("has a place for what was replayed, however late, and for what is no longer early", () => {
    const replayed = (ageMs: number, replayedAgeMs: number) =>
      silverPlace({ event_id, received_at: MADE_MS + ageMs, replayed_at: MADE_MS + replayedAgeMs });
    expect(replayed(40 * DAY_MS, 41 * DAY_MS)).toEqual({ idTimeMs: MADE_MS });
    expect(replayed(-3 * DAY_MS, -2 * DAY_MS)).toBe("too_early");
    expect(replayed(-3 * DAY_MS, -DAY_MS)).toEqual({ idTimeMs: MADE_MS });
    const asStored = { event_id, received_at: MADE_MS + 8 * DAY_MS, replayed_at: null };
    expect(silverPlace(asStored)).toBe("too_late");
  });

  it("gives all duplicates inside the clamp one place", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -DAY_MS, max: 7 * DAY_MS }), { minLength: 2 }), (ages) => {
        expect(new Set(ages.map((ageMs) => JSON.stringify(placeAfter(ageMs)))).size).toBe(1);
      }),
    );
  });
});

describe("isBeyondLedger", () => {
  const beyond = (ageMs: number, clockErrorMs = 0) =>
    isBeyondLedger(
      {
        event_id: makeUuidV7(MADE_MS + clockErrorMs, new Uint8Array(10)),
        sent_at: MADE_MS + clockErrorMs,
        received_at: MADE_MS,
      },
      MADE_MS + ageMs,
    );

  it("gives an id up an hour before the ledger forgets it", () => {
    expect(beyond(47 * HOUR_MS)).toBe(false);
    expect(beyond(47 * HOUR_MS + 1)).toBe(true);
  });

  it("sets the client's clock right by the time of sending", () => {
    for (const clockErrorMs of [-3 * DAY_MS, 3 * DAY_MS]) {
      expect(beyond(HOUR_MS, clockErrorMs)).toBe(false);
      expect(beyond(48 * HOUR_MS, clockErrorMs)).toBe(true);
    }
  });
});
