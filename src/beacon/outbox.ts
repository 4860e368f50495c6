import type { Consent } from "./api.ts";
import { batchLength, byteLength, encodeBatch, type QueuedEvent, withoutIds } from "./batch.ts";
import {
  BATCH_BYTES_MAX,
  BATCH_EVENTS_MAX,
  EVENT_BYTES_MAX,
  FLUSH_MS,
  QUEUE_ABANDONED_MS,
  QUEUE_EVENTS_MAX,
} from "./limits.ts";
import { type Ports, readJson } from "./ports.ts";
import { afterReply } from "./retry.ts";

export interface OutboxOptions {
  /** Prefix of the queues' storage keys; each page adds its own random end, so two tabs never write one key. */
  prefix: string;
  urlFor(userId: string | undefined): string;
  consent(): Consent;
  ports: Ports;
}

export interface Outbox {
  add(event: QueuedEvent): void;
  /** One attempt with the next batch, unless one is under way or the server asked to wait. */
  flush(): Promise<void>;
  /** The page may be gone after this: hand everything to the browser, keep on the device what it refuses. */
  hide(): void;
  /** The connection is back: forget the backoff, though never the server's own `Retry-After`. */
  wake(): void;
  /**
   * Consent has changed. Granted: takes over what pages that are gone have left behind, and sends. Otherwise what waits leaves the device: `pending` keeps it in
   * memory, unsent; `denied` takes its ids.
   */
  obey(): void;
}

interface StoredQueue {
  /** When its page last wrote it; 0 when that page was hidden, and anyone may take it. */
  at: number;
  dropped: number;
  events: QueuedEvent[];
}

/**
 * The queue and its sending. An event leaves only when a request that carried it was answered for good, or the browser
 * took it at the page's end. Sent twice (a page that died between request and answer, two tabs that took over one
 * queue) it is the same event: the server counts an `event_id` once.
 */
export function createOutbox({ prefix, urlFor, consent, ports }: OutboxOptions): Outbox {
  const ownKey = prefix + ports.random(8).join("");
  let waiting: QueuedEvent[] = [];
  let inFlight: QueuedEvent[] = [];
  let dropped = 0;
  let attempt = 0;
  let notBeforeMs = 0;
  let cancelTimer: (() => void) | undefined;

  function schedule(delayMs: number): void {
    cancelTimer?.();
    cancelTimer = ports.after(delayMs, () => {
      cancelTimer = undefined;
      void outbox.flush();
    });
  }

  function save(atMs: number): void {
    const events = inFlight.concat(waiting);
    if (events.length === 0 || consent() !== "granted") ports.local.remove(ownKey);
    else ports.local.set(ownKey, JSON.stringify({ at: atMs, dropped, events } satisfies StoredQueue));
  }

  function put(events: QueuedEvent[]): void {
    waiting = events.slice(-QUEUE_EVENTS_MAX);
    dropped += events.length - waiting.length;
  }

  /** The events that the browser refused even one by one. */
  function beacon(events: QueuedEvent[]): QueuedEvent[] {
    if (ports.beacon(urlFor(events[0]?.user_id), encodeBatch(events, ports.now(), dropped))) {
      dropped = 0;
      return [];
    }
    const half = events.length >> 1;
    return half === 0 ? events : [...beacon(events.slice(0, half)), ...beacon(events.slice(half))];
  }

  const storedKeys = () => ports.local.keys().filter((key) => key.startsWith(prefix));

  function reclaim(): void {
    for (const key of storedKeys()) {
      const queue = parseQueue(ports.local.get(key));
      const isAlive = queue !== null && queue.at > 0 && ports.now() - queue.at < QUEUE_ABANDONED_MS;
      if (key === ownKey || isAlive) continue;
      if (queue !== null) {
        dropped += queue.dropped;
        put(queue.events.concat(waiting));
        // Ours first, then theirs away: a crash in between doubles the queue instead of losing it.
        save(ports.now());
      }
      ports.local.remove(key);
    }
  }

  const outbox: Outbox = {
    add(event) {
      if (byteLength(event) > EVENT_BYTES_MAX) {
        dropped++;
        return;
      }
      put([...waiting, event]);
      // After a failure only the backoff's own timer sends.
      if (attempt > 0) return;
      if (waiting.length >= BATCH_EVENTS_MAX || byteLength(waiting) >= BATCH_BYTES_MAX) void outbox.flush();
      else if (cancelTimer === undefined) schedule(FLUSH_MS);
    },

    async flush() {
      if (consent() === "pending" || ports.now() < notBeforeMs) return;
      if (inFlight.length > 0 || waiting.length === 0) return;
      cancelTimer?.();
      cancelTimer = undefined;
      inFlight = waiting.splice(0, batchLength(waiting));
      const told = dropped;
      const url = urlFor(inFlight[0]?.user_id);
      const reply = await ports.post(url, encodeBatch(inFlight, ports.now(), told));
      const nowMs = ports.now();
      const outcome = afterReply(reply, attempt, nowMs, (ports.random(1)[0] ?? 0) / 256);
      if (outcome.done) {
        attempt = 0;
        dropped -= told;
        inFlight = [];
        if (waiting.length > 0) schedule(waiting.length >= BATCH_EVENTS_MAX ? 0 : FLUSH_MS);
      } else {
        attempt++;
        if (outcome.told) notBeforeMs = nowMs + outcome.delayMs;
        put(inFlight.concat(waiting));
        inFlight = [];
        schedule(outcome.delayMs);
      }
      save(nowMs);
    },

    hide() {
      if (consent() !== "pending" && ports.online() && ports.now() >= notBeforeMs) {
        const events = waiting.splice(0);
        while (events.length > 0) waiting.push(...beacon(events.splice(0, batchLength(events))));
      }
      save(0);
    },

    wake() {
      attempt = 0;
      void outbox.flush();
    },

    obey() {
      if (consent() === "granted") reclaim();
      else for (const key of storedKeys()) ports.local.remove(key);
      if (consent() === "denied") {
        const isUseful = (event: QueuedEvent) => event.type !== "identify";
        waiting = waiting.filter(isUseful).map(withoutIds);
        // Its request cannot be called back; should it fail, the next try carries no ids.
        inFlight = inFlight.filter(isUseful).map(withoutIds);
      }
      // The backoff's own timer, where one runs, says when.
      if (waiting.length > 0 && cancelTimer === undefined) schedule(0);
    },
  };
  return outbox;
}

/** Null for what is no queue: it is thrown away. */
function parseQueue(text: string | null): StoredQueue | null {
  const queue = readJson(text) as StoredQueue | null;
  return Array.isArray(queue?.events) ? queue : null;
}
