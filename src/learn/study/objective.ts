import type { Cases } from "../data/cases.ts";

/** Ranks beyond this say nothing about what a list is worth. */
export const OBJECTIVE_RANK_MAX = 100;

/**
 * What a study maximises: the mean of the discount 1/log2(rank + 1), over what the protocol's metrics are means of: smoother than a
 * figure cut at 10, so better to choose by. `ranks` [cases], Infinity where not found. Returns the figure of each unit
 * (user, case or list), so that two rankings of the same cases can be compared unit by unit.
 */
export function objectivePerUnit(ranks: Float64Array, { users, mean }: Cases): Float64Array {
  if (mean === "case") return ranks.map(discount);
  const units = new Map<number, { sum: number; cases: number }>();
  for (const [index, rank] of ranks.entries()) {
    const user = users[index] as number;
    const unit = units.get(user) ?? { sum: 0, cases: 0 };
    unit.sum += discount(rank);
    unit.cases++;
    units.set(user, unit);
  }
  return Float64Array.from(
    [...units].sort(([a], [b]) => a - b),
    ([, { sum, cases }]) => sum / (mean === "list" ? idealSum(cases) : cases),
  );
}

function discount(rank: number): number {
  return rank <= OBJECTIVE_RANK_MAX ? 1 / Math.log2(rank + 1) : 0;
}

/** The rank whose discount is the mean of those from `first` to `last`; Infinity where none of them counts. */
export function sharedRank(first: number, last: number): number {
  if (first === last) return first;
  let sum = 0;
  for (let rank = first; rank <= Math.min(last, OBJECTIVE_RANK_MAX); rank++) sum += discount(rank);
  return 2 ** ((last - first + 1) / sum) - 1;
}

export function objective(ranks: Float64Array, cases: Cases): number {
  return meanOf(objectivePerUnit(ranks, cases));
}

export function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(values.length, 1);
}

/** Σ of the discounts of the first `targets` places: what a perfect list has. */
function idealSum(targets: number): number {
  let sum = 0;
  for (let rank = 1; rank <= Math.min(targets, OBJECTIVE_RANK_MAX); rank++) sum += 1 / Math.log2(rank + 1);
  return sum;
}
