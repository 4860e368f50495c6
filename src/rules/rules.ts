/** Rules as they are after validation: canonical, so that equal JSON of them means equal rules. Plain data, sent over RPC. */
export interface Rules {
  /** All must hold. */
  filters: NamedFilter[];
  boosts: Boost[];
  pins: Pin[];
  caps: Cap[];
  /** Weight of difference in maximal marginal relevance, 0 … 1; 0: by score alone. */
  diversity: number;
  rotation: Rotation | null;
  /** A model's score, boosts included, in standard deviations. */
  minScore: number | null;
  /** What may be given up, in this order, when too few items qualify: `rotation`, `cap`, `min_score`, `filter` or `filter.<name>`. */
  relax: string[];
}

/** What holds where nobody has written any. */
export const NO_RULES: Rules = {
  filters: [],
  boosts: [],
  pins: [],
  caps: [],
  diversity: 0,
  rotation: null,
  minScore: null,
  relax: [],
};

export interface NamedFilter {
  /** Null for the one filter that was given without a list. */
  name: string | null;
  where: Expression;
}

export interface Boost {
  name: string;
  where: Expression;
  /** Standard deviations; negative demotes. */
  by: number;
}

/** The named item, or the best one that `where` holds for, at a place of the list, 1 the first. Filters hold for it too. */
export interface Pin {
  name: string;
  position: number;
  itemId: string | null;
  where: Expression | null;
}

/** At most so many items with the same value of a field; each value of a list counts. */
export interface Cap {
  field: string;
  max: number;
}

/** What was shown lately comes later: by `weight` standard deviations just after, by none once `withinMs` have passed. */
export interface Rotation {
  withinMs: number;
  /** Null: it does not come at all. */
  weight: number | null;
}

/** A condition on an item for a visitor. Operators that the wire has beside these are the negations of these. */
export type Expression =
  | { kind: "and" | "or"; parts: Expression[] }
  | { kind: "not"; part: Expression }
  | { kind: "item"; field: string; test: Test }
  | { kind: "user"; field: string; test: Test }
  | Geo
  | Interacted
  | Shown
  | Named;

/** Great-circle distance from the item's place, degrees in two of its fields. */
export interface Geo {
  kind: "geo";
  lat: string;
  lon: string;
  near: Place | "visitor";
  withinKm: number;
}

/** The visitor has interacted with the item, in one of the ways named; none named: in any. */
export interface Interacted {
  kind: "interacted";
  types: string[];
  /** Null: ever. */
  withinMs: number | null;
}

/** The item has been shown to the visitor at least so often. */
export interface Shown {
  kind: "shown";
  times: number;
  withinMs: number | null;
}

/** One of these: what is left of a question about the visitor once it is answered. Nobody writes it. */
export interface Named {
  kind: "named";
  itemIds: string[];
}

export interface Place {
  /** Degrees. */
  lat: number;
  lon: number;
}

/**
 * What is asked of a field. It has one value, several (categories, tags, segments) or none; a test holds when any value
 * passes it, so that without a value none holds.
 */
export type Test =
  | { op: "lt" | "lte" | "gt" | "gte" | "prefix" | "contains"; value: Value }
  /** Equal to one of the values, or, of `all`, each value is there. */
  | { op: "in" | "all"; values: Value[] }
  | { op: "exists" };

/** A value as written, of the visitor (unknown where they have none), or the time so long ago. */
export type Value = Scalar | { user: string } | { agoMs: number };

export type Scalar = string | number | boolean;

/** What is known of who asks. All optional: a condition on what is unknown does not hold. */
export interface VisitorFacts {
  attributes?: Record<string, Scalar>;
  segments?: string[];
  /** ISO 3166, two letters. */
  country?: string;
  /** Device class, such as `mobile`. */
  device?: string;
  location?: Place;
  /** An item may stand several times, as for each day: those whose `lastAtMs` lies within a rule's window are added up. */
  shown?: ShownItem[];
  /** Those stored, the newest of each type and item. What the history, which a device may have told by order alone, says of these items does not count. */
  interactions?: Interaction[];
  /** Purchases beyond those of the history. */
  bought?: { itemId: string; occurredAtMs: number }[];
}

export interface Interaction {
  itemId: string;
  /** `eventTypeCode` of its type. */
  typeCode: number;
  occurredAtMs: number;
}

export interface ShownItem {
  itemId: string;
  count: number;
  lastAtMs: number;
}
