import {
  assert,
  QUEUE_MESSAGE_BYTES_MAX,
  QUEUE_SEND_BYTES_MAX,
  QUEUE_SEND_MESSAGES_MAX,
} from "../base/index.ts";
import type { EventMessage, StoredEvent } from "../events/index.ts";
import { utf8Bytes } from "./utf8.ts";

/** A message's text and its size: it is serialised once, and travels and spills as that text. */
export interface PackedMessage {
  body: string;
  bytes: number;
}

/** As few messages of at most `QUEUE_MESSAGE_BYTES_MAX` bytes as the order of the events allows. */
export function packEvents(tenant: string, events: readonly StoredEvent[]): PackedMessage[] {
  const envelope: EventMessage = { v: 1, tenant, events: [] };
  const head = JSON.stringify(envelope).slice(0, -"]}".length);
  const emptyBytes = utf8Bytes(head) + "]}".length;
  const messages: PackedMessage[] = [];
  let parts: string[] = [];
  let bytes = emptyBytes;
  const close = () => {
    if (parts.length > 0) messages.push({ body: `${head}${parts.join(",")}]}`, bytes: bytes - 1 });
    parts = [];
    bytes = emptyBytes;
  };
  for (const event of events) {
    const part = JSON.stringify(event);
    const partBytes = utf8Bytes(part) + ",".length;
    assert(emptyBytes + partBytes <= QUEUE_MESSAGE_BYTES_MAX, "an accepted event fits a message");
    if (bytes + partBytes > QUEUE_MESSAGE_BYTES_MAX) close();
    parts.push(part);
    bytes += partBytes;
  }
  close();
  return messages;
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
