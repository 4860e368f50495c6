import type { Cases } from "./cases.ts";
import { type Dataset, rowsBefore } from "./dataset.ts";

export type { Cases } from "./cases.ts";

export interface Split {
  /** Rows with a time of `cutMs` or later are test. */
  cutMs: number;
  /** The rows before the cut, over the same users and items. */
  train: Dataset;
  cases: Cases;
  /** Test rows that are no case, by reason; the first reason that holds counts. */
  left: {
    /** Its item has no row before the cut. */
    unknownItem: number;
    /** Its user has no strictly earlier row: only a list for everybody could answer. */
    withoutHistory: number;
    /** Its item is in the user's earlier rows, which are masked. */
    repeat: number;
  };
}

/** The newest `testShare` of all rows is test (protocol "log"). Rows of the cut's own instant are test, all of them. */
export function splitByTime(dataset: Dataset, testShare = 0.2): Split {
  return splitAt(dataset, cutOf(dataset.timesMs, testShare));
}

/** Rows of `cutMs` and later are test. */
export function splitAt(dataset: Dataset, cutMs: number): Split {
  const train = rowsBefore(dataset, cutMs);
  const known = new Uint8Array(dataset.itemIds.length);
  for (const item of train.items) known[item] = 1;
  return { cutMs, train, ...casesSince(dataset, cutMs, known) };
}

/** The time from which on rows are the newest `share`. */
export function cutOf(timesMs: Float64Array, share: number): number {
  const times = timesMs.slice().sort();
  return times[Math.min(Math.floor(times.length * (1 - share)), times.length - 1)] ?? 0;
}

/** The rows from `cutMs` on as cases, each from what its user did strictly before it. `known` [items]: those that compete. */
export function casesSince(
  dataset: Dataset,
  cutMs: number,
  known: Uint8Array,
): Pick<Split, "cases" | "left"> {
  const found: { row: number; user: number; historyEnd: number }[] = [];
  const left = { unknownItem: 0, withoutHistory: 0, repeat: 0 };
  for (let user = 0; user < dataset.userIds.length; user++) {
    const start = dataset.userStart[user] as number;
    const end = dataset.userStart[user + 1] as number;
    const seen = new Set<number>();
    let historyEnd = start;
    for (let row = start; row < end; row++) {
      const timeMs = dataset.timesMs[row] as number;
      for (; (dataset.timesMs[historyEnd] as number) < timeMs; historyEnd++) {
        seen.add(dataset.items[historyEnd] as number);
      }
      if (timeMs < cutMs) continue;
      const item = dataset.items[row] as number;
      if (known[item] === 0) left.unknownItem++;
      else if (historyEnd === start) left.withoutHistory++;
      else if (seen.has(item)) left.repeat++;
      else found.push({ row, user, historyEnd });
    }
  }
  return {
    left,
    cases: {
      dataset,
      targetRows: Uint32Array.from(found, (one) => one.row),
      users: Uint32Array.from(found, (one) => one.user),
      historyEnds: Uint32Array.from(found, (one) => one.historyEnd),
      known,
      maskSeen: true,
      mean: "user",
      cutMs,
    },
  };
}
