import { eventTypeCode, ITEM_FIELDS } from "../events/index.ts";
import type { ScoredItem } from "../registry/index.ts";
import { bindRule, matches, type RuleFacts, type RuleItem } from "../rules/index.ts";
import type { Round } from "./round.ts";

/** What items of lists have been given; an answer that hangs on another field, such as popularity, is no. */
const CARRIED: ReadonlySet<string> = new Set(["item_id", "stock", ...ITEM_FIELDS]);

function carries(field: string): boolean {
  return CARRIED.has(field.startsWith("attributes.") ? "attributes" : field);
}

/** Whether an item of a list passes every filter of the rules: for the time when the scorer, which knows all fields, is away. */
export function listFilter({ plan, known, facts }: Round, nowMs: number): (item: ScoredItem) => boolean {
  const { filters } = plan.rules;
  if (filters.length === 0) return () => true;
  const about: RuleFacts = {
    nowMs,
    visitor: facts ?? {},
    interactions: known.history.entries,
    typeCodeOf: eventTypeCode,
  };
  const bound = filters.map(({ where }) => bindRule(where, about));
  return ({ itemId, fields }) => {
    // Lists are made from items of the catalogue, so their fields are of its types.
    const item = { ...fields, item_id: itemId } as RuleItem;
    return bound.every((each) => matches(each, item, carries));
  };
}

/** What the rules' rotation leaves out; one with a weight only moves items. */
export function shownWithin({ plan, facts }: Round, nowMs: number): ReadonlySet<string> {
  const { rotation } = plan.rules;
  if (rotation === null || rotation.weight !== null) return new Set();
  const lately = (facts?.shown ?? []).filter(({ lastAtMs }) => nowMs - lastAtMs < rotation.withinMs);
  return new Set(lately.map(({ itemId }) => itemId));
}
