import type { Job } from "./job.ts";

/** In the order in which one call of `refine` runs them: a table after those it is made from. */
export const JOBS: readonly Job[] = [];
