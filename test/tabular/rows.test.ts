import { describe, expect, it } from "vitest";
import { checkInteraction, checkItem, mapFields, readNumber } from "../../src/tabular/index.ts";

const ORIGIN = { eventId: "019a0000-0000-7000-8000-000000000000", sentAtMs: 1_790_000_000_000 };

describe("rows", () => {
  it("become items: each cell as its field wants it, attributes together, empty ones absent", () => {
    const fields: Record<string, string> = {
      nr: "item_id",
      preis: "price",
      kat: "categories",
      weight: "attributes.weight",
      ok: "hidden",
      own: "attributes.own",
    };
    const readings: Record<string, object> = {
      preis: { decimal: "," },
      kat: { separator: ">" },
      weight: { as: "number" },
    };
    const values = {
      nr: " 00123 ",
      preis: "1.299,50 €",
      kat: "Home > Lamps",
      weight: "12.5",
      ok: "No",
      own: "  ",
      left: "out",
    };
    const mapped = mapFields(
      values,
      (column) => fields[column],
      (column) => readings[column],
    );
    expect(checkItem(mapped)).toEqual({
      value: {
        item_id: "00123",
        price: 1299.5,
        categories: ["Home", "Lamps"],
        hidden: false,
        attributes: { weight: 12.5 },
      },
    });
  });

  it("become events with an id, a session for each day of a visitor, and consent", () => {
    const mapped = mapFields(
      { u: 7, i: 42, t: "2024-03-04 12:00:00", e: "addtocart" },
      (column) => ({ u: "user_id", i: "item_id", t: "occurred_at", e: "type" })[column],
      (column) => (column === "e" ? { type: () => "add_to_cart" } : undefined),
    );
    expect(checkInteraction(mapped, ORIGIN)).toEqual({
      value: {
        ...{
          event_id: ORIGIN.eventId,
          type: "add_to_cart",
          user_id: "7",
          item_id: "42",
          session_id: "7-2024-03-04",
        },
        ...{ occurred_at: Date.UTC(2024, 2, 4, 12), sent_at: ORIGIN.sentAtMs, consent: "granted" },
      },
    });
  });

  it("are refused with the field, and never throw, whatever stands in them", () => {
    expect(checkItem({ item_id: "a", price: "dear" })).toEqual({ reason: expect.stringContaining("price") });
    expect(
      checkInteraction({ user_id: "a", occurred_at: 9e15, item_id: "b" }, { ...ORIGIN, typeDefault: "view" }),
    ).toHaveProperty("reason");
  });
});

describe("numbers", () => {
  it("are read with thousands, currencies and either mark for decimals, and nothing else is", () => {
    for (const [text, value] of [
      ["1,299.00", 1299],
      ["$ 5", 5],
      ["EUR 5.5", 5.5],
      ["-3", -3],
      ["1e3", 1000],
      ["1 299", 1299],
      ["7 €", 7],
    ] as const)
      expect(readNumber(text), text).toBe(value);
    for (const [text, value] of [
      ["1.299,00 €", 1299],
      ["12,5", 12.5],
      ["12.5", 12.5],
    ] as const)
      expect(readNumber(text, ","), text).toBe(value);
    for (const text of ["", "€", "12a", "1,2,3", "abc", "12,5"]) expect(readNumber(text), text).toBeNull();
  });
});
