import * as z from "zod";

/** What a condition may count of a subject: its interactions of one type, or all. */
export const SEGMENT_COUNTERS = {
  views: "view",
  clicks: "click",
  carts: "add_to_cart",
  purchases: "purchase",
  likes: "like",
  plays: "play",
  completes: "complete",
  interactions: null,
} as const;

export type SegmentCounter = keyof typeof SEGMENT_COUNTERS;

/** Days that a count may go back. */
export const SEGMENT_DAYS_MAX = 365;
/** Segments of a tenant: each is judged for every subject, every day. */
export const SEGMENTS_MAX = 20;
/** Conditions and groups of one segment, and how deep they may stand in each other. */
const NODES_MAX = 30;
const DEPTH_MAX = 4;
/** Values of one `in`. */
const IN_MAX = 200;

const COUNT = /^([a-z]+)_([1-9]\d{0,2})d$/;
const ATTRIBUTE = /^attributes\.[^.\s]{1,40}$/;

/** `purchases_30d` → purchases of 30 days; null for another field. A window is today and the days before it, in UTC. */
export function countField(field: string): { counter: SegmentCounter; days: number } | null {
  const [, counter = "", days] = COUNT.exec(field) ?? [];
  if (!Object.hasOwn(SEGMENT_COUNTERS, counter) || Number(days) > SEGMENT_DAYS_MAX) return null;
  return { counter: counter as SegmentCounter, days: Number(days) };
}

/** The name of a user's attribute, of a field such as `attributes.country`; null for another field. */
export function attributeField(field: string): string | null {
  return ATTRIBUTE.test(field) ? field.slice("attributes.".length) : null;
}

/** Days since the subject's newest interaction, 0 today; it has no value where there is none. */
export const LAST_SEEN_FIELD = "last_seen_days";

const FIELDS_TOLD = `last_seen_days, attributes.<name>, or <counter>_<days>d with up to ${SEGMENT_DAYS_MAX} days of ${Object.keys(SEGMENT_COUNTERS).join(", ")}`;

export interface SegmentCondition {
  field: string;
  eq?: Scalar;
  in?: Scalar[];
  gte?: number;
  lte?: number;
  gt?: number;
  lt?: number;
}

type Scalar = string | number | boolean;

/** Every test that a condition names must hold; a value that is absent passes none. */
export type SegmentExpression =
  | SegmentCondition
  | { all: SegmentExpression[] }
  | { any: SegmentExpression[] };

/** Users who have something in common, found again every day. */
export const segmentSchema = z
  .strictObject({
    name: z.string().regex(/^[a-z0-9_-]{1,40}$/, "must match [a-z0-9_-]{1,40}"),
    where: z.record(z.string(), z.unknown()),
  })
  .superRefine(({ where }, context) => {
    const found = complaintOf(where, ["where"], { depth: 1, nodes: 0 });
    if (found !== null) context.addIssue({ code: "custom", ...found });
  }) as unknown as z.ZodType<Segment>; // What the check lets through is an expression.

export interface Segment {
  name: string;
  where: SegmentExpression;
}

export const segmentsSchema = z
  .array(segmentSchema)
  .max(SEGMENTS_MAX)
  .refine((list) => new Set(list.map(({ name }) => name)).size === list.length, "names must differ");

type Complaint = { path: (string | number)[]; message: string };

/** The first thing wrong with an expression; a union of schemas could only say that nothing fits. */
function complaintOf(
  value: unknown,
  path: (string | number)[],
  place: { depth: number; nodes: number },
): Complaint | null {
  place.nodes++;
  if (place.nodes > NODES_MAX) return { path, message: `has more than ${NODES_MAX} conditions and groups` };
  if (!isObject(value)) return { path, message: "must be a condition, {all: […]} or {any: […]}" };
  const group = ["all", "any"].find((name) => Object.hasOwn(value, name));
  if (group === undefined) return conditionComplaint(value, path);
  const list = value[group];
  if (Object.keys(value).length > 1) return { path, message: `has other fields beside ${group}` };
  if (!Array.isArray(list) || list.length === 0)
    return { path: [...path, group], message: "must be a list that is not empty" };
  if (place.depth > DEPTH_MAX) return { path, message: `stands more than ${DEPTH_MAX} groups deep` };
  for (const [index, part] of list.entries()) {
    const inside = { depth: place.depth + 1, nodes: place.nodes };
    const found = complaintOf(part, [...path, group, index], inside);
    if (found !== null) return found;
    place.nodes = inside.nodes;
  }
  return null;
}

const COMPARISONS = ["gte", "lte", "gt", "lt"];

function conditionComplaint(condition: Record<string, unknown>, path: (string | number)[]): Complaint | null {
  const { field, ...tests } = condition;
  if (typeof field !== "string") return { path: [...path, "field"], message: `must be ${FIELDS_TOLD}` };
  const isAttribute = attributeField(field) !== null;
  if (!isAttribute && field !== LAST_SEEN_FIELD && countField(field) === null) {
    return { path: [...path, "field"], message: `must be ${FIELDS_TOLD}` };
  }
  if (Object.keys(tests).length === 0) return { path, message: "needs one of eq, in, gte, lte, gt, lt" };
  const isValue = isAttribute ? isScalar : isNumber;
  const values = isAttribute ? "texts, numbers or booleans" : "numbers";
  for (const [name, wanted] of Object.entries(tests)) {
    const at = [...path, name];
    if (COMPARISONS.includes(name)) {
      if (!isNumber(wanted)) return { path: at, message: "must be a number" };
    } else if (name === "eq") {
      if (!isValue(wanted)) return { path: at, message: `must be one of ${values}` };
    } else if (name !== "in") {
      return { path: at, message: "is no test: eq, in, gte, lte, gt, lt are" };
    } else if (
      !Array.isArray(wanted) ||
      wanted.length === 0 ||
      wanted.length > IN_MAX ||
      !wanted.every(isValue)
    ) {
      return { path: at, message: `must be a list of 1 to ${IN_MAX} ${values}` };
    }
  }
  return null;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function isScalar(value: unknown): value is Scalar {
  return isNumber(value) || typeof value === "boolean" || (typeof value === "string" && value.length <= 500);
}
