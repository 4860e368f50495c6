import { assert, createPrng } from "../base/index.ts";
import { type Cases, casesSince, cutOf, type Dataset, findLateRows, sampleCases } from "../learn/index.ts";
import type { RetrainParams } from "./contract.ts";
import { decodeDataset, encodeCases, repack } from "./dataset-file.ts";
import { cutInPlace, rowsOfUsers } from "./rows.ts";
import type { Workspace } from "./workspace.ts";

export const PROTOCOL = "log: newest 20 % by time, full ranking, history masked, mean per user";

const TEST_SHARE = 0.2;
/** Ranking more would narrow no interval that matters, and two models must be ranked within a step. */
const CASES_MAX = 20_000;
/** The newest part of the training rows is what a search chooses by. */
const VALIDATION_SHARE = 0.15;
const VALIDATION_CASES_MAX = 5_000;
/** Cases are looked for among users with so many rows together: of more, nearly all would be thrown away again. */
const CASE_ROWS_MAX = 400_000;

export interface SplitResult {
  cutMs: number;
  /** Cases of the test slice that are ranked. */
  cases: number;
  /** Who have one. */
  users: number;
}

/**
 * The run's rows, cut once for all later steps, each of which then holds no more than it needs: `train` before the cut and
 * `cases` after it; of `train`, `fit` and the `validation` cases that a search chooses by; which items are `recent`, and `counts` of all
 * items' rows in `train`.
 */
export async function splitData({ seed }: RetrainParams, workspace: Workspace): Promise<SplitResult> {
  const bytes = await workspace.read("dataset.bin");
  const dataset = decodeDataset(bytes);
  const some = someUsers(dataset, seed);
  const cutMs = cutOf(dataset.timesMs, TEST_SHARE);
  const train = cutInPlace(dataset, cutMs);
  const counts = countsOf(train);
  const known = isPositive(counts);
  await workspace.write("counts.bin", new Uint8Array(counts.buffer));
  const cases = sampleCases(casesSince(some, cutMs, known).cases, CASES_MAX, seed);
  await workspace.write("cases.bin", encodeCases(cases));
  refuseLate(train, cases);
  const trainBytes = repack(bytes, train);
  await workspace.write("train.bin", trainBytes);

  const older = decodeDataset(trainBytes);
  const innerCutMs = cutOf(older.timesMs, VALIDATION_SHARE);
  const fit = cutInPlace(older, innerCutMs);
  const fitted = isPositive(countsOf(fit));
  const { cases: newest } = casesSince(cutInPlace(some, cutMs), innerCutMs, fitted);
  refuseLate(fit, newest);
  await workspace.write("validation.bin", encodeCases(sampleCases(newest, VALIDATION_CASES_MAX, seed)));
  await workspace.write("fit.bin", repack(trainBytes, fit));
  // Nobody had touched them before the newest part of the training rows.
  const recent = known.map((isKnown, item) => (isKnown === 1 && fitted[item] === 0 ? 1 : 0));
  await workspace.write("recent.bin", recent);
  return { cutMs, cases: cases.targetRows.length, users: new Set(cases.users).size };
}

/** Users have no names here, so their own rows cannot be held against their cases as `findLeaks` does; the cut is the same for all. */
function refuseLate(fitted: Dataset, cases: Cases): void {
  assert(
    findLateRows(fitted, cases).length === 0,
    "a row to be fitted is not older than the cut of the test",
  );
}

/** A copy: the columns of `dataset` are about to be moved. */
function someUsers(dataset: Dataset, seed: number): Dataset {
  const order = createPrng(`case-users/${seed}`).shuffle([...dataset.userIds.keys()]);
  const kept = new Uint8Array(order.length);
  let rows = 0;
  for (const user of order) {
    rows += (dataset.userStart[user + 1] as number) - (dataset.userStart[user] as number);
    if (rows > CASE_ROWS_MAX) break;
    kept[user] = 1;
  }
  return rowsOfUsers(dataset, (user) => kept[user] === 1);
}

/** [items] rows of each. */
function countsOf({ itemIds, items }: Dataset): Uint32Array {
  const counts = new Uint32Array(itemIds.length);
  for (const item of items) counts[item] = (counts[item] as number) + 1;
  return counts;
}

function isPositive(counts: Uint32Array): Uint8Array {
  return Uint8Array.from(counts, (count) => (count > 0 ? 1 : 0));
}
