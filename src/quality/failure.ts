import { type Aggregate, addExample, count } from "./aggregate.ts";

/** A row that failed a check. */
export interface Failure {
  tenant: string;
  eventId: string;
  check: string;
  fault: string;
}

/** A check that fails more rows of one file says something of the file: all are counted, this many go to quarantine. */
export const FAILURES_PER_FILE_MAX = 10_000;

/** Counts a failing row, and keeps it for quarantine if it has an id. */
export function noteFailure(
  aggregate: Aggregate,
  failures: Failure[],
  { eventId, ...failure }: Omit<Failure, "eventId"> & { eventId: string | undefined },
): void {
  count(aggregate.failing, failure.check);
  const example = eventId === undefined ? failure.fault : `${eventId}: ${failure.fault}`;
  addExample(aggregate, failure.check, example);
  if (eventId !== undefined && failures.length < FAILURES_PER_FILE_MAX)
    failures.push({ ...failure, eventId });
}
