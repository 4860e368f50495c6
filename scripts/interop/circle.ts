import { setTimeout as sleep } from "node:timers/promises";
import { DAY_MS } from "../../src/base/index.ts";
import { makeUuidV7 } from "../../src/events/index.ts";
import { ApiClient } from "../client/index.ts";
import { runJob } from "../lake/jobs.ts";
import type { Progress } from "../progress.ts";
import { seedShore, trainShore } from "../start/circle.ts";
import { DEMO_TENANT, type Home } from "../start/home.ts";
import { openShore, type Shore } from "../start/index.ts";
import { readStats } from "../start/seed.ts";

const SEGMENTS = [{ name: "browsers", where: { field: "views_30d", gte: 1 } }];

/**
 * Runs the tiny demo shop through the four Workers, from the first event to a trained model, and stops them: the home's lake
 * then has rows in every layer, and snapshots to go back to. Among the events are some that come too late, for quarantine.
 */
export async function runCircle(home: Home, progress: Progress): Promise<void> {
  const shore = await openShore(home, "127.0.0.1", 0, progress);
  try {
    const { demo } = await seedShore(shore, { seed: 1, scale: "tiny" }, progress);
    const client = new ApiClient(shore.url, demo.secretKey);
    await refresh(shore);
    for (const round of [1, 2]) {
      const landed = (await readStats(client)).quarantined + 1;
      await client.request("/v1/events", {
        method: "POST",
        body: [onTime(Date.now(), round), tooLate(Date.now(), round)],
      });
      await waitQuarantined(client, landed);
      await refresh(shore);
    }
    await trainShore(demo, 1, progress);
    await client.request("/v1/admin/tenant", { method: "PATCH", body: { segments: SEGMENTS } });
    await makeFeatures(shore, DEMO_TENANT);
    // The run's own row, and the lineage of what it read.
    await refresh(shore);
  } finally {
    await shore.stop();
  }
}

/** Each makes a snapshot of every table that something was landed for, up to gold. */
async function refresh({ url, secrets }: Shore): Promise<void> {
  const server = { url, adminToken: secrets.ADMIN_TOKEN };
  for (const job of ["commit", "refine", "segments", "commit"] as const) await runJob(server, job);
}

/** As of now: the schedule's are of the last midnight, by which nothing of this lake had been received. */
async function makeFeatures({ url, secrets }: Shore, tenant: string): Promise<void> {
  await runJob({ url, adminToken: secrets.ADMIN_TOKEN }, "features");
  const body = { tenant, as_of: Date.now() };
  const admin = new ApiClient(url, secrets.ADMIN_TOKEN);
  const made = await admin.request<{ items: number; users: number }>("/v1/admin/lake/features", {
    method: "POST",
    body,
    retry: true,
  });
  if (made.items === 0 || made.users === 0)
    throw new Error("no features were made: readers would compare nothing");
}

function onTime(nowMs: number, round: number): object {
  return {
    event_id: makeUuidV7(nowMs, new Uint8Array(10).fill(round)),
    type: "view",
    anonymous_id: `device-${round}`,
    session_id: `visit-${round}`,
    item_id: "item-1",
    occurred_at: nowMs,
    sent_at: nowMs,
    consent: "granted",
  };
}

/** Sent now with an id of a month ago. */
function tooLate(nowMs: number, round: number): object {
  return {
    ...onTime(nowMs, round),
    event_id: makeUuidV7(nowMs - 30 * DAY_MS, new Uint8Array(10).fill(round)),
  };
}

const LANDED_MS_MAX = 60_000;

/** Until so many rows are in quarantine: what was sent with the last of them has landed too. */
async function waitQuarantined(client: ApiClient, rows: number): Promise<void> {
  const untilMs = Date.now() + LANDED_MS_MAX;
  while (Date.now() < untilMs) {
    if ((await readStats(client)).quarantined >= rows) return;
    await sleep(500);
  }
  throw new Error("the event that came too late has not reached quarantine");
}
