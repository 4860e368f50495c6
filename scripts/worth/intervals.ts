import { createPrng } from "../../src/base/index.ts";
import type { Tally } from "./tally.ts";

/** A figure with its 95 % interval. */
export interface Interval {
  value: number;
  low: number;
  high: number;
}

export interface Window {
  /** Days from 0, both included. */
  first: number;
  last: number;
}

export interface PolicyFigures {
  clicksPerSession: Interval;
  purchasesPerSession: Interval;
}

export interface WindowFigures {
  sessions: number;
  policies: Record<string, PolicyFigures>;
  /** Relative gains of `ours` in clicks per session: 0.3 is 30 % more. */
  oursOver: Record<string, Interval>;
  /** (ours − popularity) / (oracle − popularity), in clicks per session. */
  shareOfOracle: Interval;
}

const RESAMPLES = 1_000;

/**
 * Figures of some days. Intervals by bootstrap over shoppers, all policies on the same resamples: their worlds share shoppers, visits
 * and chance, so that what is common to them cancels in gains and shares.
 */
export function figuresOf(tallies: ReadonlyMap<string, Tally>, window: Window, seed: number): WindowFigures {
  const names = [...tallies.keys()];
  const sums = (kind: keyof Tally) =>
    names.map((name) => (tallies.get(name) as Tally)[kind].between(window.first, window.last));
  const visits = sums("visits")[0] as Float64Array;
  const active = [...visits.keys()].filter((shopper) => (visits[shopper] as number) > 0);
  const kept = (counts: Float64Array) => Float64Array.from(active, (shopper) => counts[shopper] as number);
  const sample = {
    visits: kept(visits),
    clicks: sums("clicks").map(kept),
    purchases: sums("purchases").map(kept),
  };
  const whole = ratesOf(sample, active.keys().toArray());
  const prng = createPrng(`worth-intervals/${seed}/${window.first}/${window.last}`);
  const resampled = Array.from({ length: RESAMPLES }, () =>
    ratesOf(
      sample,
      active.map(() => prng.int(active.length)),
    ),
  );
  const interval = (figure: (rates: Rates) => number) => intervalOf(figure(whole), resampled.map(figure));
  const clicks = (rates: Rates, name: string) => rates.clicks[names.indexOf(name)] ?? Number.NaN;
  return {
    sessions: visits.reduce((a, b) => a + b, 0),
    policies: Object.fromEntries(
      names.map((name, at) => [
        name,
        {
          clicksPerSession: interval((rates) => rates.clicks[at] as number),
          purchasesPerSession: interval((rates) => rates.purchases[at] as number),
        },
      ]),
    ),
    oursOver: Object.fromEntries(
      names
        .filter((name) => name !== "ours")
        .map((name) => [name, interval((rates) => clicks(rates, "ours") / clicks(rates, name) - 1)]),
    ),
    shareOfOracle: interval(
      (rates) =>
        (clicks(rates, "ours") - clicks(rates, "popularity")) /
        (clicks(rates, "oracle") - clicks(rates, "popularity")),
    ),
  };
}

/** Per session, by policy. */
interface Rates {
  clicks: number[];
  purchases: number[];
}

function ratesOf(
  sample: { visits: Float64Array; clicks: Float64Array[]; purchases: Float64Array[] },
  drawn: readonly number[],
): Rates {
  const sum = (counts: Float64Array) => {
    let total = 0;
    for (const shopper of drawn) total += counts[shopper] as number;
    return total;
  };
  const visits = sum(sample.visits);
  return {
    clicks: sample.clicks.map((counts) => sum(counts) / visits),
    purchases: sample.purchases.map((counts) => sum(counts) / visits),
  };
}

/** Resamples whose figure is no number, such as a gain over nothing, are left out. */
function intervalOf(value: number, resampled: number[]): Interval {
  const sorted = Float64Array.from(resampled.filter(Number.isFinite)).sort();
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN;
  return { value, low: at(0.025), high: at(0.975) };
}
