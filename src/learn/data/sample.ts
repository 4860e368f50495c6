import { createPrng, type Prng } from "../../base/index.ts";
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
 * At most `casesMax` of the cases, drawn without replacement and so that the figure of the sample estimates that of all. Where it is
 * a mean over cases, each is as likely as any other. Where users count alike they take turns, so that each keeps a case as long
 * as possible. Lists stay whole: their users are drawn, and the last may go beyond `casesMax`.
 */
export function sampleCases(cases: Cases, casesMax: number, seed: number): Cases {
  if (cases.targetRows.length <= casesMax) return cases;
  const prng = createPrng(`cases/${seed}`);
  const kept = cases.mean === "case" ? drawCases(cases, casesMax, prng) : drawByUser(cases, casesMax, prng);
  kept.sort((a, b) => a - b);
  return takeCases(cases, kept);
}

function drawCases({ targetRows }: Cases, casesMax: number, prng: Prng): number[] {
  return prng.shuffle([...targetRows.keys()]).slice(0, casesMax);
}

function drawByUser({ users, mean }: Cases, casesMax: number, prng: Prng): number[] {
  const byUser = new Map<number, number[]>();
  for (const [index, user] of users.entries()) {
    const list = byUser.get(user) ?? [];
    list.push(index);
    byUser.set(user, list);
  }
  const queues = prng.shuffle([...byUser.values()].map((list) => prng.shuffle(list)));
  const kept: number[] = [];
  if (mean === "list") {
    for (const queue of queues) if (kept.length < casesMax) kept.push(...queue);
    return kept;
  }
  for (let turn = 0; kept.length < casesMax; turn++) {
    for (const queue of queues) {
      const index = queue[turn];
      if (index !== undefined && kept.length < casesMax) kept.push(index);
    }
  }
  return kept;
}
