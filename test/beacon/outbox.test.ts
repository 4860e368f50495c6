import { describe, expect, it } from "vitest";
import type { QueuedEvent } from "../../src/beacon/batch.ts";
import { BATCH_BYTES_MAX, QUEUE_EVENTS_MAX } from "../../src/beacon/limits.ts";
import { createOutbox, type Outbox } from "../../src/beacon/outbox.ts";
import { createKeyValue, createWorld, settle, type World } from "./ports.ts";

function open(world: World): Outbox {
  return createOutbox({
    prefix: "q.",
    urlFor: (userId) => `https://recs.example/v1/events?of=${userId ?? ""}`,
    consent: () => "granted",
    ports: world,
  });
}

function event(name: string, more: Partial<QueuedEvent> = {}): QueuedEvent {
  return {
    event_id: name,
    type: "view",
    session_id: "s",
    occurred_at: 1_790_000_000_000,
    consent: "granted",
    ...more,
  };
}

const ids = (world: World) => world.sent.map(({ events }) => events.map(({ event_id }) => event_id));
const names = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `e${from + i}`);

describe("batches", () => {
  it("leave after 2.5 s, or at once with 20 events", async () => {
    const world = createWorld("batches");
    const outbox = open(world);
    outbox.add(event("e0"));
    await world.pass(2_499);
    expect(ids(world)).toEqual([]);
    await world.pass(1);
    expect(ids(world)).toEqual([["e0"]]);
    for (const name of names(1, 21)) outbox.add(event(name));
    await settle();
    expect(ids(world)[1]).toEqual(names(1, 21));
  });

  it("stay under 32 KB as bytes, not characters, and an event over 8 KB is dropped and counted", async () => {
    const world = createWorld("bytes");
    const outbox = open(world);
    outbox.add(event("huge", { context: { text: "é".repeat(4_000) } }));
    for (const name of names(0, 9)) outbox.add(event(name, { context: { text: "é".repeat(2_000) } }));
    await world.pass(10_000);
    expect(ids(world).flat()).toEqual(names(0, 9));
    expect(world.sent.length).toBe(2);
    for (const { events } of world.sent) {
      expect(new TextEncoder().encode(JSON.stringify(events)).length).toBeLessThanOrEqual(BATCH_BYTES_MAX);
    }
    expect(world.sent[0]?.events[0]?.context?.dropped_events).toBe(1);
    expect(world.sent[1]?.events[0]?.context?.dropped_events).toBeUndefined();
  });

  it("hold one user's events, whose token rides in the address", async () => {
    const world = createWorld("users");
    const outbox = open(world);
    for (const [name, user_id] of Object.entries({ e0: "u", e1: "u", e2: "v" }))
      outbox.add(event(name, { user_id }));
    await world.pass(10_000);
    expect(ids(world)).toEqual([["e0", "e1"], ["e2"]]);
    expect(world.sent.map(({ url }) => url.searchParams.get("of"))).toEqual(["u", "v"]);
  });
});

