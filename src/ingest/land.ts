import type { StoredEvent } from "../events/index.ts";
import { EVENTS, IDENTITY_LINKS, type IdentityLink } from "../lake/index.ts";
import { isBeyondLedger } from "./ledger-age.ts";
import type { ParsedMessage } from "./message.ts";
import type { Sinks } from "./ports.ts";
import { misfitRows, quarantine, type Rejected } from "./quarantine.ts";

/** In events; `applied` counts repeated ids too, for only D1 knows them. */
export interface Landed {
  bronze: number;
  applied: number;
  quarantined: number;
}

/**
 * Brings messages to the lake, then to the features. Bronze first: a crash before D1's commit leaves rows that are written
 * again, which bronze may hold twice; a crash after it leaves messages that are delivered again, which D1's ledger knows.
 * Each D1 transaction in `applyEvents` is the commit point of its events. Rejects when the store or the database does.
 */
export async function land(messages: readonly ParsedMessage[], sinks: Sinks): Promise<Landed> {
  const events = messages.flatMap((message) => message.events);
  const { late = [], fresh = [] } = Object.groupBy(events, (event) =>
    isBeyondLedger(event, sinks.nowMs) ? "late" : "fresh",
  );
  const rejected = [...late.map(lateRow), ...messages.flatMap(misfitRows)];
  await sinks.lake.append(EVENTS, events);
  await sinks.lake.append(IDENTITY_LINKS, events.flatMap(identityLinks));
  await quarantine(rejected, sinks);
  if (fresh.length > 0) await sinks.features.applyEvents(fresh, sinks.nowMs);
  return { bronze: events.length, applied: fresh.length, quarantined: rejected.length };
}

function lateRow(event: StoredEvent): Rejected {
  const { tenant, event_id } = event;
  return { tenant, event_id, reason: "too_late", body: JSON.stringify(event) };
}

function identityLinks(event: StoredEvent): IdentityLink[] {
  const { type, tenant, event_id, anonymous_id, user_id, occurred_at, received_at } = event;
  if (type !== "identify" || anonymous_id === undefined || user_id === undefined) return [];
  return [{ tenant, anonymous_id, user_id, event_id, linked_at: occurred_at, received_at }];
}
