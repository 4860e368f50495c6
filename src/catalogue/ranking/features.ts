import { DAY_MS } from "../../base/index.ts";
import { LIKENESS_WIDTH } from "../content.ts";
import {
  LABEL_KINDS,
  type LabelKind,
  labelKind,
  placeOf,
  type RankingItems,
  type RankingTable,
} from "./items.ts";
import { localHourOf, type RankingVisitor } from "./visitor.ts";

/** A candidate of a list as retrieval gave it. */
export interface RankingCandidate {
  index: number;
  /** In standard deviations over the allowed items, without any boost. */
  score: number;
  /** 0 is the best. */
  rank: number;
}

export interface RankingFeature {
  name: string;
  /** What stands where it is unknown; a rate's is its prior. */
  default: number;
}

interface Row {
  items: RankingItems;
  row: number;
  candidate: RankingCandidate;
  visitor: RankingVisitor;
}

const DEVICES = ["desktop", "mobile", "tablet"];

/** A rate counts as if 1 click on 50 impressions had come before, as the declarations of the room `features` have it. */
const CTR_PRIOR = { successes: 1, trials: 50 } as const;

/** Counted from events, as `<name>_<window>`: named and defined as in gold.item_features. */
export const RANKING_COUNTERS: readonly string[] = [
  ...["views_1h", "views_24h", "views_7d", "views_30d"],
  ...["clicks_24h", "clicks_7d", "clicks_30d"],
  ...["purchases_7d", "purchases_30d"],
  ...["ctr_24h", "ctr_7d", "ctr_30d"],
];

/** The feature's value, from how often a kind of event was counted in a window. */
export function rankingCounter(name: string, countOf: (kind: string, window: string) => number): number {
  const split = name.indexOf("_");
  const kind = name.slice(0, split);
  const window = name.slice(split + 1);
  if (kind !== "ctr") return countOf(kind, window);
  const { successes, trials } = CTR_PRIOR;
  return (countOf("clicks", window) + successes) / (countOf("impressions", window) + trials);
}

/** NaN: unknown. */
const DERIVED: Record<string, { default: number; of(row: Row): number }> = {
  retrieval_score: { default: 0, of: ({ candidate }) => candidate.score },
  /** Larger is better, as the score. */
  retrieval_place: { default: 0, of: ({ candidate }) => -Math.log1p(candidate.rank) },
  age_days: {
    default: 365,
    of: ({ items, row, visitor }) =>
      Math.max(0, visitor.context.nowMs - (items.publishedAtMs[row] as number)) / DAY_MS,
  },
  log_price: { default: 0, of: ({ items, row }) => items.logPrice[row] as number },
  price_gap: { default: 0, of: priceGap },
  price_band: { default: 0, of: (row) => priceBand(priceGap(row)) },
  category_affinity: { default: 0, of: (row) => affinity(row, "category") },
  tag_affinity: { default: 0, of: (row) => affinity(row, "tag") },
  brand_affinity: { default: 0, of: (row) => affinity(row, "brand") },
  last_likeness: { default: 0, of: (row) => likenessToNewest(row, 1) },
  peak_likeness: { default: 0, of: (row) => likenessToNewest(row, Number.POSITIVE_INFINITY) },
  recent_likeness: { default: 0, of: (row) => likeness(row, row.visitor.recentContent, 0) },
  history_likeness: { default: 0, of: (row) => likeness(row, row.visitor.wholeContent, 0) },
  history_items: { default: 0, of: ({ visitor }) => visitor.entries },
  last_age_s: { default: 0, of: ({ visitor }) => visitor.lastAgeS },
  session_items: { default: 0, of: ({ visitor }) => visitor.sessionItems },
  price_level: { default: 0, of: ({ visitor }) => visitor.priceLevel },
  device: { default: -1, of: ({ visitor }) => DEVICES.indexOf(visitor.context.device ?? "") },
  local_hour: { default: 0, of: ({ visitor }) => localHourOf(visitor.context) },
};

