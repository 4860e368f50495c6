import { createPrng, DAY_MS, HOUR_MS, MINUTE_MS, type Prng, SECOND_MS } from "../../src/base/index.ts";
import { makeUuidV7, type StoredEvent, type StoredItem } from "../../src/events/index.ts";
import { facetStates, featuresAsOf, type ItemInterval, type LakeFeatures } from "../../src/features/index.ts";

export const TENANT = "t";

export type Step =
  | { kind: "items"; atMs: number; items: StoredItem[] }
  | { kind: "remove"; atMs: number; itemId: string }
  | { kind: "forget"; atMs: number; userId: string }
  | { kind: "deliver"; atMs: number; events: StoredEvent[]; again: StoredEvent[] }
  | { kind: "pause"; atMs: number };

/** Three days of a small shop, and how its events reach D1. */
export interface Story {
  /** Each event once, in the order of the ids, as silver holds them. */
  events: StoredEvent[];
  intervals: ItemInterval[];
  itemIds: string[];
  people: { subject: string; actor: string }[];
  deletions: { userId: string; deletedAtMs: number }[];
  steps: Step[];
}

const START_MS = Date.UTC(2026, 10, 19, 18);
const CATEGORIES = ["a", "b", "c"];
const ITEMS = 8;
/** Devices 0 … 5; the device d belongs to the user d % 3, and some never sign in. */
const DEVICES = 6;

export function tellStory(seed: number): Story {
  const prng = createPrng(`features/${seed}`);
  const events = Array.from({ length: 14 }, (_, n) => visit(prng.fork(`visit ${n}`), n)).flat();
  const items = itemChanges(prng.fork("items"));
  const removals = itemRemovals(prng.fork("removals"));
  const deletions = prng.next() < 0.7 ? [{ userId: "u1", deletedAtMs: START_MS + 30 * HOUR_MS }] : [];
  return {
    events: events.sort((a, b) => (a.event_id < b.event_id ? -1 : 1)),
    intervals: intervalsOf(items, removals),
    itemIds: Array.from({ length: ITEMS }, (_, n) => `i${n}`),
    people: Array.from({ length: DEVICES }, (_, n) => [
      { subject: `a:d${n}`, actor: `a:d${n}` },
      { subject: `u:u${n % 3}`, actor: `a:d${n}` },
    ]).flat(),
    deletions,
    steps: stepsOf(prng.fork("steps"), { events, items, removals, deletions }),
  };
}

/** A visit of one device: a person's, a timer's or a flood's; sometimes across midnight, sometimes told days later. */
function visit(prng: Prng, n: number): StoredEvent[] {
  const device = prng.int(DEVICES);
  const kind = n % 7 === 3 ? "timer" : n % 7 === 5 ? "flood" : "person";
  const count = kind === "person" ? 6 + prng.int(30) : kind === "timer" ? 36 : 190;
  const gapMs = { person: 90 * SECOND_MS, timer: 10 * SECOND_MS, flood: 100 }[kind];
  const lateMs = n % 5 === 2 ? 2 * HOUR_MS + prng.int(3 * 24) * HOUR_MS : 0;
  const startMs = n === 0 ? START_MS + 6 * HOUR_MS - 4 * MINUTE_MS : START_MS + prng.int(60 * 60) * MINUTE_MS;
  const taste = prng.int(ITEMS);
  let atMs = startMs;
  return Array.from({ length: count }, (_, index) => {
    atMs +=
      kind === "person"
        ? Math.round(gapMs * (0.2 + 2 * prng.next()))
        : gapMs + (kind === "timer" ? prng.int(50) : 0);
    const near = index < count / 2 ? taste + prng.int(2) : taste + 4 + prng.int(2);
    return event(prng, {
      n: n * 1_000 + index,
      atMs,
      device,
      itemId: `i${near % ITEMS}`,
      lateMs,
      isPerson: kind === "person",
    });
  });
}

interface Draft {
  n: number;
  atMs: number;
  device: number;
  itemId: string;
  lateMs: number;
  /** Only people refuse, and no timer says of itself that it is a bot. */
  isPerson: boolean;
}

function event(prng: Prng, { n, atMs, device, itemId, lateMs, isPerson }: Draft): StoredEvent {
  const type = prng.pick(["view", "view", "view", "click", "purchase", "impression", "search", "identify"]);
  const signsIn = device < 4;
  const receivedAtMs = atMs + 200 + prng.int(20 * SECOND_MS) + lateMs;
  const random = Uint8Array.from({ length: 10 }, (_, i) => (n >>> (8 * (9 - i))) & 255);
  const consent = isPerson && prng.next() < 0.06 ? "denied" : "granted";
  const known = signsIn && (type === "identify" || prng.next() < 0.2);
  const identity = {
    anonymous_id: `d${device}`,
    session_id: "s",
    ...(known ? { user_id: `u${device % 3}` } : {}),
  };
  return {
    tenant: TENANT,
    event_id: makeUuidV7(atMs, random),
    type: type === "identify" && (!signsIn || consent === "denied") ? "page" : type,
    ...(consent === "granted" ? identity : {}),
    ...(type === "impression" ? { items: impressed(prng) } : type === "page" ? {} : { item_id: itemId }),
    ...(type === "view" ? { duration_ms: prng.int(60_000) } : {}),
    ...(prng.next() < 0.3
      ? { context: { referrer: "https://Shop.example/x", utc_offset_min: 60 * prng.int(5) } }
      : {}),
    ...(prng.next() < 0.9
      ? { device: prng.pick(["mobile", "desktop"]), country: prng.pick(["DE", "FR"]) }
      : {}),
    occurred_at: atMs,
    sent_at: receivedAtMs,
    received_at: receivedAtMs,
    consent,
    is_bot: isPerson && prng.next() < 0.03,
  };
}

