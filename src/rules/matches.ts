import type { Bound } from "./bind.ts";
import { attributeName } from "./fields.ts";
import { distanceKm, passes } from "./passes.ts";
import type { Scalar } from "./rules.ts";

/** An item as rules see it; what is absent is unknown. */
export interface RuleItem {
  item_id: string;
  title?: string | undefined;
  brand?: string | undefined;
  currency?: string | undefined;
  categories?: readonly string[] | undefined;
  tags?: readonly string[] | undefined;
  price?: number | undefined;
  stock?: number | undefined;
  popularity?: number | undefined;
  published_at?: number | undefined;
  attributes?: Record<string, Scalar> | undefined;
}

/**
 * Whether an expression holds for one item. `carries` says which fields the item at hand has been given: where the answer hangs on another
 * one it is no, negated or not (Kleene's logic of three values).
 */
export function matches(
  bound: Bound,
  item: RuleItem,
  carries: (field: string) => boolean = () => true,
): boolean {
  return truth(bound, item, carries) === true;
}

/** Null: cannot be told. */
function truth(bound: Bound, item: RuleItem, carries: (field: string) => boolean): boolean | null {
  switch (bound.kind) {
    case "and":
    case "or": {
      const decisive = bound.kind === "or";
      const parts = bound.parts.map((part) => truth(part, item, carries));
      return parts.includes(decisive) ? decisive : parts.includes(null) ? null : !decisive;
    }
    case "not": {
      const part = truth(bound.part, item, carries);
      return part === null ? null : !part;
    }
    case "always":
      return bound.holds;
    case "mine":
      return bound.itemIds.has(item.item_id);
    case "item":
      return carries(bound.field) ? passes(valuesOf(item, bound.field), bound.test) : null;
    case "near": {
      const { lat, lon, place, withinKm } = bound;
      if (!carries(lat) || !carries(lon)) return null;
      const [at, along] = [valuesOf(item, lat)[0], valuesOf(item, lon)[0]];
      if (typeof at !== "number" || typeof along !== "number") return false;
      return distanceKm(place, { lat: at, lon: along }) <= withinKm;
    }
  }
}

/** The values that an item has in a field: none, one, or those of a list. */
export function valuesOf(item: RuleItem, field: string): readonly Scalar[] {
  const name = attributeName(field);
  const { attributes = {} } = item;
  const value =
    name === null
      ? item[field as Exclude<keyof RuleItem, "attributes">]
      : Object.hasOwn(attributes, name)
        ? attributes[name]
        : undefined;
  if (value === undefined) return [];
  return typeof value === "object" ? value : [value];
}
