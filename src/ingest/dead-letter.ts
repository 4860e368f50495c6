import type { StoredEvent } from "../events/index.ts";
import { EVENTS, UNKNOWN_TENANT } from "../lake/index.ts";
import { type Consumed, retryDelayS } from "./consume.ts";
import { parseMessage } from "./message.ts";
import type { DeliveredMessage, Sinks } from "./ports.ts";
import { misfitRows, quarantine, type Rejected } from "./quarantine.ts";

/** Twenty deliveries at most an hour apart: the last chance of what was answered with 2xx outlives half a day without R2. */
const RETRY_DELAY_MAX_S = 3_600;

/**
 * Consumes a batch of the dead letters. What can be read goes to bronze, event by event to quarantine as `undeliverable`;
 * what cannot goes to quarantine whole, with the reason. Nothing is tried on D1 again here: a replay does that.
 */
export async function consumeDeadLetters(
  messages: readonly DeliveredMessage[],
  sinks: Sinks,
): Promise<Consumed> {
  const consumed: Consumed = { bronze: 0, applied: 0, quarantined: 0, acked: 0, retried: 0, faults: [] };
  for (const delivered of messages) {
    try {
      const landed = await bury(delivered.body, sinks);
      delivered.ack();
      consumed.acked++;
      consumed.bronze += landed.bronze;
      consumed.quarantined += landed.quarantined;
    } catch (cause) {
      delivered.retry({ delaySeconds: retryDelayS(delivered.attempts, RETRY_DELAY_MAX_S) });
      consumed.retried++;
      consumed.faults.push(
        `dead letter ${delivered.id}: ${cause instanceof Error ? cause.message : String(cause)}`,
      );
    }
  }
  return consumed;
}

/** Puts one message body to rest in bronze and quarantine. Rejects when the store or the database does. */
export async function bury(body: unknown, sinks: Sinks): Promise<{ bronze: number; quarantined: number }> {
  const parsed = parseMessage(body);
  if (!parsed.ok) {
    const text = typeof body === "string" ? body : (JSON.stringify(body) ?? String(body));
    await quarantine([{ tenant: UNKNOWN_TENANT, ...parsed.error, body: text }], sinks);
    return { bronze: 0, quarantined: 1 };
  }
  const { events, count } = parsed.value;
  const rejected = [...events.map(undeliverableRow), ...misfitRows(parsed.value)];
  await sinks.lake.append(EVENTS, events, { nowMs: sinks.nowMs });
  await quarantine(rejected, sinks);
  // The Queue did deliver them.
  if (count !== undefined) await sinks.features.applyEvents([], sinks.nowMs, [count]);
  return { bronze: events.length, quarantined: rejected.length };
}

function undeliverableRow(event: StoredEvent): Rejected {
  const { tenant, event_id } = event;
  return { tenant, event_id, reason: "undeliverable", body: JSON.stringify(event) };
}
