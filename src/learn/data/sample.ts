import { createPrng } from "../../base/index.ts";
import { type Cases, takeCases } from "./cases.ts";
import type { Dataset } from "./dataset.ts";
import { splitByTime } from "./split.ts";

/** Part of the training rows, the newest, on which hyper-parameters are chosen. */
const SEARCH_SHARE = 0.15;
/** Cases that a candidate is ranked on: enough to tell candidates apart, few enough to try a dozen of them. */
const SEARCH_CASES_MAX = 1_000;

/** The training rows without their newest part, and cases of that part. */
export function searchSlice(dataset: Dataset, seed: number): { train: Dataset; cases: Cases } {
  const { train, cases } = splitByTime(dataset, SEARCH_SHARE);
  return { train, cases: sampleCases(cases, SEARCH_CASES_MAX, seed) };
}

/**
 * At most `casesMax` of the cases, drawn without replacement. Users take turns, so that each keeps a case as long as
 * possible: figures are means over users. Lists stay whole: their users are drawn, and the last may go beyond `casesMax`.
 */
export function sampleCases(cases: Cases, casesMax: number, seed: number): Cases {
  if (cases.targetRows.length <= casesMax) return cases;
  const prng = createPrng(`cases/${seed}`);
  const byUser = new Map<number, number[]>();
  for (const [index, user] of cases.users.entries()) {
    const list = byUser.get(user) ?? [];
    list.push(index);
    byUser.set(user, list);
  }
  const queues = prng.shuffle([...byUser.values()].map((list) => prng.shuffle(list)));
  const kept: number[] = [];
  if (cases.mean === "list") {
    for (const queue of queues) if (kept.length < casesMax) kept.push(...queue);
  }
  for (let turn = 0; kept.length < casesMax; turn++) {
    for (const queue of queues) {
      const index = queue[turn];
      if (index !== undefined && kept.length < casesMax) kept.push(index);
    }
  }
  kept.sort((a, b) => a - b);
  return takeCases(cases, kept);
}
