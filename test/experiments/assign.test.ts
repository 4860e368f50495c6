import { describe, expect, it } from "vitest";
import { assignVariant, unitOf } from "../../src/experiments/index.ts";

const HOME = { tenant: "shore", experiment: "home", share: 0.5 };

/** Ids as they come: numbers one after another, names that begin alike, ids drawn at random. */
const UNITS: Record<string, (at: number) => string> = {
  numbers: (at) => `u:${at}`,
  addresses: (at) => `u:customer-${String(at).padStart(8, "0")}@example.com`,
  devices: (at) => `a:${(at * 2_654_435_761).toString(16)}-${at.toString(36)}`,
};

function heldOut(unit: string, change: Partial<typeof HOME> = {}): boolean {
  return assignVariant(unit, { ...HOME, ...change }) === "popular";
}

describe("a variant", () => {
  it.each(Object.entries(UNITS))("is given to its share of all: %s", (_, unit) => {
    const count = 40_000;
    for (const share of [0.05, 0.1, 0.5]) {
      let popular = 0;
      for (let at = 0; at < count; at++) if (heldOut(unit(at), { share })) popular++;
      const deviation = Math.sqrt(count * share * (1 - share));
      expect(Math.abs(popular - count * share)).toBeLessThan(4 * deviation);
    }
  });

  it.each(Object.entries(UNITS))("spreads evenly over runs of ids, too: %s", (_, unit) => {
    const blocks = 400;
    const size = 100;
    let squares = 0;
    for (let block = 0; block < blocks; block++) {
      let popular = 0;
      for (let at = 0; at < size; at++) if (heldOut(unit(block * size + at))) popular++;
      squares += (popular - size / 2) ** 2 / (size / 4);
    }
    // Chi-square with 400 degrees of freedom: mean 400, deviation 28.
    expect(Math.abs(squares - blocks)).toBeLessThan(4 * Math.sqrt(2 * blocks));
  });

  it.each([
    ["another scenario", { experiment: "cart" }],
    ["a scenario whose name is nearly the same", { experiment: "homf" }],
    ["another tenant", { tenant: "hill" }],
  ])("tells nothing of that in %s", (_, change) => {
    const count = 40_000;
    let both = 0;
    for (let at = 0; at < count; at++) if (heldOut(`u:${at}`) && heldOut(`u:${at}`, change)) both++;
    expect(Math.abs(both - count / 4)).toBeLessThan(4 * Math.sqrt((count * 3) / 16));
  });

  it("stays the same, keeps its units as the share grows, and holds nobody out at 0", () => {
    for (let at = 0; at < 2_000; at++) {
      expect(heldOut(`u:${at}`)).toBe(heldOut(`u:${at}`));
      if (heldOut(`u:${at}`, { share: 0.1 })) expect(heldOut(`u:${at}`, { share: 0.2 })).toBe(true);
      expect(heldOut(`u:${at}`, { share: 0 })).toBe(false);
    }
  });
});

describe("a unit", () => {
  it("is the user, else the device, else the session, else nobody", () => {
    const session = { session_id: "x" };
    const device = { ...session, anonymous_id: "x" };
    expect([unitOf({ ...device, user_id: "x" }), unitOf(device), unitOf(session), unitOf({})]).toEqual([
      ...["u:x", "a:x", "s:x"],
      null,
    ]);
    expect(unitOf({ user_id: null, anonymous_id: null, session_id: null })).toBeNull();
  });
});
