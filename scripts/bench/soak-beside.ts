import { setTimeout as sleep } from "node:timers/promises";
import { createPrng } from "../../src/base/index.ts";
import { type Event, makeUuidV7 } from "../../src/events/index.ts";
import { ApiClient, retrain } from "../client/index.ts";
import { runCrons } from "../local/cron.ts";
import type { Progress } from "../progress.ts";
import { type Scale, simulateShop } from "../simulate/index.ts";
import { startLoad } from "./load.ts";
import { itemId } from "./serve-model.ts";
import { addTenant, type Site } from "./site.ts";
import { promote } from "./soak-versions.ts";
import { seedAndTrain } from "./trained-site.ts";

/** What happens beside the answers. */
export interface Beside {
  /** Throws what any of it has failed with. */
  check(): void;
  /** Ends it, and tells how often each came to its end. May be called again. */
  stop(): Promise<{ events: number; retrains: number; swaps: number }>;
}

interface Course {
  items: number;
  seed: number;
  /** Whose model is trained again and again. */
  shop: ApiClient;
  swapEveryMs: number;
  versions: readonly string[];
}

const EVENTS_PER_FLUSH = 10;
const FLUSHES_PER_SECOND = 5;
const FLUSH_SECONDS = 5;
const VISITORS = 5_000;

/** Another tenant's shop with a first model: what retrains have to work on. */
export async function openShop(
  site: Site,
  { scale, seed }: { scale: Scale; seed: number },
  progress: Progress,
): Promise<ApiClient> {
  const { secretKey } = await addTenant(site, "shop");
  const client = new ApiClient(site.url, secretKey);
  const shop = simulateShop({ seed, nowMs: Date.now(), scale });
  await seedAndTrain({ ...site, client }, shop, seed, progress);
  return client;
}

/** Events, retrains, swaps and every cron at its minute, until they are stopped. */
export function beginBeside(site: Site, course: Course): Beside {
  const stop = new AbortController();
  const { signal } = stop;
  const failures: unknown[] = [];
  const kept = <T>(work: Promise<T>) =>
    work.catch((error: unknown) => {
      failures.push(error);
      return 0;
    });
  const endCrons = runCrons(site.runtime, (message) => {
    if (!signal.aborted) failures.push(new Error(message));
  });
  const events = kept(sendViews(site, course, signal));
  const retrains = kept(keepRetraining(course, signal));
  const swaps = kept(keepSwapping(site, course, signal));
  return {
    check() {
      if (failures.length > 0) throw failures[0];
    },
    async stop() {
      endCrons();
      stop.abort();
      return { events: await events, retrains: await retrains, swaps: await swaps };
    },
  };
}

/** Views of the catalogue that is asked about, by visitors with profiles of their own. How many were accepted. */
async function sendViews(site: Site, { items, seed }: Course, stop: AbortSignal): Promise<number> {
  const prng = createPrng(`bench/soak/${seed}`);
  const view = (): Event => {
    const nowMs = Date.now();
    const visitor = prng.int(VISITORS);
    const random = Uint8Array.from({ length: 10 }, () => prng.int(256));
    return {
      ...{ event_id: makeUuidV7(nowMs, random), type: "view", item_id: itemId(prng.int(items)) },
      ...{ anonymous_id: `device-${visitor}`, session_id: `visit-${visitor}` },
      ...{ occurred_at: nowMs, sent_at: nowMs, consent: "granted" },
    };
  };
  const request = () => ({
    path: `/v1/events?key=${site.publishableKey}`,
    body: JSON.stringify(Array.from({ length: EVENTS_PER_FLUSH }, view)),
  });
  const load = startLoad();
  let sent = 0;
  try {
    while (!stop.aborted) {
      const requests = Array.from({ length: FLUSHES_PER_SECOND * FLUSH_SECONDS }, request);
      await load.run({
        ...{ url: site.url, requests, connections: 16, ratePerSecond: FLUSHES_PER_SECOND },
        refuse: ['"status":"rejected"'],
      });
      sent += requests.length * EVENTS_PER_FLUSH;
    }
  } finally {
    await load.close();
  }
  return sent;
}

/** One retrain after the other; how many came to their end. */
async function keepRetraining({ shop, seed }: Course, stop: AbortSignal): Promise<number> {
  for (let ended = 0; ; ended++) {
    if (stop.aborted) return ended;
    // The last one to its end too, so that memory is looked at when nothing runs.
    await retrain(shop, { seed: seed + ended + 1 }, () => {});
  }
}

/** Makes the versions live in turn; how many times. */
async function keepSwapping(
  { client }: Site,
  { versions, swapEveryMs }: Course,
  stop: AbortSignal,
): Promise<number> {
  for (let swaps = 0; ; swaps++) {
    await sleep(swapEveryMs, undefined, { signal: stop }).catch(() => undefined);
    if (stop.aborted) return swaps;
    await promote(client, versions[(swaps + 1) % versions.length] as string);
  }
}
