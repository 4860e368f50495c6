import { logVariance, type RatioSums, ratioOf } from "./ratio.ts";

/** `early`: the interval holds 0, or there is too little for one. */
export type Verdict = "early" | "better" | "worse";

/** How much more one variant has than the other: 0.2 is 20 % more. */
export interface Lift {
  /** Null where there is too little to tell; never without an interval. */
  value: number | null;
  low: number | null;
  high: number | null;
  verdict: Verdict;
}

/** The chance that the interval ever leaves the truth out, over all looks at it together. */
export const LIFT_ALPHA = 0.05;
/** The interval is narrowest, against what one single look would have, about this many visitors. */
const UNITS_NARROWEST = 2_000;
/** Below these in either variant a sum is far from normal, and its error is not known either. */
const UNITS_MIN = 100;
/** As many of equal weight as would vary as much (Kish, Survey Sampling, 1965): one order of a hundred times the usual makes many into few. */
const EFFECTIVE_MIN = 20;

const EARLY: Lift = { value: null, low: null, high: null, verdict: "early" };

/**
 * Lift of the treated's ratio over the control's, with an interval of 95 % for all looks together: stop, or go on, whenever you like. It is the asymptotic
 * confidence sequence of Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas (Annals of Statistics 2024, theorem 2.2) on the ratio's logarithm, with Robbins'
 * normal mixture.
 *
 * A unit that comes again adds to its own sums, so between two looks the sums do not grow by independent parts. What one unit does is alike, so
 * the parts are correlated above 0; then a path of sums crosses a bound less often than one of independent parts with the same variances (Slepian, Bell
 * System Technical Journal 1962), and the interval holds all the more.
 */
export function lift(treated: RatioSums, control: RatioSums): Lift {
  const [own, other] = [ratioOf(treated), ratioOf(control)];
  if (own === null || other === null || !isEnough(treated) || !isEnough(control)) return EARLY;
  const logarithm = Math.log(own / other);
  const error = Math.sqrt(logVariance(treated) + logVariance(control));
  const radius = error * widthAt(treated.units + control.units);
  const [low, high] = [Math.expm1(logarithm - radius), Math.expm1(logarithm + radius)];
  const verdict = low > 0 ? "better" : high < 0 ? "worse" : "early";
  return { value: Math.expm1(logarithm), low, high, verdict };
}

function isEnough({ units, part, partSquared }: RatioSums): boolean {
  return units >= UNITS_MIN && part ** 2 >= EFFECTIVE_MIN * partSquared && part > 0;
}

const TWICE_LOG = -2 * Math.log(LIFT_ALPHA);
const MIXTURE = (TWICE_LOG + Math.log(TWICE_LOG) + 1) / UNITS_NARROWEST;

/** In standard errors: 3.0 at 2,000 units, 3.3 at 400, 3.5 at 100,000. One single look would take 1.96. */
function widthAt(units: number): number {
  const time = units * MIXTURE;
  return Math.sqrt((1 + 1 / time) * Math.log((time + 1) / LIFT_ALPHA ** 2));
}