describe("failures", () => {
  it("a retry carries the same events under the same ids, then the rest follows", async () => {
    const world = createWorld("retry");
    world.replies = [{ status: 503 }, { status: 0 }, { status: 429 }];
    const outbox = open(world);
    for (const name of names(0, 3)) outbox.add(event(name));
    await world.pass(60_000);
    expect(ids(world)).toEqual(Array.from({ length: 4 }, () => names(0, 3)));
    expect(world.local.keys()).toEqual([]);
  });

  it("a refusal ends the batch", async () => {
    const world = createWorld("refusal");
    world.replies = [{ status: 400 }];
    const outbox = open(world);
    outbox.add(event("e0"));
    await world.pass(600_000);
    outbox.add(event("e1"));
    await world.pass(2_500);
    expect(ids(world)).toEqual([["e0"], ["e1"]]);
  });

  it("Retry-After holds back flush, wake and the page's end", async () => {
    const world = createWorld("retry-after");
    world.replies = [{ status: 429, retryAfter: "120" }];
    const outbox = open(world);
    outbox.add(event("e0"));
    await world.pass(2_500);
    await outbox.flush();
    outbox.wake();
    outbox.hide();
    await world.pass(119_000);
    expect(ids(world)).toEqual([["e0"]]);
    await world.pass(2_000);
    expect(ids(world)).toEqual([["e0"], ["e0"]]);
  });

  it("offline keeps the latest 500, says how many it dropped, and sends when the connection is back", async () => {
    const world = createWorld("offline");
    world.isOnline = false;
    const outbox = open(world);
    for (const name of names(0, QUEUE_EVENTS_MAX + 30)) outbox.add(event(name));
    await world.pass(10_000);
    outbox.hide();
    expect(world.sent).toEqual([]);
    world.isOnline = true;
    outbox.wake();
    await world.pass(120_000);
    expect(ids(world).flat()).toEqual(names(30, QUEUE_EVENTS_MAX + 30));
    const told = world.sent.flatMap(({ events }) =>
      events.map(({ context }) => context?.dropped_events ?? 0),
    );
    expect(told.filter((count) => count !== 0)).toEqual([30]);
  });
});

describe("the page's end", () => {
  it("hands everything to the browser and leaves nothing behind", () => {
    const world = createWorld("end");
    const outbox = open(world);
    for (const name of names(0, 7)) outbox.add(event(name));
    outbox.hide();
    expect(world.sent.map(({ by }) => by)).toEqual(["beacon"]);
    expect(ids(world).flat()).toEqual(names(0, 7));
    expect(world.local.keys()).toEqual([]);
  });

  it("halves what the browser refuses; what it refuses one by one stays for the next page", async () => {
    const world = createWorld("halve");
    world.beaconBytesMax = 600;
    const outbox = open(world);
    for (const name of names(0, 8)) outbox.add(event(name));
    outbox.add(event("long", { context: { text: "x".repeat(500) } }));
    outbox.hide();
    expect(ids(world).length).toBeGreaterThan(1);
    expect(ids(world).flat()).toEqual(names(0, 8));
    const next = createWorld("halve-next", world.local);
    open(next).obey();
    await next.pass(0);
    expect(ids(next)).toEqual([["long"]]);
    expect(world.local.keys()).toEqual([]);
  });

  it("keeps a request that is under way, for it may die with the page", async () => {
    const world = createWorld("under-way");
    world.post = () => new Promise(() => {});
    const outbox = open(world);
    outbox.add(event("e0"));
    void outbox.flush();
    outbox.hide();
    const next = createWorld("under-way-next", world.local);
    open(next).obey();
    await next.pass(0);
    expect(ids(next)).toEqual([["e0"]]);
  });
});

describe("tabs", () => {
  it("never write one key, and leave a living tab's queue alone", async () => {
    const local = createKeyValue();
    const [one, two] = [createWorld("one", local), createWorld("two", local)];
    for (const world of [one, two]) {
      world.isOnline = false;
      open(world).add(event(`of-${world === one ? 1 : 2}`));
      await world.pass(2_500);
    }
    expect(local.keys().length).toBe(2);
    const three = createWorld("three", local);
    three.nowMs = one.nowMs;
    open(three).obey();
    await three.pass(0);
    expect(three.sent).toEqual([]);
    const four = createWorld("four", local);
    four.nowMs = one.nowMs + 60_000;
    open(four).obey();
    await four.pass(0);
    expect(ids(four).flat().sort()).toEqual(["of-1", "of-2"]);
    expect(local.keys()).toEqual([]);
  });

  it("throw away what is no queue", () => {
    const world = createWorld("junk");
    world.local.set("q.junk", "{");
    world.local.set("other", "kept");
    open(world).obey();
    expect(world.local.keys()).toEqual(["other"]);
  });
});
