import { createPrng, type Prng } from "../../base/index.ts";
import { type Cases, takeCases } from "./cases.ts";

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