function impressed(prng: Prng): { item_id: string }[] {
  return Array.from({ length: 4 }, () => ({ item_id: `i${prng.int(ITEMS + 2)}` }));
}

/** The items as they begin, and changes of category and price; one is put only later. */
function itemChanges(prng: Prng): StoredItem[] {
  const put = (n: number, atMs: number): StoredItem => ({
    item_id: `i${n}`,
    categories: n % ITEMS < 4 ? ["a"] : prng.pick([["b"], ["c"], ["b", "c"], ["d/e", "b"]]),
    tags: [prng.pick(CATEGORIES), `t${n}`],
    ...(prng.next() < 0.8 ? { price: 1 + prng.int(200) } : {}),
    published_at: START_MS - n * DAY_MS,
    updated_at: atMs,
  });
  const first = Array.from({ length: ITEMS }, (_, n) =>
    put(n, n === 6 ? START_MS + 20 * HOUR_MS : START_MS - HOUR_MS),
  );
  const later = Array.from({ length: 5 }, (_, n) =>
    put(prng.int(6), START_MS + (8 + 10 * n) * HOUR_MS + prng.int(HOUR_MS)),
  );
  return [...first, ...later].sort((a, b) => a.updated_at - b.updated_at);
}

interface Removal {
  itemId: string;
  atMs: number;
}

/** One item that never comes back, and one that a later change may bring back. */
function itemRemovals(prng: Prng): Removal[] {
  return ["i7", `i${prng.int(6)}`].map((itemId) => ({
    itemId,
    atMs: START_MS + (14 + prng.int(30)) * HOUR_MS + HOUR_MS + prng.int(HOUR_MS),
  }));
}

function intervalsOf(items: readonly StoredItem[], removals: readonly Removal[]): ItemInterval[] {
  const changes = [
    ...items.map((item) => ({ itemId: item.item_id, atMs: item.updated_at })),
    ...removals,
  ].sort((a, b) => a.atMs - b.atMs);
  return items.map((item) => {
    const next = changes.find(({ itemId, atMs }) => itemId === item.item_id && atMs > item.updated_at);
    const end = next === undefined ? {} : { valid_to: next.atMs };
    return { ...item, tenant: TENANT, valid_from: item.updated_at, ...end };
  });
}

/**
 * Deliveries in batches that are out of order by up to half an hour and repeat earlier events; before each pause all that was
 * received has been delivered.
 */
function stepsOf(
  prng: Prng,
  {
    events,
    items,
    removals,
    deletions,
  }: {
    events: StoredEvent[];
    items: StoredItem[];
    removals: Removal[];
    deletions: Story["deletions"];
  },
): Step[] {
  const catalogue: Step[] = [
    ...items.map((item): Step => ({ kind: "items", atMs: item.updated_at, items: [item] })),
    ...removals.map((removal): Step => ({ kind: "remove", ...removal })),
  ].sort((a, b) => a.atMs - b.atMs);
  const changes: Step[] = [
    ...catalogue,
    ...deletions.map(({ userId, deletedAtMs }): Step => ({ kind: "forget", userId, atMs: deletedAtMs })),
  ];
  // Shortly after something happened, so that sessions are under way; the last one days after.
  const pauses = Array.from({ length: 4 }, () => prng.pick(events).occurred_at + prng.int(5 * MINUTE_MS));
  pauses.push(START_MS + 5 * DAY_MS + prng.int(DAY_MS));
  const steps: Step[] = [];
  let doneMs = 0;
  // Who is deleted is so once all that was received by then is in D1: what comes in between is told by the test beside.
  const marks = [...pauses, ...deletions.map(({ deletedAtMs }) => deletedAtMs)].sort((a, b) => a - b);
  for (const markMs of marks) {
    const arrived = events.filter(({ received_at: at }) => at > doneMs && at <= markMs);
    const queue = prng.shuffle(
      arrived.map((each) => ({ each, key: each.received_at + prng.int(30 * MINUTE_MS) })),
    );
    queue.sort((a, b) => a.key - b.key);
    for (const change of changes.filter(
      ({ atMs, kind }) => kind !== "forget" && atMs > doneMs && atMs <= markMs,
    ))
      steps.push(change);
    while (queue.length > 0) {
      const batch = queue.splice(0, 1 + prng.int(60)).map(({ each }) => each);
      const again = [...batch, ...arrived].filter(() => prng.next() < 0.1);
      steps.push({ kind: "deliver", atMs: markMs, events: batch, again });
    }
    steps.push(...changes.filter(({ atMs, kind }) => kind === "forget" && atMs > doneMs && atMs <= markMs));
    if (pauses.includes(markMs)) steps.push({ kind: "pause", atMs: markMs });
    doneMs = markMs;
  }
  return steps;
}

/** What the lake's rows say at a moment. */
export function lakeFeatures(story: Story, asOfMs: number): LakeFeatures {
  const links = story.events.flatMap((each) =>
    each.type === "identify" && each.anonymous_id !== undefined && each.user_id !== undefined && !each.is_bot
      ? [
          {
            anonymousId: each.anonymous_id,
            userId: each.user_id,
            linkedAtMs: each.occurred_at,
            receivedAtMs: each.received_at,
          },
        ]
      : [],
  );
  return featuresAsOf(story.events, {
    tenant: TENANT,
    asOfMs,
    facets: facetStates(story.intervals),
    links,
    deletions: story.deletions,
  });
}
