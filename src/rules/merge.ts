import type { NamedFilter, Rotation, Rules } from "./rules.ts";

/**
 * What a scenario says, and a request beside it: filters, boosts and caps of either hold, of two least scores the higher, of two rotations the longer time and
 * the heavier weight. Of two pins for one place, and of diversity, the request's stands; so a request may sharpen what its scenario says, and never lift
 * what it keeps out. What may be given up is what the scenario says, and then what the request brought alone.
 */
export function mergeRules(scenario: Rules, request: Rules): Rules {
  const places = new Set(request.pins.map(({ position }) => position));
  return {
    filters: [...scenario.filters, ...request.filters.map((filter) => keptApart(filter, scenario))],
    boosts: [...scenario.boosts, ...request.boosts],
    pins: [...scenario.pins.filter(({ position }) => !places.has(position)), ...request.pins],
    caps: [...scenario.caps, ...request.caps],
    diversity: request.diversity === 0 ? scenario.diversity : request.diversity,
    rotation: stricter(scenario.rotation, request.rotation),
    minScore: highest(scenario.minScore, request.minScore),
    relax: [...scenario.relax, ...request.relax.filter((part) => isFree(part, scenario))],
  };
}

function highest(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b);
}

function stricter(a: Rotation | null, b: Rotation | null): Rotation | null {
  if (a === null || b === null) return a ?? b;
  const weight = a.weight === null || b.weight === null ? null : Math.max(a.weight, b.weight);
  return { withinMs: Math.max(a.withinMs, b.withinMs), weight };
}

/** A scenario that gives up a filter means its own, not a request's of the same name: nothing gives up a name with a dot. */
function keptApart(filter: NamedFilter, { relax }: Rules): NamedFilter {
  if (!relax.includes(relaxName(filter))) return filter;
  return { ...filter, name: `request.${filter.name ?? "filter"}` };
}

/** Whether a scenario leaves it to requests to say whether a part may be given up: it has none of that name, and does not say itself. */
function isFree(part: string, { filters, caps, rotation, minScore, relax }: Rules): boolean {
  if (relax.includes(part)) return false;
  if (part === "cap") return caps.length === 0;
  if (part === "rotation") return rotation === null;
  if (part === "min_score") return minScore === null;
  return filters.every((filter) => part !== relaxName(filter));
}

function relaxName({ name }: NamedFilter): string {
  return name === null ? "filter" : `filter.${name}`;
}

/** True where nothing is asked for, so that an answer is the same as without. */
export function isEmptyRules(rules: Rules): boolean {
  const { filters, boosts, pins, caps, diversity, rotation, minScore } = rules;
  const lists = [filters, boosts, pins, caps];
  return (
    lists.every(({ length }) => length === 0) && diversity === 0 && rotation === null && minScore === null
  );
}
