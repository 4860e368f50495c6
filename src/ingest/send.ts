import { err, type ObjectStore, ok, type Result } from "../base/index.ts";
import type { StoredEvent } from "../events/index.ts";
import { groupMessages, type PackedMessage, packEvents } from "./pack.ts";
import type { QueuePort, Sleep } from "./ports.ts";
import type { IntakeProducer } from "./producer.ts";
import { spillMessage } from "./spill-message.ts";

export interface SendPorts {
  queue: QueuePort;
  /** Where messages wait when the Queue refuses. */
  spill: ObjectStore;
  /** Counts what this isolate accepts. */
  producer: IntakeProducer;
  nowMs: number;
  sleep: Sleep;
}

/** In messages. `refusal` is the Queue's last word, for the log. */
export interface Sent {
  queued: number;
  spilled: number;
  refusal?: string;
}

/** Brief: the client waits, and R2 is there. A Queue that is over its rate takes messages again after a moment. */
const RETRY_WAITS_MS = [50, 200];

/**
 * Puts events on their way: to the Queue, or to R2 when the Queue refuses. Only when both refuse is it an error, and then
 * nothing counts as accepted: the client sends all of it again, and what got through is told by its event ids.
 */
export async function sendEvents(
  tenant: string,
  events: readonly StoredEvent[],
  ports: SendPorts,
): Promise<Result<Sent, { status: 503; message: string }>> {
  const sent: Sent = { queued: 0, spilled: 0 };
  const claim = ports.producer.claim(tenant, ports.nowMs, events.length);
  for (const group of groupMessages(packEvents(tenant, events, claim))) {
    const refusal = await sendGroup(group, ports);
    if (refusal === null) {
      sent.queued += group.length;
      continue;
    }
    sent.refusal = refusal;
    try {
      await Promise.all(group.map(({ body }) => spillMessage(ports.spill, body, ports.nowMs)));
    } catch (cause) {
      ports.producer.renew();
      const message = `neither the Queue (${refusal}) nor R2 (${messageOf(cause)}) takes events now; send them again`;
      return err({ status: 503, message });
    }
    sent.spilled += group.length;
  }
  return ok(sent);
}

/** Null when the Queue took the group, its refusal otherwise. */
async function sendGroup(
  group: readonly PackedMessage[],
  { queue, sleep }: SendPorts,
): Promise<string | null> {
  const messages = group.map(({ body }) => ({ body, contentType: "text" as const }));
  for (let attempt = 0; ; attempt++) {
    try {
      await queue.sendBatch(messages);
      return null;
    } catch (cause) {
      const waitMs = RETRY_WAITS_MS[attempt];
      if (waitMs === undefined) return messageOf(cause);
      await sleep(waitMs);
    }
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
