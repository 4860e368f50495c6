import { type Landed, land } from "./land.ts";
import { type MessageFault, type ParsedMessage, parseMessage } from "./message.ts";
import type { DeliveredMessage, Sinks } from "./ports.ts";

export interface Consumed extends Landed {
  acked: number;
  retried: number;
  /** What went wrong, for the log: one line per refused message or failed group. */
  faults: string[];
}

/** From this delivery on a message travels alone: if it is the one that fails, its neighbours get through. */
const ALONE_FROM_ATTEMPT = 3;

/**
 * Consumes a batch of the events' Queue. A message is acked only after its events are in bronze and in D1. One that cannot be
 * read is retried, for a newer version of us may write it, and ends among the dead letters; so does one that fails for long.
 */
export async function consume(messages: readonly DeliveredMessage[], sinks: Sinks): Promise<Consumed> {
  const consumed: Consumed = { bronze: 0, applied: 0, quarantined: 0, acked: 0, retried: 0, faults: [] };
  const readable: Readable[] = [];
  for (const delivered of messages) {
    const parsed = parseMessage(delivered.body);
    if (parsed.ok) readable.push({ delivered, parsed: parsed.value });
    else refuse(delivered, parsed.error, consumed);
  }
  for (const group of groupsOf(readable)) await consumeGroup(group, sinks, consumed);
  return consumed;
}

interface Readable {
  delivered: DeliveredMessage;
  parsed: ParsedMessage;
}

function refuse(delivered: DeliveredMessage, fault: MessageFault, consumed: Consumed): void {
  delivered.retry();
  consumed.retried++;
  consumed.faults.push(`message ${delivered.id}: ${fault.reason}: ${fault.detail}`);
}

function groupsOf(readable: readonly Readable[]): Readable[][] {
  const together = readable.filter(({ delivered }) => delivered.attempts < ALONE_FROM_ATTEMPT);
  const alone = readable.filter(({ delivered }) => delivered.attempts >= ALONE_FROM_ATTEMPT);
  return [...(together.length > 0 ? [together] : []), ...alone.map((message) => [message])];
}

async function consumeGroup(group: readonly Readable[], sinks: Sinks, consumed: Consumed): Promise<void> {
  try {
    const landed = await land(
      group.map(({ parsed }) => parsed),
      sinks,
    );
    for (const { delivered } of group) delivered.ack();
    consumed.acked += group.length;
    consumed.bronze += landed.bronze;
    consumed.applied += landed.applied;
    consumed.quarantined += landed.quarantined;
  } catch (cause) {
    for (const { delivered } of group)
      delivered.retry({ delaySeconds: retryDelayS(delivered.attempts, 900) });
    consumed.retried += group.length;
    consumed.faults.push(
      `${group.length} messages: ${cause instanceof Error ? cause.message : String(cause)}`,
    );
  }
}

/** 10 s, 30 s, 90 s …: five retries bridge twenty minutes in which the store or the database is away. */
export function retryDelayS(attempts: number, maxS: number): number {
  return Math.min(10 * 3 ** (attempts - 1), maxS);
}
