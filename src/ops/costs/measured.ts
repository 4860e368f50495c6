import { NO_USAGE, type Usage } from "./rates.ts";

/**
 * What one of each costs beside its request, as `bench cost --json` counts and measures it under its stated traffic (`perAnswer`,
 * `perEventRequest`, `perEvent`). CPU time is of a model of 50,000 items in 64 dimensions, for which somebody asks anew each time: an upper
 * bound for most shops. A test holds these against a run of the bench.
 */
export const PER_ANSWER: Usage = { ...NO_USAGE, requests: 1, cpuMs: 7, kvReads: 0.02, kvWrites: 0.00007 };
/** A flush of the beacon, or one call of your server; its message is written, read and deleted. */
export const PER_EVENT_REQUEST: Usage = {
  ...NO_USAGE,
  ...{ requests: 1, cpuMs: 4, kvReads: 0.07, queueOperations: 3 },
};
/** Taken from the Queue, kept, made unique and folded, with its share of all that is done by the clock. */
export const PER_EVENT: Usage = {
  ...NO_USAGE,
  ...{ cpuMs: 0.2, kvReads: 0.00007, rowsRead: 4.4, rowsWritten: 0.154, r2ClassA: 0.0045, r2ClassB: 0.0039 },
};
