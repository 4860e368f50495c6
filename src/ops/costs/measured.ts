import { NO_USAGE, type Usage } from "./rates.ts";

/**
 * What one of each costs beside its request, as `bench cost --json` counts and measures it under its stated traffic (`perAnswer`,
 * `perEventRequest`, `perEvent`). CPU time is of a model of 50,000 items in 64 dimensions, for which somebody asks anew each time: an upper
 * bound for most shops. A test holds these against a run of the bench.
 */
export const PER_ANSWER: Usage = { ...NO_USAGE, requests: 1, cpuMs: 7 };
/** A flush of the beacon, or one call of your server. */
export const PER_EVENT_REQUEST: Usage = { ...NO_USAGE, requests: 1, cpuMs: 1, queueOperations: 3 };
export const PER_EVENT: Usage = { ...NO_USAGE, rowsWritten: 0.2 };
