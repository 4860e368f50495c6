import { describe, expect, it } from "vitest";
import { createPrng, type Prng } from "../../src/base/index.ts";
import { addUnit, LIFT_ALPHA, lift, NO_UNITS, type RatioSums, ratioOf } from "../../src/experiments/index.ts";

interface Visitor {
  part: number;
  whole: number;
  /** What it is like: the same at each of its visits. */
  taste: number;
}

const ROUNDS = 50;
const RUNS = 300;

function sumsOf(visitors: readonly Visitor[]): RatioSums {
  const sums = { ...NO_UNITS };
  for (const visitor of visitors) addUnit(sums, visitor);
  return sums;
}

/** What happens to both variants in one round; afterwards somebody looks. */
type Round = (prng: Prng, visitors: Visitor[], isTreated: boolean) => void;

/** In how many of the runs an interval of some look leaves the truth out; `judge` gives the interval of a look. */
function misses(round: Round, truth: number, judge: (treated: Visitor[], control: Visitor[]) => number[]) {
  let missed = 0;
  for (let run = 0; run < RUNS; run++) {
    const prng = createPrng(`${round.name}/${run}`);
    const variants: [Visitor[], Visitor[]] = [[], []];
    for (let at = 0; at < ROUNDS; at++) {
      for (const [index, visitors] of variants.entries()) round(prng, visitors, index === 0);
      const [low = -1, high = Number.POSITIVE_INFINITY] = judge(...variants);
      if (truth >= low && truth <= high) continue;
      missed++;
      break;
    }
  }
  return missed / RUNS;
}

const anytime = (treated: Visitor[], control: Visitor[]) => {
  const { low, high } = lift(sumsOf(treated), sumsOf(control));
  return low === null || high === null ? [] : [low, high];
};

/** The interval of one single look, made another way: errors summed visitor by visitor, or list by list. */
const single = (by: "visitor" | "list") => (treated: Visitor[], control: Visitor[]) => {
  const [own, other] = [treated, control].map((visitors) => {
    const part = visitors.reduce((sum, visitor) => sum + visitor.part, 0);
    const whole = visitors.reduce((sum, visitor) => sum + visitor.whole, 0);
    const ratio = part / whole;
    const squares = visitors.reduce((sum, visitor) => sum + (visitor.part - ratio * visitor.whole) ** 2, 0);
    return { ratio, part, variance: (by === "visitor" ? squares : part * (1 - ratio)) / part ** 2 };
  });
  if (own === undefined || other === undefined || Math.min(own.part, other.part) < 20) return [];
  const radius = 1.96 * Math.sqrt(own.variance + other.variance);
  const centre = Math.log(own.ratio / other.ratio);
  return [Math.expm1(centre - radius), Math.expm1(centre + radius)];
};

function visit(prng: Prng, visitor: Visitor, rate: number): void {
  visitor.whole++;
  if (prng.next() < rate * visitor.taste) visitor.part++;
}

/** Forty newcomers, each of whom looks once. */
function newcomers(prng: Prng, visitors: Visitor[], isTreated: boolean, effect = 0): void {
  for (let at = 0; at < 40; at++) {
    const visitor = { part: 0, whole: 0, taste: 1 };
    visit(prng, visitor, 0.1 * (isTreated ? 1 + effect : 1));
    visitors.push(visitor);
  }
}

/** Ten newcomers, and those of before, who come again and again and are very different from each other. */
function regulars(prng: Prng, visitors: Visitor[], isTreated: boolean, effect = 0): void {
  for (let at = 0; at < 10; at++) {
    visitors.push({ part: 0, whole: 0, taste: prng.next() < 0.2 ? 4 : 0.25 });
  }
  for (const visitor of visitors) {
    if (visitor.whole > 0 && prng.next() > 0.3) continue;
    visit(prng, visitor, 0.15 * (isTreated ? 1 + effect : 1));
  }
}

