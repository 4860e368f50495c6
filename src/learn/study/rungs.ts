import { createPrng } from "../../base/index.ts";
import type { Cases } from "../data/cases.ts";
import type { Dataset } from "../data/dataset.ts";
import { sampleCases } from "../data/sample.ts";

/** How much of the data a trial gets: a share of the users to fit on, a number of cases to be judged by. */
export const RUNGS: readonly { userShare: number; casesMax: number }[] = [
  { userShare: 0.35, casesMax: 600 },
  { userShare: 0.7, casesMax: 1_200 },
  { userShare: 1, casesMax: 2_500 },
];

/** Data this small are fitted whole on every rung: what a sample says of them is noise. */
const ROWS_WHOLE = 60_000;

export function shareOnRung(rows: number, rung: number): number {
  return rows <= ROWS_WHOLE ? 1 : (RUNGS[rung]?.userShare ?? 1);
}

/** A share of the users, the same for a seed on every call; rows of a smaller share are rows of a larger one. */
export function dataOnRung(dataset: Dataset, rung: number, seed: number): Dataset {
  const share = shareOnRung(dataset.items.length, rung);
  if (share >= 1) return dataset;
  const prng = createPrng(`users/${seed}`);
  const keeps = dataset.userIds.map(() => prng.next() < share);
  const { userStart } = dataset;
  const starts = new Uint32Array(userStart.length);
  const kept: number[] = [];
  for (const [user, keep] of keeps.entries()) {
    for (let row = userStart[user] as number; keep && row < (userStart[user + 1] as number); row++)
      kept.push(row);
    starts[user + 1] = kept.length;
  }
  return {
    userIds: dataset.userIds,
    itemIds: dataset.itemIds,
    userStart: starts,
    items: Uint32Array.from(kept, (row) => dataset.items[row] as number),
    timesMs: Float64Array.from(kept, (row) => dataset.timesMs[row] as number),
    weights: Float32Array.from(kept, (row) => dataset.weights[row] as number),
    types: Uint8Array.from(kept, (row) => dataset.types[row] as number),
  };
}

export function casesOnRung(cases: Cases, rung: number, seed: number): Cases {
  return sampleCases(cases, RUNGS[rung]?.casesMax ?? Number.POSITIVE_INFINITY, seed);
}
