import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeEntry, encodeEntry, type Interaction } from "../../src/features/history.ts";

const interactions = fc.record(
  {
    eventId: fc.uuid({ version: 7 }),
    itemId: fc.string({ minLength: 1, maxLength: 40, unit: "binary" }),
    type: fc.constantFrom("view", "rate", "my_event2"),
    value: fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
    occurredAtMs: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
  },
  { requiredKeys: ["eventId", "itemId", "type", "occurredAtMs"] },
) as fc.Arbitrary<Interaction>;

describe("a history's entries", () => {
  it("come back as they went in", () => {
    fc.assert(
      fc.property(interactions, (entry) => {
        expect(decodeEntry(encodeEntry(entry))).toEqual(entry);
      }),
      { seed: 1 },
    );
    const spaced: Interaction = { eventId: "e", itemId: " a  b ", type: "view", occurredAtMs: 0 };
    expect(decodeEntry(encodeEntry(spaced))).toEqual(spaced);
  });

  it("sort as text by time, then event id", () => {
    fc.assert(
      fc.property(interactions, interactions, (a, b) => {
        const byTime = a.occurredAtMs - b.occurredAtMs || (a.eventId < b.eventId ? -1 : 1);
        fc.pre(a.eventId !== b.eventId);
        expect(encodeEntry(a) < encodeEntry(b)).toBe(byTime < 0);
      }),
      { seed: 2 },
    );
  });
});
