import { type Dataset, sampleCases, splitByTime } from "../learn/index.ts";
import type { RetrainParams } from "./contract.ts";
import { decodeDataset, encodeCases, encodeDataset } from "./dataset-file.ts";
import type { Workspace } from "./workspace.ts";

export const PROTOCOL = "log: newest 20 % by time, full ranking, history masked, mean per user";

/** Ranking more would narrow no interval that matters, and two models must be ranked within a step. */
const CASES_MAX = 20_000;

/** The newest part of the training rows is what a search chooses by. */
const VALIDATION_SHARE = 0.15;
const VALIDATION_CASES_MAX = 5_000;

export interface SplitResult {
  cutMs: number;
  /** Cases of the test slice, of which at most CASES_MAX are ranked. */
  cases: number;
}

/**
 * The run's rows, cut once for all later steps, each of which then holds no more than it needs: `train` before the cut and
 * `cases` after it; of `train`, `fit` and the `validation` cases that a search chooses by; and which items are `recent`.
 */
export async function splitData({ seed }: RetrainParams, workspace: Workspace): Promise<SplitResult> {
  const dataset = decodeDataset(await workspace.read("dataset.bin"));
  const { train, cutMs, cases } = splitByTime(dataset);
  await workspace.write("train.bin", encodeDataset(train));
  await workspace.write("cases.bin", encodeCases(sampleCases(cases, CASES_MAX, seed)));
  const inner = splitByTime(train, VALIDATION_SHARE);
  const validation = sampleCases(inner.cases, VALIDATION_CASES_MAX, seed);
  await workspace.write("fit.bin", encodeDataset(inner.train));
  await workspace.write("validation.bin", encodeCases(validation));
  await workspace.write("recent.bin", recentItems(train, inner.train));
  return { cutMs, cases: cases.targetRows.length };
}

/** [items] 1 for an item that nobody touched before the newest part of the training rows. */
function recentItems(train: Dataset, older: Dataset): Uint8Array {
  const recent = new Uint8Array(train.itemIds.length);
  for (const item of train.items) recent[item] = 1;
  for (const item of older.items) recent[item] = 0;
  return recent;
}
