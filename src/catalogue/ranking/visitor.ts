import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from "../../base/index.ts";
import { LIKENESS_WIDTH } from "../content.ts";
import { LABEL_KINDS, labelKind, placeOf, type RankingTable } from "./items.ts";

/** One interaction of a history; oldest first in a list. */
export interface RankingEntry {
  /** Of the item; N + j is late item j. */
  index: number;
  weight: number;
  ageS: number;
}

/** Of the request, not of the visitor's past; what is unknown is absent. */
export interface RankingContext {
  nowMs: number;
  /** `desktop`, `mobile`, `tablet`. */
  device?: string;
  /** ISO 3166, two letters. */
  country?: string;
  /** 0 … 23; UTC's where the visitor's is unknown. */
  localHour?: number;
}

/** What the features of a list have in common: made once per request. */
export interface RankingVisitor {
  entries: number;
  /** Since the newest interaction; NaN without one. */
  lastAgeS: number;
  /** Interactions of the newest half hour. */
  sessionItems: number;
  /** Label code → its share of the decayed interest in its kind. */
  shares: ReadonlyMap<number, number>;
  /** Mean of log(1 + price) over priced items; NaN without any. */
  priceLevel: number;
  /** [LIKENESS_WIDTH] each, in the units of `content`: weighted means over the history. */
  recentContent: Float32Array;
  wholeContent: Float32Array;
  /** Rows of the newest items. */
  newest: { content: Int8Array; at: number }[];
  context: RankingContext;
}

/** As the declared affinities of users have it, see `AFFINITIES` of the room `features`. */
const INTEREST_HALF_LIFE_S = (7 * DAY_MS) / SECOND_MS;
const SESSION_S = (30 * MINUTE_MS) / SECOND_MS;
/** Weight of an interaction in `recentContent` beside the one that followed it. */
const RECENT_DECAY = 0.8;
/** Items whose likeness to a candidate is looked at one by one. */
const NEWEST_MAX = 5;

/** Cost: a few hundred additions per interaction. */
export function rankingVisitor(
  table: RankingTable,
  history: readonly RankingEntry[],
  context: RankingContext,
): RankingVisitor {
  const newest = history
    .slice(-NEWEST_MAX)
    .reverse()
    .map(({ index }) => {
      const { items, row } = placeOf(table, index);
      return { content: items.content, at: row * LIKENESS_WIDTH };
    });
  const count = history.length;
  return {
    entries: count,
    lastAgeS: history.at(-1)?.ageS ?? Number.NaN,
    sessionItems: history.filter(({ ageS }) => ageS <= SESSION_S).length,
    shares: interestShares(table, history),
    priceLevel: priceLevel(table, history),
    recentContent: meanContent(table, history, (_, place) => RECENT_DECAY ** (count - 1 - place)),
    wholeContent: meanContent(table, history, interestOf),
    newest,
    context,
  };
}

function interestOf({ weight, ageS }: RankingEntry): number {
  return weight * 0.5 ** (ageS / INTEREST_HALF_LIFE_S);
}

function interestShares(table: RankingTable, history: readonly RankingEntry[]): Map<number, number> {
  const shares = new Map<number, number>();
  const totals = LABEL_KINDS.map(() => 0);
  for (const entry of history) {
    const { items, row } = placeOf(table, entry.index);
    const interest = interestOf(entry);
    for (let at = items.labelStart[row] as number; at < (items.labelStart[row + 1] as number); at++) {
      const label = items.labels[at] as number;
      shares.set(label, (shares.get(label) ?? 0) + interest);
      totals[labelKind(label)] = (totals[labelKind(label)] as number) + interest;
    }
  }
  for (const [label, sum] of shares) {
    const total = totals[labelKind(label)] as number;
    shares.set(label, total === 0 ? 0 : sum / total);
  }
  return shares;
}

function priceLevel(table: RankingTable, history: readonly RankingEntry[]): number {
  let sum = 0;
  let priced = 0;
  for (const { index } of history) {
    const { items, row } = placeOf(table, index);
    const price = items.logPrice[row] as number;
    if (Number.isNaN(price)) continue;
    sum += price;
    priced++;
  }
  return sum / priced;
}

function meanContent(
  table: RankingTable,
  history: readonly RankingEntry[],
  weightOf: (entry: RankingEntry, place: number) => number,
): Float32Array {
  const mean = new Float32Array(LIKENESS_WIDTH);
  let total = 0;
  for (const [place, entry] of history.entries()) {
    const { items, row } = placeOf(table, entry.index);
    const weight = weightOf(entry, place);
    total += weight;
    for (let i = 0; i < LIKENESS_WIDTH; i++) {
      mean[i] = (mean[i] as number) + weight * (items.content[row * LIKENESS_WIDTH + i] as number);
    }
  }
  if (total > 0) for (let i = 0; i < LIKENESS_WIDTH; i++) mean[i] = (mean[i] as number) / total;
  return mean;
}

export function localHourOf({ localHour, nowMs }: RankingContext): number {
  return localHour ?? Math.floor(nowMs / HOUR_MS) % 24;
}