/** Prefix of a feature that is 1 in one country. */
const COUNTRY = "country_";

/** All features, in the order of the matrix's columns; one for each of the countries that most come from. */
export function rankingFeatures(countries: readonly string[]): RankingFeature[] {
  return [
    ...Object.entries(DERIVED).map(([name, derived]) => ({ name, default: derived.default })),
    ...RANKING_COUNTERS.map((name) => ({ name, default: rankingCounter(name, () => 0) })),
    ...countries.map((country) => ({ name: `${COUNTRY}${country}`, default: 0 })),
  ];
}

/** Whether a list depends on where and when it is asked for. */
export function readsContext(features: readonly RankingFeature[]): boolean {
  return features.some(({ name }) => name === "device" || name === "local_hour" || name.startsWith(COUNTRY));
}

/** Writes features [candidates, features] from `offset` on. */
export type RankingWriter = (
  table: RankingTable,
  visitor: RankingVisitor,
  candidates: readonly RankingCandidate[],
  into: { matrix: Float32Array; offset: number },
) => void;

/** Null when a feature is unknown: the ranker is of a newer version than this code. Training and serving both write by this. */
export function rankingWriter(
  features: readonly RankingFeature[],
  counterNames: readonly string[],
): RankingWriter | null {
  const columns = features.map(({ name }) => columnOf(name, counterNames));
  if (!columns.every((column) => column !== null)) return null;
  return (table, visitor, candidates, { matrix, offset }) => {
    let at = offset;
    for (const candidate of candidates) {
      const row: Row = { ...placeOf(table, candidate.index), candidate, visitor };
      for (let column = 0; column < columns.length; column++) {
        const value = (columns[column] as (row: Row) => number)(row);
        matrix[at++] = Number.isNaN(value) ? (features[column] as RankingFeature).default : value;
      }
    }
  };
}

function columnOf(name: string, counterNames: readonly string[]): ((row: Row) => number) | null {
  if (Object.hasOwn(DERIVED, name)) return (DERIVED[name] as { of(row: Row): number }).of;
  if (name.startsWith(COUNTRY)) {
    const country = name.slice(COUNTRY.length);
    return ({ visitor }) => (visitor.context.country === country ? 1 : 0);
  }
  const at = counterNames.indexOf(name);
  const width = counterNames.length;
  return at < 0 ? null : ({ items, row }) => items.counters[row * width + at] as number;
}

function affinity({ items, row, visitor }: Row, kind: LabelKind): number {
  const wanted = LABEL_KINDS.indexOf(kind);
  let sum = 0;
  for (let at = items.labelStart[row] as number; at < (items.labelStart[row + 1] as number); at++) {
    const label = items.labels[at] as number;
    if (labelKind(label) === wanted) sum += visitor.shares.get(label) ?? 0;
  }
  return sum;
}

function priceGap({ items, row, visitor }: Row): number {
  return (items.logPrice[row] as number) - visitor.priceLevel;
}

/** −2 far below the visitor's level … 2 far above it; NaN where either is unknown. */
function priceBand(gap: number): number {
  return Number.isNaN(gap) ? gap : [-1, -0.25, 0.25, 1].filter((edge) => gap >= edge).length - 2;
}

/** Length of a unit vector in the units of `content`, squared. */
const UNIT = 127 ** 2;

function likeness({ items, row }: Row, other: Float32Array | Int8Array, at: number): number {
  const from = row * LIKENESS_WIDTH;
  let sum = 0;
  for (let i = 0; i < LIKENESS_WIDTH; i++) {
    sum += (items.content[from + i] as number) * (other[at + i] as number);
  }
  return sum / UNIT;
}

/** Of the newest items the likeness of the most alike; NaN without any. */
function likenessToNewest(row: Row, max: number): number {
  let best = Number.NaN;
  for (const { content, at } of row.visitor.newest.slice(0, max)) {
    const value = likeness(row, content, at);
    if (!(value <= best)) best = value;
  }
  return best;
}
