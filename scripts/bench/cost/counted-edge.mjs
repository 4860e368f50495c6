/** The edge Worker as it is, on bindings that are counted. */
import edge from "../../../workers/edge.ts";
import { COUNTS_PATH, countedEnv, noCounts } from "./counting.ts";

let counts = noCounts();

export default {
  fetch(request, env, context) {
    if (new URL(request.url).pathname !== COUNTS_PATH)
      return edge.fetch(request, countedEnv(env, counts), context);
    const taken = counts;
    counts = noCounts();
    return Response.json(taken);
  },
};
