import { BiasDraft, type Bound } from "../rules/index.ts";
import type { Asked } from "./asked.ts";
import type { ModelView } from "./view.ts";

/**
 * What lifts a pinned item over all others in the model's own scan: its score comes back with the lift taken off. Boosts reach 100 at most, and a
 * float32 of this size keeps four decimals.
 */
export const LIFT = 1_000;

/** Writes what may be answered into a bias: availability, filters, rotation without a weight, exclusions. */
export function restrict(
  view: ModelView,
  asked: Asked,
  relaxed: ReadonlySet<string>,
  bias: Float32Array,
): BiasDraft {
  const { space } = view;
  if (asked.candidates !== null) {
    const draft = new BiasDraft(bias, null);
    for (const index of asked.candidates) draft.allow(index, true);
    return draft;
  }
  const parts = asked.filters.filter(({ name }) => !relaxed.has(name)).map(({ bound }) => bound);
  const filter: Bound = parts.length === 0 ? { kind: "always", holds: true } : { kind: "and", parts };
  const set = space.allowed(filter);
  const draft = new BiasDraft(bias, set);
  for (const { index, holds } of space.exceptions(filter, set)) draft.allow(index, holds);
  if (leavesOutShown(asked, relaxed)) for (const index of asked.shown.keys()) draft.allow(index, false);
  for (const index of asked.excluded) draft.allow(index, false);
  for (const index of asked.seen) draft.allow(index, false);
  return draft;
}

export function leavesOutShown({ rules }: Asked, relaxed: ReadonlySet<string>): boolean {
  return rules.rotation !== null && rules.rotation.weight === null && !relaxed.has("rotation");
}

/** Adds what moves items: boosts, rotation with a weight, and the lift of items pinned by id. */
export function weigh(view: ModelView, asked: Asked, relaxed: ReadonlySet<string>, draft: BiasDraft): void {
  for (const { bound, by } of asked.boosts) addWhere(view, draft, bound, by);
  const weight = rotationWeight(asked, relaxed);
  if (weight !== 0) for (const [index, left] of asked.shown) draft.add(index, -weight * left);
  for (const { index } of asked.pins) if (index !== null) draft.add(index, LIFT);
}

export function addWhere({ space }: ModelView, draft: BiasDraft, bound: Bound, by: number): void {
  const set = space.matching(bound);
  draft.addAll(set, by);
  for (const { index, holds } of space.exceptions(bound, set)) draft.add(index, holds ? by : -by);
}

export function rotationWeight({ rules }: Asked, relaxed: ReadonlySet<string>): number {
  return relaxed.has("rotation") ? 0 : (rules.rotation?.weight ?? 0);
}
