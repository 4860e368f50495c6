import { describe, expect, it } from "vitest";
import { createPrng } from "../../src/base/index.ts";
import { type AnomalyRule, explainAnomaly, judgeAnomaly } from "../../src/quality/anomaly.ts";
import { KeySet } from "../../src/quality/key-set.ts";
import { quantile, summarise } from "../../src/quality/robust.ts";
import { bucketOf, emptySkew, rowsBeyond, skewQuantileMs } from "../../src/quality/skew.ts";

const RULE: AnomalyRule = {
  trailingDays: 28,
  historyDaysMin: 14,
  zMax: 3.5,
  fenceIqrs: 1.5,
  direction: "both",
  spreadMin: { share: 0.1, amount: 5 },
};

describe("robust statistics", () => {
  it("agree with figures worked out by hand", () => {
    const { median, mad, q1, q3 } = summarise([1, 2, 3, 4, 100]);
    expect([median, mad, q1, q3]).toEqual([3, 1, 2, 4]);
    expect(quantile([10, 20, 30, 40], 0.25)).toBe(17.5);
  });

  it("are not moved by a fifth of wild days", () => {
    const calm = summarise([98, 99, 100, 101, 102, 100, 99, 101]);
    const wild = summarise([98, 99, 100, 101, 102, 100, 99, 101, 9_000, 12_000]);
    expect(Math.abs(wild.median - calm.median)).toBeLessThan(2);
    expect(wild.mad).toBeLessThan(3);
  });
});

describe("judgeAnomaly", () => {
  const prng = createPrng(7);
  const history = Array.from({ length: 28 }, () => 1_000 + 60 * prng.normal());

  it("says nothing on too little history", () => {
    expect(judgeAnomaly(0, history.slice(0, 13), RULE).outcome).toBe("too_little_history");
    expect(judgeAnomaly(0, history.slice(0, 14), RULE).outcome).toBe("anomaly");
  });

  it("takes ordinary days as ordinary, and a tenth on a history without any spread too", () => {
    for (const value of history) expect(judgeAnomaly(value, history, RULE).outcome).toBe("ordinary");
    const flat = new Array(28).fill(1_000);
    expect(judgeAnomaly(900, flat, RULE).outcome).toBe("ordinary");
    expect(judgeAnomaly(500, flat, RULE).outcome).toBe("anomaly");
  });

  it("needs both rules: a rare but known value is beyond the z-score and inside the fences", () => {
    const bimodal = [...new Array(16).fill(1_000), ...new Array(8).fill(3_000)];
    const verdict = judgeAnomaly(3_000, bimodal, { ...RULE, spreadMin: { share: 0.1, amount: 5 } });
    expect(verdict.z).toBeGreaterThan(3.5);
    expect(verdict.outcome).toBe("ordinary");
  });

  it("keeps to its direction, and explains both rules", () => {
    expect(judgeAnomaly(5_000, history, { ...RULE, direction: "drop" }).outcome).toBe("ordinary");
    const verdict = judgeAnomaly(0, history, { ...RULE, direction: "drop" });
    expect(verdict.outcome).toBe("anomaly");
    const text = explainAnomaly(verdict, RULE, (value) => `${Math.round(value)} rows`);
    expect(text).toMatch(/^0 rows; the 28 days before: median \d+ rows, MAD \d+ rows, so robust z -\d/);
    expect(text).toMatch(/quartiles \d+ rows and \d+ rows, so fences \d+ rows and \d+ rows \(1.5 IQR\)$/);
  });
});

describe("clock skew", () => {
  it("counts what is off by more than an edge, either way", () => {
    const histogram = emptySkew();
    for (const skewMs of [0, 5_000, -5_000, 3_600_000, 3_600_001, -3_600_000, -7_200_000, 1e12]) {
      const bucket = bucketOf(skewMs);
      histogram[bucket] = (histogram[bucket] ?? 0) + 1;
    }
    expect(rowsBeyond(histogram, 3_600_000)).toBe(4);
    expect(skewQuantileMs(histogram, 0.5)).toBe(0);
    expect(skewQuantileMs(histogram, 1)).toBe(Number.POSITIVE_INFINITY);
    expect(skewQuantileMs(emptySkew(), 0.5)).toBeNull();
  });
});

describe("KeySet", () => {
  it("counts distinct texts and knows which came twice", () => {
    const keys = new KeySet();
    for (let i = 0; i < 50_000; i++) keys.add(`key-${i}`);
    expect([keys.added, keys.distinct]).toEqual([50_000, 50_000]);
    keys.add("key-77");
    expect([keys.added, keys.distinct]).toEqual([50_001, 50_000]);
    expect([keys.hasTwice("key-77"), keys.hasTwice("key-78")]).toEqual([true, false]);
    expect([keys.has("key-78"), keys.has("no key")]).toEqual([true, false]);
  });
});
