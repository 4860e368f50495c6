import { eventTypeCode } from "../events/index.ts";
import type { ScoreRequest } from "../registry/index.ts";
import { type Bound, bindRule, NO_RULES, type RuleFacts, type Rules } from "../rules/index.ts";
import type { KnownEntry } from "./feeds.ts";
import { excludedOf, knownHistory, telling } from "./known.ts";
import type { ModelView } from "./view.ts";

/** A request with its rules bound to who asks, and ids turned into indices. */
export interface Asked {
  request: ScoreRequest;
  rules: Rules;
  /** Items wanted. */
  limit: number;
  /** All of the history that is known, and what of it tells the model something. */
  known: KnownEntry[];
  recent: KnownEntry[];
  excluded: number[];
  /** What the visitor knows, where that is left out; each once. */
  seen: number[];
  /** `name` as `relax` has it. */
  filters: { name: string; bound: Bound }[];
  boosts: { name: string; by: number; bound: Bound }[];
  pins: { name: string; place: number; index: number | null; bound: Bound | null }[];
  /** Item shown within the rotation's time → 1 just now … 0 as long ago as that. */
  shown: Map<number, number>;
  /** What alone may be answered; null: anything. */
  candidates: number[] | null;
  unknownCandidates: string[];
}

export function ask(view: ModelView, request: ScoreRequest): Asked {
  const known = knownHistory(view, request);
  const facts = factsOf(request);
  const rules = rulesOf(request);
  const candidates = candidatesOf(view, request);
  const wanted = Math.max(0, Math.min(Math.floor(request.limit), view.size));
  return {
    request,
    rules,
    limit: candidates.known?.length ?? wanted,
    known,
    recent: telling(view, known),
    ...(candidates.known === null ? excludedOf(view, known, request) : { excluded: [], seen: [] }),
    filters: rules.filters.map(({ name, where }) => ({
      name: filterName(name),
      bound: bindRule(where, facts),
    })),
    boosts: rules.boosts.map(({ name, by, where }) => ({ name, by, bound: bindRule(where, facts) })),
    pins: rules.pins.map(({ name, position, itemId, where }) => ({
      name,
      place: position - 1,
      index: itemId === null ? null : (view.indexOf(itemId) ?? null),
      bound: where === null ? null : bindRule(where, facts),
    })),
    shown: shownWithin(view, rules, facts),
    candidates: candidates.known,
    unknownCandidates: candidates.unknown,
  };
}

export function filterName(name: string | null): string {
  return name === null ? "filter" : `filter.${name}`;
}

/** A given list is put in order, whatever the rules would keep out of it. */
function rulesOf({ rules = NO_RULES, candidates }: ScoreRequest): Rules {
  if (candidates === undefined) return rules;
  const rotation = rules.rotation?.weight == null ? null : rules.rotation;
  return { ...NO_RULES, boosts: rules.boosts, diversity: rules.diversity, rotation };
}

function factsOf({ nowMs, visitor = {}, history }: ScoreRequest): RuleFacts {
  return { nowMs, visitor, interactions: history, typeCodeOf: eventTypeCode };
}

function candidatesOf(view: ModelView, { candidates }: ScoreRequest) {
  if (candidates === undefined) return { known: null, unknown: [] };
  const known = new Set<number>();
  const unknown: string[] = [];
  for (const itemId of new Set(candidates)) {
    const index = view.indexOf(itemId);
    if (index === undefined) unknown.push(itemId);
    else known.add(index);
  }
  return { known: [...known], unknown };
}

function shownWithin(
  view: ModelView,
  { rotation }: Rules,
  { visitor, nowMs }: RuleFacts,
): Map<number, number> {
  const shown = new Map<number, number>();
  if (rotation === null) return shown;
  for (const { itemId, lastAtMs } of visitor.shown ?? []) {
    const index = view.indexOf(itemId);
    const left = 1 - Math.max(0, nowMs - lastAtMs) / rotation.withinMs;
    if (index !== undefined && left > 0) shown.set(index, Math.max(left, shown.get(index) ?? 0));
  }
  return shown;
}
