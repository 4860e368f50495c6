/**
 * bench cost: what a million events and a million answers with their impressions cost. The operations are counted on the Workers as
 * they are, under a stated traffic; the crons' share is that of the time in which so much happens. Dollars are the published
 * marginal rates.
 */
import path from "node:path";
import { type Bill, billOf, plus, times, type Usage } from "../../../src/ops/index.ts";
import { ROOT } from "../../local/workers.ts";
import type { Progress } from "../../progress.ts";
import { openSite, withSite } from "../site.ts";
import { type Consumed, measureConsumer } from "./consumer.ts";
import { EDGE_MEMORY_S, LIST_KEPT_S, measureAnswers, measureFlushes, type Warmed } from "./edge.ts";
import { flushesOfMillion, secondsOfMillion, TRAFFIC, type Traffic } from "./traffic.ts";

export type { Bill, Usage } from "../../../src/ops/index.ts";

export interface CostReport {
  traffic: Traffic;
  /** Of a million events and a million answers with their impressions. */
  usage: Usage;
  /** Rows written, by table. */
  rowsWritten: Record<string, number>;
  usdPerMillion: Bill;
  /** Of one answer in edge and scorer, of one flush in the edge, and of the pipeline for each flush, crons included. */
  cpuMs: { answer: number; flush: number; landing: number };
  /** Of one answer, of one call that brings events, and of one event: what the console's estimate of a bill goes by. */
  perAnswer: Usage;
  perEventRequest: Usage;
  perEvent: Usage;
  /** The same by other assumptions of how many events a flush carries: what changes is the number of flushes. */
  usdByEventsPerFlush: Record<string, number>;
}

/** `cpuMsPerAnswer`: of edge and scorer together where somebody measured it on a larger model; else that of the shop's. */
export async function benchCost(
  { tiny, seed, cpuMsPerAnswer }: { tiny: boolean; seed: number; cpuMsPerAnswer?: number },
  progress: Progress,
): Promise<CostReport> {
  const site = await openSite({
    inspectorPort: 0,
    entries: {
      pipeline: path.join(ROOT, "scripts/bench/cost/counted-pipeline.mjs"),
      edge: path.join(ROOT, "scripts/bench/cost/counted-edge.mjs"),
    },
  });
  return withSite(site, async () => {
    const answered = await measureAnswers(site, seed, progress);
    if (cpuMsPerAnswer !== undefined) answered.warm.cpuMs = cpuMsPerAnswer;
    const flushes = await measureFlushes(site, seed);
    const measure = (traffic: Traffic, batches: number) =>
      measureConsumer(site, { traffic, batches, seed, progress });
    const main = await measure(TRAFFIC, tiny ? 12 : 60);
    const bill = (consumer: Consumed, traffic: Traffic) =>
      plus(...Object.values(partsOf({ consumer, flushes, answered, traffic })));
    const parts = partsOf({ consumer: main, flushes, answered, traffic: TRAFFIC });
    const usage = plus(...Object.values(parts));
    const usdByEventsPerFlush: CostReport["usdByEventsPerFlush"] = {};
    for (const eventsPerFlush of [5, 20]) {
      const traffic = { ...TRAFFIC, eventsPerFlush };
      usdByEventsPerFlush[eventsPerFlush] = billOf(bill(await measure(traffic, 12), traffic)).total;
    }
    return {
      traffic: TRAFFIC,
      usage,
      rowsWritten: main.rowsWritten,
      usdPerMillion: billOf(usage),
      cpuMs: {
        answer: answered.warm.cpuMs,
        flush: flushes.warm.cpuMs,
        landing: main.usage.cpuMs / flushesOfMillion(TRAFFIC),
      },
      perAnswer: times(parts.answers, 1 / 1_000_000),
      perEventRequest: times(parts.flushes, 1 / flushesOfMillion(TRAFFIC)),
      perEvent: times(parts.landing, 1 / 2_000_000),
      usdByEventsPerFlush,
    };
  });
}

/** What one million of each is made of; every answer brings an event, its impression. */
function partsOf({
  consumer,
  flushes,
  answered,
  traffic,
}: {
  consumer: Consumed;
  flushes: Warmed;
  answered: Warmed;
  traffic: Traffic;
}): Record<"answers" | "flushes" | "landing", Usage> {
  const refreshes = (secondsOfMillion(traffic) / EDGE_MEMORY_S) * traffic.isolates;
  const kept = secondsOfMillion(traffic) / LIST_KEPT_S;
  return {
    answers: plus(
      times(answered.warm, 1_000_000),
      times(answered.cold, refreshes),
      times(answered.kept, kept),
    ),
    flushes: plus(times(flushes.warm, flushesOfMillion(traffic)), times(flushes.cold, refreshes)),
    landing: consumer.usage,
  };
}
