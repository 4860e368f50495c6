import type { LakeJob, LakeJobOutcome } from "../../src/ops/index.ts";
import { ApiClient } from "../client/index.ts";
import type { LakeServer } from "./server-store.ts";

/** Far more shares than any lake needs: a job that is never done is broken. */
const SHARES_MAX = 1_000;

/** Has a server do one of the lake's jobs, share by share, to its end; returns the last share's outcome. */
export async function runJob({ url, adminToken }: LakeServer, job: LakeJob): Promise<LakeJobOutcome> {
  const client = new ApiClient(url, adminToken);
  for (let share = 0; share < SHARES_MAX; share++) {
    const path = `/v1/admin/lake/jobs/${job}`;
    const outcome = await client.request<LakeJobOutcome>(path, { method: "POST", body: {}, retry: true });
    if (outcome.done) return outcome;
  }
  throw new Error(`${url}: the job "${job}" does not come to its end`);
}
