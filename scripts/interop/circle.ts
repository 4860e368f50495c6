import { makeUuidV7 } from "../../src/events/index.ts";
import { ApiClient } from "../client/index.ts";
import type { Progress } from "../progress.ts";
import { seedShore, trainShore } from "../start/circle.ts";
import { type Home, openShore } from "../start/index.ts";

const DAY_MS = 86_400_000;

/**
 * Runs the tiny demo shop through the four Workers, from the first event to a trained model, and stops them: the home's lake
 * then has rows in every layer. Among the events is one that comes too late, for quarantine.
 */
export async function runCircle(home: Home, progress: Progress): Promise<void> {
  const shore = await openShore(home, "127.0.0.1", 0, progress);
  try {
    const { demo } = await seedShore(shore, { seed: 1, scale: "tiny" }, progress);
    const client = new ApiClient(shore.url, demo.secretKey);
    await client.request("/v1/events", { method: "POST", body: tooLate(Date.now()) });
    await landed(client);
    await trainShore(demo, 1, progress);
    // The run's own row, and the lineage of what it read.
    await client.request("/v1/admin/refresh", { method: "POST", body: {} });
  } finally {
    await shore.stop();
  }
}

/** Sent now with an id of a month ago. */
function tooLate(nowMs: number): object {
  return {
    event_id: makeUuidV7(nowMs - 30 * DAY_MS, new Uint8Array(10)),
    type: "view",
    anonymous_id: "device-of-late",
    session_id: "visit-of-late",
    item_id: "item-of-late",
    occurred_at: nowMs - 30 * DAY_MS,
    sent_at: nowMs,
    consent: "granted",
  };
}

const LANDED_MS_MAX = 60_000;

async function landed(client: ApiClient): Promise<void> {
  const untilMs = Date.now() + LANDED_MS_MAX;
  while (Date.now() < untilMs) {
    const { quarantined } = await client.request<{ quarantined: number }>("/v1/admin/stats");
    if (quarantined > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error("the event that came too late has not reached quarantine");
}
