import { createPrng, discard } from "../../base/index.ts";
import type { Cases } from "../data/cases.ts";
import { type Dataset, keepRows } from "../data/dataset.ts";
import { rowsAlone } from "../data/own-rows.ts";
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
  const keeps = Uint8Array.from(dataset.userIds, () => (prng.next() < share ? 1 : 0));
  const drawn = keepRows(dataset, (_, { user }) => keeps[user] === 1);
  discard(keeps);
  return drawn;
}

/**
 * The same cases on a data set with no more than the rows of users whom some rung draws: what a study reads of it, and a fraction of
 * many rows. Cases of the others stay to be drawn from; they have no rows.
 */
export function casesOfStudy(cases: Cases, seed: number): Cases {
  const { dataset } = cases;
  const isDrawn = new Uint8Array(dataset.userIds.length);
  for (const rung of RUNGS.keys()) {
    const { users } = casesOnRung(cases, rung, seed);
    for (let one = 0; one < users.length; one++) isDrawn[users[one] as number] = 1;
  }
  const drawn = rowsAlone(
    keepRows(dataset, (_, { user }) => isDrawn[user] === 1),
    dataset,
  );
  const move = (rows: Uint32Array) =>
    rows.map((row, one) => {
      const user = cases.users[one] as number;
      if (isDrawn[user] === 0) return 0;
      return row - (dataset.userStart[user] as number) + (drawn.userStart[user] as number);
    });
  return {
    ...cases,
    dataset: drawn,
    targetRows: move(cases.targetRows),
    historyEnds: move(cases.historyEnds),
  };
}

export function casesOnRung(cases: Cases, rung: number, seed: number): Cases {
  return sampleCases(cases, RUNGS[rung]?.casesMax ?? Number.POSITIVE_INFINITY, seed);
}
