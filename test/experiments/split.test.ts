import { describe, expect, it } from "vitest";
import { createPrng } from "../../src/base/index.ts";
import { isSkewed } from "../../src/experiments/index.ts";

/** In how many of the runs somebody who looks after every 50 visitors is told that the split is off. */
function alarms(share: number, drawn: number, { runs, units }: { runs: number; units: number }): number {
  let alarmed = 0;
  for (let run = 0; run < runs; run++) {
    const prng = createPrng(`split/${share}/${drawn}/${run}`);
    const counts = { popular: 0, personal: 0 };
    for (let at = 1; at <= units; at++) {
      counts[prng.next() < drawn ? "popular" : "personal"]++;
      if (at % 50 > 0 || !isSkewed(counts, share)) continue;
      alarmed++;
      break;
    }
  }
  return alarmed;
}

describe("a split", () => {
  it.each([0.05, 0.1, 0.5])("that was drawn by its share is hardly ever called skewed: %s", (share) => {
    expect(alarms(share, share, { runs: 400, units: 2_000 })).toBeLessThanOrEqual(2);
  });

  it("that was drawn by another is, the sooner the further off", () => {
    expect(alarms(0.1, 0.14, { runs: 30, units: 5_000 })).toBe(30);
    expect(alarms(0.5, 0.6, { runs: 30, units: 5_000 })).toBe(30);
    expect(isSkewed({ popular: 60, personal: 60 }, 0.1)).toBe(true);
    expect(isSkewed({ popular: 0, personal: 200 }, 0.1)).toBe(true);
  });

  it("of nobody is not", () => {
    expect(isSkewed({ popular: 0, personal: 0 }, 0.1)).toBe(false);
  });
});
