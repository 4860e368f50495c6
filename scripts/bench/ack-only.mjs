/**
 * Stands in for the pipeline Worker: acknowledges what the Queue brings, and nothing else. What lands through it is what the
 * edge, the Queue and their simulators can carry on this machine, which the real consumer is set beside.
 */
export { Admin } from "../../workers/pipeline-admin.ts";

export default {
  async queue(batch) {
    batch.ackAll();
  },
  async fetch() {
    return new Response(null, { status: 404 });
  },
};
