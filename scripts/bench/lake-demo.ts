import { DAY_MS, r2ObjectStore } from "../../src/base/index.ts";
import type { StoredEvent } from "../../src/events/index.ts";
import { acceptEvents } from "../../src/ingest/index.ts";
import { EVENTS, INTERACTIONS, type Lake, openLake, type Table } from "../../src/lake/index.ts";
import type { Progress } from "../progress.ts";
import { CRAWLER_AGENT, simulateShop } from "../simulate/index.ts";
import { runJob } from "./lake-jobs.ts";
import { openSite, withSite } from "./site.ts";

/** The files' bytes over their rows, after compaction. */
export interface DemoBytes {
  events: number;
  bronzeBytesPerEvent: number;
  silverBytesPerEvent: number;
}

interface DemoOptions {
  tiny: boolean;
  seed: number;
}

const DEMO_REQUEST_EVENTS = 20;
/** Rows of a Queue's full batch of such requests. */
const DEMO_BATCH_EVENTS = 2_000;

/** The demo shop's events as they would have landed some days ago, compacted. */
export async function benchDemo({ tiny, seed }: DemoOptions, progress: Progress): Promise<DemoBytes> {
  return withSite(await openSite({}), async (site) => {
    const lake = openLake(r2ObjectStore(await site.runtime.lake()));
    const events = demoEvents({ tiny, seed, nowMs: Date.now() - 3 * DAY_MS });
    for (let start = 0; start < events.length; start += DEMO_BATCH_EVENTS) {
      const batch = events.slice(start, start + DEMO_BATCH_EVENTS);
      await lake.append(EVENTS, batch, { nowMs: batch.at(-1)?.received_at ?? 0 });
    }
    await lake.commitPending(EVENTS, { nowMs: Date.now() - 2 * DAY_MS, force: true });
    for (const job of ["maintain", "refine", "maintain"]) await runJob(site, job, progress);
    return {
      events: events.length,
      bronzeBytesPerEvent: await bytesPerRow(lake, EVENTS),
      silverBytesPerEvent: await bytesPerRow(lake, INTERACTIONS),
    };
  });
}

/** By the way in, as clients would send them: what the server adds is part of what is stored. */
function demoEvents({ tiny, seed, nowMs }: { tiny: boolean; seed: number; nowMs: number }): StoredEvent[] {
  const shop = simulateShop({ seed, nowMs, scale: tiny ? "tiny" : "demo" });
  const sent = shop.events.filter(({ context }) => context?.user_agent !== CRAWLER_AGENT);
  const accepted: StoredEvent[] = [];
  for (let start = 0; start < sent.length; start += DEMO_REQUEST_EVENTS) {
    const result = acceptEvents(sent.slice(start, start + DEMO_REQUEST_EVENTS), {
      tenant: "demo",
      nowMs: nowMs + start,
      country: "DE",
      device: "desktop",
      isBot: false,
      config: { customEventTypes: [] },
      userTrusted: () => true,
    });
    if (result.ok) accepted.push(...result.value.accepted);
  }
  return accepted;
}

async function bytesPerRow<Row>(lake: Lake, table: Table<Row>): Promise<number> {
  const files = await lake.files(table);
  const rows = files.reduce((sum, file) => sum + file.rows, 0);
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return Math.round((10 * bytes) / Math.max(1, rows)) / 10;
}
