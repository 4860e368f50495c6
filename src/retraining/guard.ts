/** What visitors saw and did of the lists of one hour of the day. */
export interface ListCounts {
  /** Distinct lists that were seen. */
  lists: number;
  /** Of them, answered without the model because it failed. */
  errors: number;
  /** Of them, answered without the model because it failed, was late or was still being loaded. */
  degraded: number;
  clicks: ClickCounts;
}

export interface ClickCounts {
  /** Distinct lists of the versions that were seen. */
  lists: number;
  /** Of them, those that an item was clicked in, or bought from, or of which some other sign of interest came. */
  clicked: number;
}

/** By hour of the day, UTC: 24 of them. */
export type DayCounts = readonly ListCounts[];

/** The live version and those of its course, beside the time before. */
export interface LiveCounts {
  /** Since the version went live. */
  live: DayCounts;
  /** Of the course, before the version went live; null where the version is judged alone. */
  earlier: DayCounts | null;
  /** Before the course, or before the version where it is judged alone. */
  before: DayCounts;
}

/** Why a version is to be taken back. */
export interface Verdict {
  reason: string;
  /** Lists do without the model; otherwise they are clicked less. */
  isFailure: boolean;
  /** The way back leads past all versions of the course. */
  isOfCourse: boolean;
}

/** Fewer lists say nothing yet. */
const LISTS_MIN = 300;
const CLICK_LISTS_MIN = 1_000;
/** A failure of most lists needs no more than this: by chance, half of fifty never is. */
const LISTS_OF_MOST_MIN = 50;
/** Shares of lists by which the live version must do worse, so that what is beyond doubt but small keeps it live. */
const MOST_MARGIN = 0.5;
const ERRORS_MARGIN = 0.01;
const DEGRADED_MARGIN = 0.05;
/** Relative: a tenth of the clicks. */
const CLICKS_MARGIN = 0.1;
/** Standard errors, 1 in 2,000: every version is looked at every hour, and one false alarm a season is enough. */
const DOUBT = 3.3;

/**
 * Why the live version is to be taken back; null while there is no reason beyond doubt. A version of an hourly course is looked at
 * once before the next renews it: what its lists are too few to tell, those of the course do.
 */
export function judgeLive({ live, earlier, before }: LiveCounts): Verdict | null {
  const alone = failing(live, before);
  // Those before it in the course are sound: the nearest of them is the way back.
  if (alone !== null && isSound(earlier, before))
    return { reason: alone, isFailure: true, isOfCourse: false };
  const isOfCourse = earlier !== null;
  const course = live.map((hour, at) => plus(hour, earlier?.[at] ?? NONE));
  // What has failed and does so no more is no fault of what is live.
  const stillFails = failing(live, before, isMore) !== null;
  const failure = (stillFails ? failing(course, before) : null) ?? alone;
  if (failure !== null) return { reason: failure, isFailure: true, isOfCourse };
  const reason = clickedLess(course, before);
  return reason === null ? null : { reason, isFailure: false, isOfCourse };
}

/** In how many more lists than before visitors do without the model; null where that is not beyond doubt. */
export function failing(now: DayCounts, then: DayCounts, isWorse = isTooMuch): string | null {
  const [all, allThen] = [now.reduce(plus), then.reduce(plus)];
  // A model fails at no time of the day by itself; it is late, or loaded anew, when few visitors are there.
  const errors = excess([[share(all.errors, all.lists), share(allThen.errors, allThen.lists)]]);
  if (isWorse(errors, ERRORS_MARGIN)) {
    return `the model fails in ${percent(errors.first)} of the lists, ${percent(errors.second)} before`;
  }
  const degraded = excess(
    pairs(now, then).map(([one, other]) => [
      share(one.degraded, one.lists),
      share(other.degraded, other.lists),
    ]),
  );
  if (isWorse(degraded, DEGRADED_MARGIN)) {
    return `${percent(degraded.first)} of the lists do without the model, ${percent(degraded.second)} before`;
  }
  return null;
}

function clickedLess(now: DayCounts, then: DayCounts): string | null {
  const { lists, difference, isBeyondDoubt, ...shares } = excess(
    pairs(now, then).map(([{ clicks }, { clicks: other }]) => [
      share(other.clicked, other.lists),
      share(clicks.clicked, clicks.lists),
    ]),
  );
  if (lists < CLICK_LISTS_MIN || !isBeyondDoubt || difference <= CLICKS_MARGIN * shares.first) return null;
  return `${percent(shares.second)} of its lists are clicked, ${percent(shares.first)} of those before it`;
}

function isSound(earlier: DayCounts | null, before: DayCounts): boolean {
  if (earlier === null || earlier.reduce(plus).lists < LISTS_OF_MOST_MIN) return false;
  return failing(earlier, before) === null;
}

type Excess = ReturnType<typeof excess>;

function isTooMuch(found: Excess, margin: number): boolean {
  const { lists, isBeyondDoubt } = found;
  return (
    lists >= LISTS_OF_MOST_MIN && isBeyondDoubt && isMore(found, lists < LISTS_MIN ? MOST_MARGIN : margin)
  );
}

function isMore({ difference }: Excess, margin: number): boolean {
  return difference > margin;
}

interface Share {
  hits: number;
  of: number;
}

/**
 * By how much the first shares are above the second, hour by hour: the test of Cochran, Mantel and Haenszel, which of one hour is
 * that of two proportions with a pooled variance. An hour of the day that only one of the times has is left out, so that the
 * visitors of noon are never held against those of the night. `lists` are those of the smaller side.
 */
function excess(hours: readonly (readonly [Share, Share])[]) {
  const sums = { weight: 0, first: 0, second: 0, variance: 0, of: 0, others: 0 };
  for (const [one, other] of hours) {
    if (one.of === 0 || other.of === 0) continue;
    const of = one.of + other.of;
    const weight = (one.of * other.of) / of;
    const pooled = (one.hits + other.hits) / of;
    sums.weight += weight;
    sums.first += (weight * one.hits) / one.of;
    sums.second += (weight * other.hits) / other.of;
    sums.variance += weight * pooled * (1 - pooled);
    sums.of += one.of;
    sums.others += other.of;
  }
  const [first, second] = sums.weight === 0 ? [0, 0] : [sums.first / sums.weight, sums.second / sums.weight];
  const isBeyondDoubt = sums.first - sums.second > DOUBT * Math.sqrt(sums.variance);
  return { first, second, difference: first - second, isBeyondDoubt, lists: Math.min(sums.of, sums.others) };
}

function share(hits: number, of: number): Share {
  return { hits, of };
}

function pairs(now: DayCounts, then: DayCounts): [ListCounts, ListCounts][] {
  return now.map((hour, at) => [hour, then[at] ?? NONE]);
}

export const NONE: ListCounts = { lists: 0, errors: 0, degraded: 0, clicks: { lists: 0, clicked: 0 } };

function plus(one: ListCounts, other: ListCounts): ListCounts {
  return {
    lists: one.lists + other.lists,
    errors: one.errors + other.errors,
    degraded: one.degraded + other.degraded,
    clicks: {
      lists: one.clicks.lists + other.clicks.lists,
      clicked: one.clicks.clicked + other.clicks.clicked,
    },
  };
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
