import { createPrng } from "../../src/base/index.ts";
import type { KeyValue, Ports, Reply } from "../../src/beacon/ports.ts";
import type { Event } from "../../src/events/index.ts";

/** One request that left the page. */
export interface Sent {
  url: URL;
  events: Event[];
  by: "post" | "beacon";
}

export interface World extends Ports {
  nowMs: number;
  isOnline: boolean;
  sent: Sent[];
  /** What the server answers next; 200 when the list is empty. */
  replies: Reply[];
  /** The largest body that the browser's sendBeacon takes. */
  beaconBytesMax: number;
  getUrls: URL[];
  /** The bodies of questions that had one. */
  asked: unknown[];
  /** Lets time pass: runs the timers that fall due, in their order. */
  pass(ms: number): Promise<void>;
}

/** A browser and a server in memory. Pages share storage by sharing `local`, as tabs of one site do. */
export function createWorld(seed: string, local: KeyValue = createKeyValue()): World {
  const prng = createPrng(seed);
  let timers: { atMs: number; run: () => void }[] = [];
  const world: World = {
    nowMs: 1_790_000_000_000,
    isOnline: true,
    sent: [],
    replies: [],
    beaconBytesMax: 64 * 1024,
    getUrls: [],
    asked: [],
    now: () => world.nowMs,
    random: (bytes) => Uint8Array.from({ length: bytes }, () => prng.int(256)),
    after(delayMs, run) {
      const timer = { atMs: world.nowMs + delayMs, run };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    async post(url, body) {
      if (!world.isOnline) return { status: 0 };
      world.sent.push({ url: new URL(url), events: JSON.parse(body), by: "post" });
      return world.replies.shift() ?? { status: 200 };
    },
    beacon(url, body) {
      if (body.length > world.beaconBytesMax) return false;
      world.sent.push({ url: new URL(url), events: JSON.parse(body), by: "beacon" });
      return true;
    },
    async get(url, body) {
      world.getUrls.push(new URL(url));
      if (body !== undefined) world.asked.push(JSON.parse(body));
      return { status: 200, body: { recommendation_id: "r", model_version: "m", items: [] } };
    },
    online: () => world.isOnline,
    local,
    session: createKeyValue(),
    async pass(ms) {
      const endMs = world.nowMs + ms;
      await settle();
      for (;;) {
        const due = timers.filter((timer) => timer.atMs <= endMs).sort((a, b) => a.atMs - b.atMs)[0];
        if (due === undefined) break;
        timers = timers.filter((timer) => timer !== due);
        world.nowMs = Math.max(world.nowMs, due.atMs);
        due.run();
        await settle();
      }
      world.nowMs = endMs;
      await settle();
    },
  };
  return world;
}

/** Lets pending promises of the code under test go on. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

export function createKeyValue(): KeyValue {
  const map = new Map<string, string>();
  return {
    get: (key) => map.get(key) ?? null,
    set: (key, value) => void map.set(key, value),
    remove: (key) => void map.delete(key),
    keys: () => [...map.keys()],
  };
}
