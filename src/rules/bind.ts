import { MINUTE_MS } from "../base/index.ts";
import { attributeName } from "./fields.ts";
import { passes } from "./passes.ts";
import type { Expression, Geo, Interaction, Place, Scalar, Test, Value, VisitorFacts } from "./rules.ts";

/** All that conditions may go by beside the item. */
export interface RuleFacts {
  nowMs: number;
  visitor: VisitorFacts;
  /** Of the history; the visitor's facts may know of more, and better. */
  interactions: readonly Interaction[];
  typeCodeOf(type: string): number;
}

/** What the values of a test may refer to. */
export type ValueFacts = Pick<RuleFacts, "nowMs" | "visitor">;

/** A test without references. */
export type BoundTest =
  | { op: "lt" | "lte" | "gt" | "gte"; value: number }
  | { op: "prefix" | "contains"; value: string }
  | { op: "in" | "all"; values: Scalar[] }
  | { op: "exists" };

/**
 * A condition on an item's own fields: the same for every visitor. `key` names it and no other, whatever its field and values are called, and tells by
 * itself where it ends, by the field's length and as JSON does: keys can be joined.
 */
export type BoundLeaf =
  | { kind: "item"; key: string; field: string; test: BoundTest }
  | { kind: "near"; key: string; lat: string; lon: string; place: Place; withinKm: number };

/** An expression with the visitor's values put in: a question about items alone. */
export type Bound =
  | { kind: "and" | "or"; parts: Bound[] }
  | { kind: "not"; part: Bound }
  | { kind: "always"; holds: boolean }
  /** The items that the visitor has to do with. */
  | { kind: "mine"; itemIds: ReadonlySet<string> }
  | BoundLeaf;

/** "Now" is the minute's beginning, so that what `{"ago": …}` says can be kept over the requests of a minute. */
export function bindRule(expression: Expression, facts: RuleFacts): Bound {
  switch (expression.kind) {
    case "and":
    case "or":
      return { kind: expression.kind, parts: expression.parts.map((part) => bindRule(part, facts)) };
    case "not":
      return { kind: "not", part: bindRule(expression.part, facts) };
    case "user": {
      const test = bindTest(expression.test, facts);
      const values = userValues(expression.field, facts.visitor);
      return { kind: "always", holds: test !== null && passes(values, test) };
    }
    case "item": {
      const test = bindTest(expression.test, facts);
      if (test === null) return NEVER;
      const { field } = expression;
      return { kind: "item", key: `${field.length}:${field}${JSON.stringify(test)}`, field, test };
    }
    case "geo":
      return bindGeo(expression, facts.visitor.location);
    case "interacted":
      return { kind: "mine", itemIds: interactedItems(expression, facts) };
    case "shown":
      return { kind: "mine", itemIds: shownItems(expression, facts) };
    case "named":
      return { kind: "mine", itemIds: new Set(expression.itemIds) };
  }
}

const NEVER: Bound = { kind: "always", holds: false };

function bindGeo({ lat, lon, near, withinKm }: Geo, location: Place | undefined): Bound {
  const place = near === "visitor" ? location : near;
  if (place === undefined) return NEVER;
  const key = `near:${JSON.stringify([lat, lon, place.lat, place.lon, withinKm])}`;
  return { kind: "near", key, lat, lon, place, withinKm };
}

/** Null where it refers to what is not known, or compares what cannot be: it holds for nothing. */
export function bindTest(test: Test, facts: ValueFacts): BoundTest | null {
  if (test.op === "exists") return test;
  if ("values" in test) {
    const values = test.values.map((value) => bindValue(value, facts)).filter((value) => value !== undefined);
    const isLost = values.length === 0 || (test.op === "all" && values.length < test.values.length);
    return isLost ? null : { op: test.op, values };
  }
  const { op } = test;
  const value = bindValue(test.value, facts);
  if (op === "prefix" || op === "contains") return typeof value === "string" ? { op, value } : null;
  return typeof value === "number" ? { op, value } : null;
}

function bindValue(value: Value, { nowMs, visitor }: ValueFacts): Scalar | undefined {
  if (typeof value !== "object") return value;
  if ("agoMs" in value) return Math.floor(nowMs / MINUTE_MS) * MINUTE_MS - value.agoMs;
  return userValues(value.user, visitor)[0];
}

export function userValues(field: string, visitor: VisitorFacts): readonly Scalar[] {
  if (field === "segments") return visitor.segments ?? [];
  const name = attributeName(field);
  const attributes = visitor.attributes ?? {};
  const value =
    name === null
      ? visitor[field as "country" | "device"]
      : Object.hasOwn(attributes, name)
        ? attributes[name]
        : undefined;
  return value === undefined ? [] : [value];
}

function interactedItems(
  { types, withinMs }: { types: readonly string[]; withinMs: number | null },
  facts: RuleFacts,
): Set<string> {
  const codes = types.map(facts.typeCodeOf);
  const sinceMs = facts.nowMs - (withinMs ?? Number.POSITIVE_INFINITY);
  const found = interactionsOf(facts).filter(
    ({ typeCode, occurredAtMs }) =>
      occurredAtMs >= sinceMs && (codes.length === 0 || codes.includes(typeCode)),
  );
  return new Set(found.map(({ itemId }) => itemId));
}

function interactionsOf({ interactions, visitor, typeCodeOf }: RuleFacts): Interaction[] {
  const { interactions: stored = [], bought = [] } = visitor;
  const known = new Set(stored.map(({ itemId }) => itemId));
  const others = interactions.filter(({ itemId }) => !known.has(itemId));
  const typeCode = typeCodeOf("purchase");
  return [...stored, ...others, ...bought.map((one) => ({ ...one, typeCode }))];
}

function shownItems(
  { times, withinMs }: { times: number; withinMs: number | null },
  { visitor, nowMs }: RuleFacts,
): Set<string> {
  const sinceMs = nowMs - (withinMs ?? Number.POSITIVE_INFINITY);
  const counts = new Map<string, number>();
  for (const { itemId, count, lastAtMs } of visitor.shown ?? []) {
    if (lastAtMs >= sinceMs) counts.set(itemId, (counts.get(itemId) ?? 0) + count);
  }
  return new Set([...counts].filter(([, count]) => count >= times).map(([itemId]) => itemId));
}
