import {
  type Cases,
  type Dataset,
  lastCases,
  listCases,
  prefixCases,
  rowsBefore,
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
}

/** Of sessions: what is chosen on; the newest, as the test is newer still. */
const NEWEST_SHARE = 0.05;
/** Of unordered rows. */
const HELD_OUT_SHARE = 0.1;
/** Of a log's rows before the test: the newest. */
const LOG_SHARE = 0.15;
const SEED = 1;

/** The rows to fit on and the cases to choose by. No row of the test is among them. */
export function learningPart(rows: ProtocolRows): { fit: Dataset; validation: Cases } {
  const { task, dataset } = rows;
  switch (task) {
    case "next-item":
      return { fit: withoutLast(dataset, 2), validation: lastCases(dataset, 1) };
    case "session":
      return splitNewestUsers(trainSessions(rows), NEWEST_SHARE);
    case "top-n":
      return splitHoldOut(unorderedTrain(dataset), HELD_OUT_SHARE, SEED);
    case "log": {
      const { train, cases } = splitByTime(splitByTime(dataset).train, LOG_SHARE);
      return { fit: train, validation: cases };
    }
  }
}

/** The rows to fit again on what was chosen, null where the protocol tests what was fitted first; and the test. */
export function testingPart(rows: ProtocolRows): { refit: Dataset | null; test: Cases } {
  const { task, dataset, testUsersFrom } = rows;
  switch (task) {
    case "next-item":
      return { refit: null, test: lastCases(dataset) };
    case "session":
      return {
        refit: trainSessions(rows),
        test: prefixCases(dataset, (user) => user >= testUsersFrom),
      };
    case "top-n":
      return { refit: unorderedTrain(dataset), test: listCases(dataset) };
    case "log": {
      const { train, cases } = splitByTime(dataset);
      return { refit: train, test: cases };
    }
  }
}

function trainSessions({ dataset, testUsersFrom }: ProtocolRows): Dataset {
  return usersOf(dataset, (user) => user < testUsersFrom);
}

/** Rows of the test stand a second later. */
function unorderedTrain(dataset: Dataset): Dataset {
  return rowsBefore(dataset, 1);
}
