import { DAY_MS } from "../../base/index.ts";
import {
  attributeField,
  countField,
  LAST_SEEN_FIELD,
  SEGMENT_COUNTERS,
  type Segment,
  type SegmentCondition,
  type SegmentExpression,
} from "../../events/index.ts";
import type { HistoryEntry } from "../../lake/index.ts";

type Value = string | number | boolean | undefined;

/** What a segment's expression is judged on. */
export interface SubjectFacts {
  attributes: Readonly<Record<string, unknown>>;
  counts: ReadonlyMap<string, number>;
  lastSeenDays: number | undefined;
}

/** The count fields that any of the segments names, each computed once. */
export function countFieldsOf(segments: readonly Segment[]): string[] {
  const fields = segments
    .flatMap(({ where }) => fieldsOf(where))
    .filter((field) => countField(field) !== null);
  return [...new Set(fields)];
}

function fieldsOf(expression: SegmentExpression): string[] {
  if ("all" in expression) return expression.all.flatMap(fieldsOf);
  if ("any" in expression) return expression.any.flatMap(fieldsOf);
  return [expression.field];
}

/** Gathers the facts of one subject after another, from rows of its history in any order. */
export class FactsGatherer {
  readonly #fields: { field: string; type: string | null; fromMs: number }[];
  readonly #todayMs: number;
  #counts = new Map<string, number>();
  #newestMs = -1;

  constructor(fields: readonly string[], nowMs: number) {
    this.#todayMs = Math.floor(nowMs / DAY_MS) * DAY_MS;
    this.#fields = fields.flatMap((field) => {
      const count = countField(field);
      if (count === null) return [];
      const fromMs = this.#todayMs - (count.days - 1) * DAY_MS;
      return [{ field, type: SEGMENT_COUNTERS[count.counter], fromMs }];
    });
  }

  add({ occurred_at: atMs, type: found }: Pick<HistoryEntry, "occurred_at" | "type">): void {
    this.#newestMs = Math.max(this.#newestMs, atMs);
    for (const { field, type, fromMs } of this.#fields) {
      if (atMs < fromMs || (type !== null && type !== found)) continue;
      this.#counts.set(field, (this.#counts.get(field) ?? 0) + 1);
    }
  }

  /** The facts so far; the next row is another subject's. */
  take(attributes: SubjectFacts["attributes"]): SubjectFacts {
    const newestDay = Math.floor(this.#newestMs / DAY_MS) * DAY_MS;
    const lastSeenDays = this.#newestMs < 0 ? undefined : Math.max(0, (this.#todayMs - newestDay) / DAY_MS);
    const facts = { attributes, counts: this.#counts, lastSeenDays };
    this.#counts = new Map();
    this.#newestMs = -1;
    return facts;
  }
}

export function isMember(expression: SegmentExpression, facts: SubjectFacts): boolean {
  if ("all" in expression) return expression.all.every((part) => isMember(part, facts));
  if ("any" in expression) return expression.any.some((part) => isMember(part, facts));
  const value = factOf(expression.field, facts);
  return value !== undefined && passes(expression, value);
}

function factOf(field: string, { attributes, counts, lastSeenDays }: SubjectFacts): Value {
  if (field === LAST_SEEN_FIELD) return lastSeenDays;
  const attribute = attributeField(field);
  if (attribute === null) return counts.get(field) ?? 0;
  return Object.hasOwn(attributes, attribute) ? (attributes[attribute] as Value) : undefined;
}

/** Comparisons hold for numbers only: a text is not above one. */
function passes(condition: SegmentCondition, value: string | number | boolean): boolean {
  const { eq, in: among, gte, lte, gt, lt } = condition;
  const compares = (limit: number | undefined, test: (number: number, limit: number) => boolean) =>
    limit === undefined || (typeof value === "number" && test(value, limit));
  return (
    (eq === undefined || eq === value) &&
    (among === undefined || among.includes(value)) &&
    compares(gte, (number, limit) => number >= limit) &&
    compares(lte, (number, limit) => number <= limit) &&
    compares(gt, (number, limit) => number > limit) &&
    compares(lt, (number, limit) => number < limit)
  );
}
