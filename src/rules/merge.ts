import type { Rules } from "./rules.ts";

/**
 * What both say: filters, boosts and caps of either hold. Of two pins for one place, and of what a list can have only one of, the
 * second's stands; so a request may sharpen what its scenario says, and never lift a filter of it.
 */
export function mergeRules(first: Rules, second: Rules): Rules {
  const places = new Set(second.pins.map(({ position }) => position));
  return {
    filters: [...first.filters, ...second.filters],
    boosts: [...first.boosts, ...second.boosts],
    pins: [...first.pins.filter(({ position }) => !places.has(position)), ...second.pins],
    caps: [...first.caps, ...second.caps],
    diversity: second.diversity === 0 ? first.diversity : second.diversity,
    rotation: second.rotation ?? first.rotation,
    minScore: second.minScore ?? first.minScore,
    relax: second.relax.length === 0 ? first.relax : second.relax,
  };
}

/** True where nothing is asked for, so that an answer is the same as without. */
export function isEmptyRules(rules: Rules): boolean {
  const { filters, boosts, pins, caps, diversity, rotation, minScore } = rules;
  const lists = [filters, boosts, pins, caps];
  return (
    lists.every(({ length }) => length === 0) && diversity === 0 && rotation === null && minScore === null
  );
}
