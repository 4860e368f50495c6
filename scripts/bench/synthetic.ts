import { createPrng, DAY_MS, type Prng, SECOND_MS } from "../../src/base/index.ts";
import { makeUuidV7, type StoredEvent } from "../../src/events/index.ts";

const TENANTS = ["alder", "birch", "cedar", "elm", "fir"];
const USERS = 50_000;
const ITEMS = 5_000;
const TYPES = [
  "view",
  "view",
  "view",
  "view",
  "click",
  "click",
  "add_to_cart",
  "purchase",
  "search",
  "impression",
];
const SESSION_EVENTS_MAX = 9;
const RECEIVED_AFTER_MS = 500;

export interface Batch {
  /** Of the last receipt in it. */
  atMs: number;
  events: StoredEvent[];
}

/** `count` events of visits spread evenly over the `days` before `endMs`, in batches of about `batchEvents`. */
export function* syntheticBatches(options: {
  seed: number;
  count: number;
  days: number;
  endMs: number;
  batchEvents: number;
}): Generator<Batch> {
  const { count, days, endMs, batchEvents } = options;
  const prng = createPrng(`bench/lake/${options.seed}`);
  const startMs = endMs - days * DAY_MS;
  const batches = Math.max(days, Math.ceil(count / batchEvents));
  const stepMs = (endMs - startMs) / batches;
  for (let batch = 0, made = 0; batch < batches; batch++) {
    const wanted = Math.round(((batch + 1) * count) / batches) - made;
    made += wanted;
    const fromMs = Math.floor(startMs + batch * stepMs);
    // A batch stays within its day, as its file will.
    const untilMs = Math.min(fromMs + stepMs, (Math.floor(fromMs / DAY_MS) + 1) * DAY_MS) - 1;
    const events: StoredEvent[] = [];
    while (events.length < wanted)
      events.push(...visit(prng, { fromMs, untilMs, most: wanted - events.length }));
    yield { atMs: Math.floor(untilMs), events };
  }
}

function visit(prng: Prng, { fromMs, untilMs, most }: { fromMs: number; untilMs: number; most: number }) {
  const tenant = prng.pick(TENANTS);
  const visitor = prng.int(USERS);
  const known = visitor % 3 === 0 ? { user_id: `user-${visitor}` } : {};
  const session_id = `visit-${prng.int(1e9).toString(36)}`;
  let atMs = fromMs + prng.int(Math.max(1, untilMs - fromMs - 10 * 60 * SECOND_MS));
  return Array.from({ length: Math.min(most, 1 + prng.int(SESSION_EVENTS_MAX)) }, (): StoredEvent => {
    atMs = Math.min(untilMs - RECEIVED_AFTER_MS, atMs + 2 * SECOND_MS + prng.int(58 * SECOND_MS));
    const type = prng.pick(TYPES);
    return {
      tenant,
      event_id: makeUuidV7(
        atMs,
        Uint8Array.from({ length: 10 }, () => prng.int(256)),
      ),
      type,
      ...known,
      anonymous_id: `device-${visitor}`,
      session_id,
      ...(type === "search" ? {} : { item_id: `item-${popular(prng)}` }),
      ...(type === "purchase" ? { value: 5 + prng.int(200), quantity: 1, currency: "EUR" } : {}),
      ...(type === "impression" ? { items: [{ item_id: `item-${popular(prng)}`, position: 0 }] } : {}),
      occurred_at: atMs,
      sent_at: atMs + RECEIVED_AFTER_MS - 100,
      received_at: atMs + RECEIVED_AFTER_MS,
      context: { path: `/items/${prng.int(ITEMS)}` },
      consent: "granted",
      country: "DE",
      device: visitor % 2 === 0 ? "mobile" : "desktop",
      is_bot: false,
    };
  });
}

/** Some items are asked for far more often than others. */
function popular(prng: Prng): number {
  return Math.floor(ITEMS * prng.next() ** 3);
}
