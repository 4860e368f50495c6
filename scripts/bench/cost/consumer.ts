import { setTimeout as sleep } from "node:timers/promises";
import { SECOND_MS } from "../../../src/base/index.ts";
import { plus, times, type Usage } from "../../../src/ops/index.ts";
import type { Progress } from "../../progress.ts";
import { type Site, TENANT } from "../site.ts";
import type { Counts } from "./counting.ts";
import { activeOf, usageOf } from "./measured.ts";
import { secondsOfMillion, type Traffic, Visitors } from "./traffic.ts";

/** Fired among the batches, as often as in so much time. */
const MINUTE_CRON = "* * * * *";
/** The pipeline's others, by how many seconds lie between two runs. */
const CRONS = { "*/5 * * * *": 300, "17 * * * *": 3_600 } as const;
/** What the edge has sent before is consumed by then: the Queue waits for five seconds. */
const QUEUE_WAIT_MS = 7 * SECOND_MS;
const MINUTE_S = 60;
const BATCH_MESSAGES_MAX = 100;
const PIPELINE = "lakeshore-pipeline";

export interface Consumed {
  usage: Usage;
  rowsWritten: Record<string, number>;
}

/** Batches of the consumer as the Queue would deliver them, and the crons. */
export async function measureConsumer(
  site: Site,
  {
    traffic,
    batches,
    seed,
    progress,
  }: { traffic: Traffic; batches: number; seed: number; progress: Progress },
): Promise<Consumed> {
  const visitors = new Visitors(traffic, { tenant: TENANT, seed });
  const perMillion = secondsOfMillion(traffic) / traffic.batchSeconds / batches;
  // What came before is committed, refined and folded: it is not of this traffic.
  await sleep(QUEUE_WAIT_MS);
  for (const cron of [MINUTE_CRON, ...Object.keys(CRONS)]) await site.runtime.fireCron("pipeline", cron);
  const [, before] = [await takePipeline(site), await keptRows(site)];
  const cpuMs = await activeOf(site, [PIPELINE], () =>
    deliver(site, { visitors, traffic, batches, progress }),
  );
  const consumed = await takePipeline(site);
  const after = await keptRows(site);
  const crons = await measureCrons(site, traffic);
  const rowsWritten: Record<string, number> = {};
  const add = (rows: Record<string, number>, factor: number) => {
    for (const [table, count] of Object.entries(rows))
      rowsWritten[table] = Math.round((rowsWritten[table] ?? 0) + count * factor);
  };
  add(consumed.rowsWritten, perMillion);
  // What is kept for hours or days goes again: a row deleted is a row written, and so is one whose sessions go.
  const gone = Object.entries(after).map(([table, rows]) => [table, rows - (before[table] ?? 0)]);
  add({ ...Object.fromEntries(gone), visitors: visitors.visitors }, perMillion);
  for (const { counts, share } of crons) add(counts.rowsWritten, share);
  const rows = Object.values(rowsWritten).reduce((sum, count) => sum + count, 0);
  const ofCrons = crons.map(({ counts, cpuMs: each, share }) =>
    times({ ...usageOf(counts), cpuMs: each }, share),
  );
  const usage = plus(times({ ...usageOf(consumed), cpuMs }, perMillion), ...ofCrons);
  return { usage: { ...usage, rowsWritten: rows }, rowsWritten };
}

async function deliver(
  site: Site,
  {
    visitors,
    traffic,
    batches,
    progress,
  }: { visitors: Visitors; traffic: Traffic; batches: number; progress: Progress },
): Promise<void> {
  const part = progress.part("Batches of the consumer", batches);
  const worker = await site.runtime.miniflare.getWorker(PIPELINE);
  for (let number = 0; number < batches; number++) {
    const messages = visitors.batch(Date.now()).bodies.map((body, index) => {
      return { id: `${number}/${index}`, timestamp: new Date(), attempts: 1, body };
    });
    for (let start = 0; start < messages.length; start += BATCH_MESSAGES_MAX)
      await worker.queue("lakeshore-events", messages.slice(start, start + BATCH_MESSAGES_MAX));
    if ((number + 1) % (MINUTE_S / traffic.batchSeconds) === 0)
      await site.runtime.fireCron("pipeline", MINUTE_CRON);
    part.update(number + 1);
  }
  part.finish();
}

interface Round {
  counts: Counts;
  cpuMs: number;
  /** How often it runs while a million events come. */
  share: number;
}

/** Each cron once, after the batches. */
async function measureCrons(site: Site, traffic: Traffic): Promise<Round[]> {
  const measured: Round[] = [];
  for (const [cron, everySeconds] of Object.entries(CRONS)) {
    const cpuMs = await activeOf(site, [PIPELINE], () => site.runtime.fireCron("pipeline", cron));
    measured.push({
      counts: await takePipeline(site),
      cpuMs,
      share: secondsOfMillion(traffic) / everySeconds,
    });
  }
  return measured;
}

/** Rows that pruning will delete one day; what the crons fold is counted with them. */
async function keptRows(site: Site): Promise<Record<string, number>> {
  const profiles = await site.runtime.database("PROFILES_0");
  const kept: Record<string, number> = {};
  for (const table of ["ledger_parts", "intake_parts"])
    kept[table] =
      (await profiles.prepare(`SELECT count(*) AS rows FROM ${table}`).first<number>("rows")) ?? 0;
  return kept;
}

async function takePipeline(site: Site): Promise<Counts> {
  const worker = await site.runtime.miniflare.getWorker(PIPELINE);
  return (await (await worker.fetch("http://pipeline/")).json()) as Counts;
}