/** What visitors spend: most nothing, some a little, a few very much. */
function spenders(prng: Prng, visitors: Visitor[]): void {
  for (let at = 0; at < 100; at++) {
    const part = prng.next() < 0.08 ? Math.exp(3 + 1.2 * prng.normal()) : 0;
    visitors.push({ part, whole: 1, taste: 1 });
  }
}

const doubled: Round = (prng, visitors, isTreated) => newcomers(prng, visitors, isTreated, 0.6);
const doubledRegulars: Round = (prng, visitors, isTreated) => regulars(prng, visitors, isTreated, 0.6);

describe("an interval that is looked at fifty times", () => {
  it.each([
    ["newcomers of whom no list is better", newcomers, 0],
    ["visitors who come again, of whom no list is better", regulars, 0],
    ["spending with a long tail", spenders, 0],
    ["newcomers, with a true lift", doubled, 0.6],
    ["visitors who come again, with a true lift", doubledRegulars, 0.6],
  ] as const)("misses the truth in no more of the runs than it says: %s", (_, round, truth) => {
    expect(misses(round, truth, anytime)).toBeLessThanOrEqual(LIFT_ALPHA);
  });

  it("is what it takes: the interval of one look misses it far more often, and most where lists are counted for visitors", () => {
    expect(misses(newcomers, 0, single("visitor"))).toBeGreaterThan(3 * LIFT_ALPHA);
    expect(misses(regulars, 0, single("list"))).toBeGreaterThan(0.4);
  });

  it("finds a true lift in most runs", () => {
    const found = misses(doubled, 0, anytime);
    expect(found).toBeGreaterThan(0.8);
  });
});

describe("a lift", () => {
  const sums = (clicked: number, units = 1_000): RatioSums => {
    const visitors = { ...NO_UNITS };
    for (let at = 0; at < units; at++) addUnit(visitors, { part: at < clicked ? 1 : 0, whole: 1 });
    return visitors;
  };

  it("is the ratio of the two, with a verdict once the interval leaves 0 out", () => {
    const better = lift(sums(200), sums(100));
    expect(better.value).toBeCloseTo(1);
    expect(better.verdict).toBe("better");
    expect(better.low).toBeGreaterThan(0);
    const worse = lift(sums(100), sums(200));
    expect(worse.verdict).toBe("worse");
    expect((1 + (worse.low ?? 0)) * (1 + (better.high ?? 0))).toBeCloseTo(1);
    expect(lift(sums(105), sums(100)).verdict).toBe("early");
  });

  it("is not told of too few, of nothing, or against nothing", () => {
    const early = { value: null, low: null, high: null, verdict: "early" };
    for (const [treated, control] of [
      [sums(90, 99), sums(100)],
      [sums(200), sums(19)],
      [sums(19), sums(200)],
      [NO_UNITS, sums(200)],
      [sums(200), NO_UNITS],
    ] as const) {
      expect(lift(treated, control)).toEqual(early);
    }
    expect([ratioOf(NO_UNITS), ratioOf(sums(100))]).toEqual([null, 0.1]);
  });

  it("is not told while one order is worth more than all others", () => {
    const spent = sums(200);
    expect(lift(spent, sums(100)).verdict).toBe("better");
    addUnit(spent, { part: 100, whole: 1 });
    expect(lift(spent, sums(100))).toMatchObject({ value: null, verdict: "early" });
  });

  it("takes ten lists of one visitor for one observation", () => {
    const once = lift(sums(200), sums(100));
    const tenfold = (from: RatioSums): RatioSums => {
      const visitors = { ...NO_UNITS };
      for (let at = 0; at < from.units; at++) addUnit(visitors, { part: at < from.part ? 10 : 0, whole: 10 });
      return visitors;
    };
    const again = lift(tenfold(sums(200)), tenfold(sums(100)));
    expect(again.low).toBeCloseTo(once.low ?? 0, 10);
    expect(again.high).toBeCloseTo(once.high ?? 0, 10);
  });
});
