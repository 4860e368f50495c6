import { listAll, type ObjectStore } from "../base/index.ts";
import { bury } from "./dead-letter.ts";
import { land } from "./land.ts";
import { type ParsedMessage, parseMessage } from "./message.ts";
import type { Sinks } from "./ports.ts";
import { SPILL_PREFIX } from "./spill-message.ts";

/** Messages landed together: one file in bronze for as many as a batch of the Queue would have. */
const GROUP_MESSAGES = 100;

export interface Drained {
  messages: number;
  /** Messages that stay spilled because landing them failed; the next run tries again. */
  failed: number;
  faults: string[];
}

/**
 * Brings at most `messagesMax` spilled messages the way that the Queue's go, and deletes each only afterwards: a crash between
 * the two lands it again, which changes no count. Two that drain at once do the same work twice, and no harm.
 */
export async function drainSpill(
  store: ObjectStore,
  sinks: Sinks,
  { messagesMax }: { messagesMax: number },
): Promise<Drained> {
  const drained: Drained = { messages: 0, failed: 0, faults: [] };
  let group: string[] = [];
  let seen = 0;
  for await (const { key } of listAll(store, SPILL_PREFIX)) {
    group.push(key);
    seen++;
    if (group.length === GROUP_MESSAGES || seen === messagesMax) {
      await drainGroup(store, group, sinks, drained);
      group = [];
    }
    if (seen === messagesMax) return drained;
  }
  if (group.length > 0) await drainGroup(store, group, sinks, drained);
  return drained;
}

async function drainGroup(
  store: ObjectStore,
  keys: readonly string[],
  sinks: Sinks,
  drained: Drained,
): Promise<void> {
  try {
    await landSpilled(store, keys, sinks);
    await store.delete(keys);
    drained.messages += keys.length;
  } catch (cause) {
    if (keys.length === 1) {
      drained.failed++;
      drained.faults.push(`${keys[0]}: ${cause instanceof Error ? cause.message : String(cause)}`);
      return;
    }
    // One of them may be the reason: the others need not wait for it.
    for (const key of keys) await drainGroup(store, [key], sinks, drained);
  }
}

async function landSpilled(store: ObjectStore, keys: readonly string[], sinks: Sinks): Promise<void> {
  const messages: ParsedMessage[] = [];
  const unreadable: string[] = [];
  for (const object of await Promise.all(keys.map((key) => store.get(key)))) {
    // Another run has landed and deleted it meanwhile.
    if (object === null) continue;
    const body = new TextDecoder().decode(object.bytes);
    const parsed = parseMessage(body);
    if (parsed.ok) messages.push(parsed.value);
    else unreadable.push(body);
  }
  if (messages.length > 0) await land(messages, sinks);
  // Last: what fails above is landed again message by message, and these would be buried again with them.
  for (const body of unreadable) await bury(body, sinks);
}
