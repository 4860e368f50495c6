/**
 * The pipeline Worker as it is, on a bucket that pauses now and then. Locally everything runs on one thread, which is not idle
 * for one moment while a job reads and writes its bucket: without the pauses the inspector is answered when the job is over.
 */

import pipeline from "../../workers/pipeline.ts";
import { Admin as PipelineAdmin } from "../../workers/pipeline-admin.ts";

export default pipeline;

export class Admin extends PipelineAdmin {
  constructor(context, env) {
    super(context, { ...env, LAKE: pausing(env.LAKE) });
  }
}

const PAUSE_EVERY_MS = 50;
let pausedMs = 0;

function pausing(bucket) {
  return new Proxy(bucket, {
    get(target, name) {
      const member = target[name];
      if (typeof member !== "function") return member;
      return async (...given) => {
        if (Date.now() - pausedMs >= PAUSE_EVERY_MS) {
          pausedMs = Date.now();
          await scheduler.wait(1);
        }
        return member.apply(target, given);
      };
    },
  });
}
