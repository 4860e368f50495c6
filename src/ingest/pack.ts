import {
  assert,
  QUEUE_MESSAGE_BYTES_MAX,
  QUEUE_SEND_BYTES_MAX,
  QUEUE_SEND_MESSAGES_MAX,
} from "../base/index.ts";
import type { EventMessage, StoredEvent } from "../events/index.ts";
import type { Claim } from "./producer.ts";
import { utf8Bytes } from "./utf8.ts";

/** A message's text and its size: it is serialised once, and travels and spills as that text. */
export interface PackedMessage {
  body: string;
  bytes: number;
}

/**
 * As few messages of at most `QUEUE_MESSAGE_BYTES_MAX` bytes as the order of the events allows. `claim` covers all the events,
 * each message says where its own begin; without one, the messages say nothing of counting.
 */
export function packEvents(tenant: string, events: readonly StoredEvent[], claim?: Claim): PackedMessage[] {
  const messages: PackedMessage[] = [];
  let parts: string[] = [];
  let taken = 0;
  let head = headOf(tenant, claim, taken);
  let bytes = head.length + TAIL.length;
  const close = () => {
    if (parts.length === 0) return;
    messages.push({ body: `${head}${parts.join(",")}${TAIL}`, bytes: bytes - 1 });
    taken += parts.length;
    parts = [];
    head = headOf(tenant, claim, taken);
    bytes = head.length + TAIL.length;
  };
  for (const event of events) {
    const part = JSON.stringify(event);
    const partBytes = utf8Bytes(part) + ",".length;
    if (bytes + partBytes > QUEUE_MESSAGE_BYTES_MAX) close();
    assert(bytes + partBytes <= QUEUE_MESSAGE_BYTES_MAX, "an accepted event fits a message");
    parts.push(part);
    bytes += partBytes;
  }
  close();
  return messages;
}

const TAIL = "]}";

/** All before the first event; ASCII, as tenants and names of producers are. */
function headOf(tenant: string, claim: Claim | undefined, taken: number): string {
  const count = claim === undefined ? {} : { ...claim, before: claim.before + taken };
  const envelope: EventMessage = { v: 1, tenant, ...count, events: [] };
  return JSON.stringify(envelope).slice(0, -TAIL.length);
}

/** Groups of messages that one `sendBatch` takes. */
export function groupMessages(messages: readonly PackedMessage[]): PackedMessage[][] {
  const groups: PackedMessage[][] = [];
  let bytes = 0;
  for (const message of messages) {
    const group = groups.at(-1);
    const fits =
      group !== undefined &&
      group.length < QUEUE_SEND_MESSAGES_MAX &&
      bytes + message.bytes <= QUEUE_SEND_BYTES_MAX;
    if (fits) group.push(message);
    else groups.push([message]);
    bytes = fits ? bytes + message.bytes : message.bytes;
  }
  return groups;
}
