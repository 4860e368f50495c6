/** The pipeline Worker as it is, on bindings that are counted. */
import pipeline from "../../../workers/pipeline.ts";
import { countedEnv, noCounts } from "./counting.ts";

export { Admin } from "../../../workers/pipeline.ts";

let counts = noCounts();

export default {
  queue: (batch, env, context) => pipeline.queue(batch, countedEnv(env, counts), context),
  scheduled: (controller, env, context) => pipeline.scheduled(controller, countedEnv(env, counts), context),
  fetch() {
    const taken = counts;
    counts = noCounts();
    return Response.json(taken);
  },
};
