import { setTimeout as sleep } from "node:timers/promises";
import type { Event } from "../../src/events/index.ts";
import { ApiClient, ApiError, sendEvents, upsertItems, upsertUsers } from "../client/index.ts";
import type { Progress } from "../progress.ts";
import { DEMO_TENANT } from "./home.ts";
import type { Shore } from "./shore.ts";
import type { Source } from "./source.ts";

/** Landing goes on as long as something moves; a queue's retries may pause for a while. */
const LANDING_STALL_MS = 60_000;
const LANDING_POLL_MS = 500;

export interface Keys {
  publishableKey: string;
  secretKey: string;
}

export interface Stats {
  feature_events: number;
  quarantined: number;
}

export async function createDemoTenant({ url, secrets }: Shore): Promise<Keys> {
  const root = new ApiClient(url, secrets.ADMIN_TOKEN);
  const body = { tenant: DEMO_TENANT, origins: [] };
  const keys = await root
    .request<{ publishable_key: string; secret_key: string }>("/v1/admin/tenants", { method: "POST", body })
    .catch((error: unknown) => {
      if (!(error instanceof ApiError && error.status === 409)) throw error;
      throw new Error("This state holds a demo tenant whose keys are lost: begin anew with --fresh.");
    });
  return { publishableKey: keys.publishable_key, secretKey: keys.secret_key };
}

/** Sends the source through the real HTTP path; returns the ids of the accepted events. */
export async function seed(client: ApiClient, source: Source, progress: Progress): Promise<Set<string>> {
  await sendCatalogue(client, source, progress);
  const accepted = new Set<string>();
  const part = progress.part("Sending events", source.events.length);
  let sent = 0;
  // A robot is known by its request's header: each agent's events travel by themselves.
  for (const [agent, events] of groupByAgent(source.events)) {
    await sendEvents(agent === "" ? client : client.withAgent(agent), events, (batch, report) => {
      for (const id of report.accepted) accepted.add(id);
      const refused = report.rejected[0];
      if (refused !== undefined) {
        throw new Error(`event ${refused.eventId} was rejected: ${refused.field} ${refused.message}`);
      }
      sent += batch.length;
      part.update(sent);
    });
  }
  part.finish(`${sent} events`);
  return accepted;
}

async function sendCatalogue(client: ApiClient, { items, users }: Source, progress: Progress): Promise<void> {
  const part = progress.part("Sending catalogue", items.length + users.length);
  let sent = 0;
  function onBatch(count: number): void {
    sent += count;
    part.update(sent);
  }
  await upsertItems(client, items, onBatch);
  await upsertUsers(client, users, onBatch);
  part.finish(`${items.length} items, ${users.length} users`);
}

function groupByAgent(events: readonly Event[]): Map<string, Event[]> {
  return Map.groupBy(events, ({ context }) => String(context?.user_agent ?? ""));
}

/** Waits until every accepted event is in D1 or in quarantine; when nothing moves any more, says what is missing. */
export async function waitLanded(client: ApiClient, accepted: number, progress: Progress): Promise<Stats> {
  const part = progress.part("Landing in the lake", accepted);
  let landed = -1;
  let movedMs = Date.now();
  for (;;) {
    const stats = await readStats(client);
    const now = stats.feature_events + stats.quarantined;
    if (now !== landed) movedMs = Date.now();
    landed = now;
    part.update(Math.min(landed, accepted));
    if (landed >= accepted) {
      part.finish();
      return stats;
    }
    if (Date.now() - movedMs > LANDING_STALL_MS) {
      throw new Error(
        `${accepted - landed} of ${accepted} accepted events have not landed, and none for ${LANDING_STALL_MS / 1000} s ` +
          `(${stats.feature_events} in D1, ${stats.quarantined} in quarantine)`,
      );
    }
    await sleep(LANDING_POLL_MS);
  }
}

export async function readStats(client: ApiClient): Promise<Stats> {
  const stats = await client.request<{ feature_events: number; quarantined: number }>("/v1/admin/stats");
  return { feature_events: stats.feature_events, quarantined: stats.quarantined };
}
