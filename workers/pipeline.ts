/**
 * pipeline: keeps. Consumes the events' Queue and the dead letters into lake and features, drains what was spilled, and does the
 * rounds of the crons. What writes on a customer's call is the `Admin` entrypoint's.
 */
import { consume, consumeDeadLetters } from "../src/ingest/index.ts";
import { ROUNDS } from "./pipeline-crons.ts";
import { sinks } from "./pipeline-ports.ts";

export { Admin } from "./pipeline-admin.ts";

export default {
  async queue(batch, env) {
    const handle = batch.queue.endsWith("dead-letters") ? consumeDeadLetters : consume;
    const { faults } = await handle(batch.messages, sinks(env, Date.now()));
    report(batch.queue, faults);
  },

  async scheduled(controller, env) {
    const round = ROUNDS[controller.cron];
    if (round === undefined) throw new Error(`no work for cron "${controller.cron}"`);
    const faults = await round(env, Date.now());
    for (const [source, lines] of Object.entries(faults)) report(source, lines);
  },

  /** Workers without a route still need a handler; nothing reaches this one. */
  async fetch() {
    return new Response(null, { status: 404 });
  },
} satisfies ExportedHandler<PipelineEnv>;

/** One line for what had faults, none for the rest. */
function report(source: string, faults: readonly string[]): void {
  if (faults.length === 0) return;
  console.error(JSON.stringify({ source, count: faults.length, faults: faults.slice(0, 10) }));
}
