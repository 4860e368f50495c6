/** What visitors saw and did of the lists of one time or version. */
export interface ListCounts {
  /** Distinct lists that were seen. */
  lists: number;
  /** Of them, answered without the model because it failed. */
  errors: number;
  /** Of them, answered without the model because it failed, was late or was still being loaded. */
  degraded: number;
}

export interface ClickCounts {
  /** Distinct lists of the version that were seen. */
  lists: number;
  /** Of them, those that an item was clicked in, or bought from. */
  clicked: number;
}

/** The live version since it went live, beside the time before it and the version before it. */
export interface LiveCounts {
  live: ListCounts & { clicks: ClickCounts };
  before: ListCounts & { clicks: ClickCounts };
}

/** Fewer lists say nothing yet. */
const LISTS_MIN = 300;
const CLICK_LISTS_MIN = 1_000;
/** Shares of lists by which the live version must do worse, so that what is beyond doubt but small keeps it live. */
const ERRORS_MARGIN = 0.01;
const DEGRADED_MARGIN = 0.05;
/** Relative: a tenth of the clicks. */
const CLICKS_MARGIN = 0.1;
/** Standard errors, 1 in 2,000: every version is looked at every hour, and one false alarm a season is enough. */
const DOUBT = 3.3;

/** Why the live version is to be taken back; null while there is no reason beyond doubt. */
export function judgeLive({ live, before }: LiveCounts): string | null {
  if (live.lists >= LISTS_MIN && before.lists >= LISTS_MIN) {
    const errors = excess([live.errors, live.lists], [before.errors, before.lists]);
    if (errors.isBeyondDoubt && errors.difference > ERRORS_MARGIN) {
      return `the model fails in ${percent(errors.now)} of the lists, ${percent(errors.then)} before`;
    }
    const degraded = excess([live.degraded, live.lists], [before.degraded, before.lists]);
    if (degraded.isBeyondDoubt && degraded.difference > DEGRADED_MARGIN) {
      return `${percent(degraded.now)} of the lists do without the model, ${percent(degraded.then)} before`;
    }
  }
  const [now, then] = [live.clicks, before.clicks];
  if (now.lists < CLICK_LISTS_MIN || then.lists < CLICK_LISTS_MIN) return null;
  const clicks = excess([then.clicked, then.lists], [now.clicked, now.lists]);
  if (!clicks.isBeyondDoubt || clicks.difference <= CLICKS_MARGIN * clicks.now) return null;
  return `${percent(clicks.then)} of its lists are clicked, ${percent(clicks.now)} of those of the version before`;
}

/** By how much the first share is above the second: the test of two proportions with a pooled variance. */
function excess([hits, of]: [number, number], [otherHits, others]: [number, number]) {
  const [now, then] = [hits / of, otherHits / others];
  const pooled = (hits + otherHits) / (of + others);
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / of + 1 / others));
  return { now, then, difference: now - then, isBeyondDoubt: now - then > DOUBT * error };
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
