/**
 * pipeline: keeps. Consumes the events' Queue and the dead letters into lake and features, drains what was spilled, and does the
 * rounds of the crons. What writes on a customer's call is the `Admin` entrypoint's.
 */
import { WorkerEntrypoint } from "cloudflare:workers";
import { consume, consumeDeadLetters, drainSpill } from "../src/ingest/index.ts";
import { objectStore, sinks } from "./pipeline-ports.ts";

/** Spilled messages per run: a minute's share that stays far below the CPU limit and the calls of one invocation. */
const SPILLED_MESSAGES_MAX = 500;

export class Admin extends WorkerEntrypoint<PipelineEnv> {}

export default {
  async queue(batch, env) {
    const handle = batch.queue.endsWith("dead-letters") ? consumeDeadLetters : consume;
    const { faults } = await handle(batch.messages, sinks(env, Date.now()));
    report(batch.queue, faults);
  },

  async scheduled(controller, env) {
    const nowMs = Date.now();
    switch (controller.cron) {
      case "* * * * *": {
        const drained = await drainSpill(objectStore(env), sinks(env, nowMs), {
          messagesMax: SPILLED_MESSAGES_MAX,
        });
        report("spill", drained.faults);
        break;
      }
      default:
        throw new Error(`no work for cron "${controller.cron}"`);
    }
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
