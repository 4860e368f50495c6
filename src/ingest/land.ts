import { isBeyondLedger, type StoredEvent, silverPlace } from "../events/index.ts";
import { EVENTS, IDENTITY_LINKS, type IdentityLink } from "../lake/index.ts";
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
 *
 * Bronze takes every event. One whose id silver has no place for goes to quarantine beside it, and no further. One whose id
 * D1's ledger may have forgotten waits for silver, which knows whether it is new, was replayed, or may have landed before while
 * D1 was away, and hands it to D1 then.
 */
export async function land(messages: readonly ParsedMessage[], sinks: Sinks): Promise<Landed> {
  const { lake, features, nowMs } = sinks;
  const events: StoredEvent[] = [];
  const fresh: StoredEvent[] = [];
  const links: IdentityLink[] = [];
  const rejected: Rejected[] = [];
  for (const message of messages) {
    rejected.push(...misfitRows(message));
    for (const event of message.events) {
      events.push(event);
      const place = silverPlace(event);
      if (typeof place === "string") {
        rejected.push(misplacedRow(event, place));
        continue;
      }
      if (event.type === "identify") links.push(...identityLinks(event));
      if (!isBeyondLedger(event, nowMs)) fresh.push(event);
    }
  }
  await Promise.all([lake.append(EVENTS, events, { nowMs }), lake.append(IDENTITY_LINKS, links, { nowMs })]);
  await quarantine(rejected, sinks);
  await features.applyEvents(
    fresh,
    nowMs,
    messages.flatMap(({ count }) => count ?? []),
  );
  return { bronze: events.length, applied: fresh.length, quarantined: rejected.length };
}

function misplacedRow(event: StoredEvent, reason: "too_late" | "too_early"): Rejected {
  const { tenant, event_id } = event;
  return { tenant, event_id, reason, body: JSON.stringify(event) };
}

/** Of people who consented, as the features link them: silver joins by these rows. */
function identityLinks(event: StoredEvent): IdentityLink[] {
  const { tenant, event_id, anonymous_id, user_id, occurred_at, received_at } = event;
  if (anonymous_id === undefined || user_id === undefined) return [];
  if (event.is_bot || event.consent !== "granted") return [];
  return [{ tenant, anonymous_id, user_id, event_id, linked_at: occurred_at, received_at }];
}
