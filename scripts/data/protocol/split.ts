import {
  type Cases,
  type Dataset,
  lastCases,
  listCases,
  prefixCases,
  rowsBefore,
  type Split,
  splitAt,
  splitByTime,
  splitHoldOut,
  splitNewestUsers,
  usersOf,
  withoutLast,
} from "../../../src/learn/index.ts";
import type { Protocol } from "./description.ts";

/** What a split needs. */
export interface ProtocolRows {
  task: Protocol["task"];
  /** Every row, those of the test included. */
  dataset: Dataset;
  /** Of sessions: users from this index on are the test's. */
  testUsersFrom: number;
  /** Of a log: where its test begins; absent: with the newest fifth of its rows. */
  cutMs?: number;
}

/** Rows that were to be found and are no case, by reason; of sequences and sessions there are none to tell. */
export type LeftOut = Record<string, number>;

/** Of sessions: what is chosen on; the newest, as the test is newer still. */
const NEWEST_SHARE = 0.05;
/** Of unordered rows. */
const HELD_OUT_SHARE = 0.1;
/** Of a log's rows before the test: the newest. */
const LOG_SHARE = 0.15;
const SEED = 1;

/** The rows to fit on and the cases to choose by. No row of the test is among them. */
export function learningPart(rows: ProtocolRows): { fit: Dataset; validation: Cases; leftOut: LeftOut } {
  const { task, dataset } = rows;
  switch (task) {
    case "next-item":
      return { fit: withoutLast(dataset, 2), validation: lastCases(dataset, 1), leftOut: {} };
    case "session":
      return { ...splitNewestUsers(trainSessions(rows), NEWEST_SHARE), leftOut: {} };
    case "top-n":
      return { ...splitHoldOut(unorderedTrain(dataset), HELD_OUT_SHARE, SEED), leftOut: {} };
    case "log": {
      const { train, cases, left } = splitByTime(splitLog(rows).train, LOG_SHARE);
      return { fit: train, validation: cases, leftOut: left };
    }
  }
}

/** The rows to fit again on what was chosen, null where the protocol tests what was fitted first; and the test. */
export function testingPart(rows: ProtocolRows): { refit: Dataset | null; test: Cases; leftOut: LeftOut } {
  const { task, dataset, testUsersFrom } = rows;
  switch (task) {
    case "next-item":
      return { refit: null, test: lastCases(dataset), leftOut: {} };
    case "session":
      return {
        refit: trainSessions(rows),
        test: prefixCases(dataset, (user) => user >= testUsersFrom),
        leftOut: {},
      };
    case "top-n": {
      const [refit, test] = [unorderedTrain(dataset), listCases(dataset)];
      const withoutHistory = dataset.items.length - refit.items.length - test.targetRows.length;
      return { refit, test, leftOut: { withoutHistory } };
    }
    case "log": {
      const { train, cases, left } = splitLog(rows);
      return { refit: train, test: cases, leftOut: left };
    }
  }
}

function splitLog({ dataset, cutMs }: ProtocolRows): Split {
  return cutMs === undefined ? splitByTime(dataset) : splitAt(dataset, cutMs);
}

function trainSessions({ dataset, testUsersFrom }: ProtocolRows): Dataset {
  return usersOf(dataset, (user) => user < testUsersFrom);
}

/** Rows of the test stand a second later. */
function unorderedTrain(dataset: Dataset): Dataset {
  return rowsBefore(dataset, 1);
}
