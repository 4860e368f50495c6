import { createPrng } from "../../base/index.ts";
import type { Dataset } from "./dataset.ts";
import { type Cases, splitByTime } from "./split.ts";

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
 * possible: figures are means over users.
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
  for (let turn = 0; kept.length < casesMax; turn++) {
    for (const queue of queues) {
      const index = queue[turn];
      if (index !== undefined && kept.length < casesMax) kept.push(index);
    }
  }
  kept.sort((a, b) => a - b);
  return {
    ...cases,
    targetRows: Uint32Array.from(kept, (index) => cases.targetRows[index] as number),
    users: Uint32Array.from(kept, (index) => cases.users[index] as number),
    historyEnds: Uint32Array.from(kept, (index) => cases.historyEnds[index] as number),
  };
}
