import { GOLD_JOBS } from "./gold/index.ts";
import type { Job } from "./job.ts";
import { INTERACTIONS_JOB } from "./silver/interactions.ts";
import { ITEM_STATES_JOB, USER_STATES_JOB } from "./silver/states.ts";

/** In the order in which one call of `refine` runs them: a table after those it is made from. */
export const JOBS: readonly Job[] = [ITEM_STATES_JOB, USER_STATES_JOB, INTERACTIONS_JOB, ...GOLD_JOBS];
