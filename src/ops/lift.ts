import {
  addUnit,
  isSkewed,
  type Lift,
  lift,
  NO_UNITS,
  type RatioSums,
  ratioOf,
} from "../experiments/index.ts";
import type { Holdout } from "./holdouts.ts";
import type { ListSum, ListSums } from "./list-sums.ts";

/** What the visitors of one variant did with the scenario's lists. A visitor is what was assigned: the user, else the device, else the session. */
export interface VariantOutcome {
  /** Who saw a list, and of them those who clicked in one. */
  visitors: number;
  clickedVisitors: number;
  /** That were seen, and of them those of which an item was clicked. */
  lists: number;
  clickedLists: number;
  /** Of purchases that the lists had a part in: the sum over visitors, and of its squares. */
  value: number;
  valueSquared: number;
}

/** A ratio of both variants, and how much more the personal lists have of it; each null where there is too little to tell. */
export interface Comparison extends Lift {
  personal: number | null;
  popular: number | null;
}

/** A scenario's lists against the popular list, of the same time. */
export interface ScenarioLift extends Holdout {
  /** False where there was more than one look can hold. */
  complete: boolean;
  /** The visitors are not in the share's proportion, beyond chance: no verdict is to be trusted. */
  skewed: boolean;
  personal: VariantOutcome;
  popular: VariantOutcome;
  /** Clicked lists of those seen. */
  clickRate: Comparison;
  valuePerVisitor: Comparison;
}

/** All that one visitor did under one variant. */
interface Visitor {
  lists: number;
  clickedLists: number;
  value: number;
}

/**
 * What lists were worth since each holdout began. Lists of one visitor are alike, so a visitor counts as one observation with all of its lists; and visitors are
 * told apart as they were assigned: somebody who signs in was assigned twice, independently, and so is two of them. (By person, those whose two variants
 * differ would have to be left out, which is another part of each variant's, or be put down to a variant that they were not shown.)
 */
export function liftsOf(
  { lists, complete }: Pick<ListSums, "lists" | "complete">,
  holdouts: readonly Holdout[],
): ScenarioLift[] {
  return holdouts.map((holdout) => {
    const personal = visitorsOf(lists, holdout, "personal");
    const popular = visitorsOf(lists, holdout, "popular");
    const compared = (ratio: (visitor: Visitor) => { part: number; whole: number }): Comparison => {
      const [own, other] = [sumsOf(personal, ratio), sumsOf(popular, ratio)];
      return { personal: ratioOf(own), popular: ratioOf(other), ...lift(own, other) };
    };
    return {
      ...holdout,
      complete,
      skewed: isSkewed({ popular: popular.length, personal: personal.length }, holdout.share),
      personal: outcomeOf(personal),
      popular: outcomeOf(popular),
      clickRate: compared(({ clickedLists, lists: seen }) => ({ part: clickedLists, whole: seen })),
      valuePerVisitor: compared(({ value }) => ({ part: value, whole: 1 })),
    };
  });
}

function visitorsOf(
  lists: readonly ListSum[],
  { scenario, sinceMs }: Holdout,
  variant: "personal" | "popular",
): Visitor[] {
  const byUnit = new Map<string, Visitor>();
  for (const { kind, mintedAtMs, isSeen, unit, clicks, value } of lists) {
    if (kind.scenario !== scenario || kind.variant !== variant || mintedAtMs < sinceMs) continue;
    if (!isSeen || unit === null) continue;
    const visitor = byUnit.get(unit) ?? { lists: 0, clickedLists: 0, value: 0 };
    byUnit.set(unit, visitor);
    visitor.lists++;
    if (clicks > 0) visitor.clickedLists++;
    visitor.value += value;
  }
  return [...byUnit.values()];
}

function sumsOf(
  visitors: readonly Visitor[],
  ratio: (visitor: Visitor) => { part: number; whole: number },
): RatioSums {
  const sums = { ...NO_UNITS };
  for (const visitor of visitors) addUnit(sums, ratio(visitor));
  return sums;
}

function outcomeOf(visitors: readonly Visitor[]): VariantOutcome {
  const sum = (of: (visitor: Visitor) => number) =>
    visitors.reduce((total, visitor) => total + of(visitor), 0);
  return {
    visitors: visitors.length,
    clickedVisitors: sum(({ clickedLists }) => Number(clickedLists > 0)),
    lists: sum(({ lists }) => lists),
    clickedLists: sum(({ clickedLists }) => clickedLists),
    value: sum(({ value }) => value),
    valueSquared: sum(({ value }) => value ** 2),
  };
}
