import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  createPrng,
  listAll,
  QUEUE_MESSAGE_BYTES_MAX,
  QUEUE_SEND_BYTES_MAX,
  QUEUE_SEND_MESSAGES_MAX,
} from "../../src/base/index.ts";
import type { StoredEvent } from "../../src/events/index.ts";
import { IntakeProducer, type QueuePort, sendEvents } from "../../src/ingest/index.ts";
import { groupMessages, packEvents } from "../../src/ingest/pack.ts";
import { randomEvent } from "../lake/events.ts";
import { memoryObjectStore } from "../memory-object-store.ts";

const NOW_MS = Date.UTC(2026, 10, 21, 12);
const bytesOf = (text: string) => new TextEncoder().encode(text).byteLength;

function someEvents(count: number, seed: string): StoredEvent[] {
  const prng = createPrng(seed);
  return Array.from({ length: count }, () => {
    const text = prng.pick(["x", "é", "ಠ", "𝄞", "\ud834", '"']).repeat(prng.int(250));
    return { ...randomEvent(prng, "shop", NOW_MS), context: { a: text, b: text, c: text } };
  });
}

describe("packing", () => {
  it("fills messages up to the limit in bytes, and loses or reorders no event", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 300 }), fc.string(), (count, seed) => {
        const events = someEvents(count, seed);
        const messages = packEvents("shop", events);
        for (const { body, bytes } of messages) expect(bytes).toBe(bytesOf(body));
        for (const { bytes } of messages) expect(bytes).toBeLessThanOrEqual(QUEUE_MESSAGE_BYTES_MAX);
        const parsed = messages.map(({ body }) => JSON.parse(body));
        expect(parsed.every(({ v, tenant }) => v === 1 && tenant === "shop")).toBe(true);
        expect(parsed.flatMap((message) => message.events)).toEqual(
          events.map((event) => JSON.parse(JSON.stringify(event))),
        );
      }),
      { numRuns: 20, seed: 20261121 },
    );
  });

  it("counts the head's bytes too when it tells where the events stand", () => {
    const claim = { producer: "p".repeat(20), hour: 498_000, before: 9_990 };
    const events = someEvents(300, "claim");
    let before = claim.before;
    for (const { body, bytes } of packEvents("shop", events, claim)) {
      expect(bytes).toBe(bytesOf(body));
      expect(bytes).toBeLessThanOrEqual(QUEUE_MESSAGE_BYTES_MAX);
      const message = JSON.parse(body);
      expect(message).toMatchObject({ ...claim, before });
      before += message.events.length;
    }
    expect(before).toBe(claim.before + events.length);
  });

  it("makes as few messages as the limit allows", () => {
    const messages = packEvents("shop", someEvents(500, "few"));
    for (let i = 1; i < messages.length; i++) {
      const first = JSON.stringify(JSON.parse(messages[i]?.body ?? "").events[0]);
      expect((messages[i - 1]?.bytes ?? 0) + 1 + bytesOf(first)).toBeGreaterThan(QUEUE_MESSAGE_BYTES_MAX);
    }
  });

  it("groups messages as sendBatch takes them", () => {
    const messages = Array.from({ length: 330 }, (_, i) => ({ body: "", bytes: i < 10 ? 63_000 : 500 }));
    const groups = groupMessages(messages);
    expect(groups.flat()).toEqual(messages);
    for (const group of groups) {
      expect(group.length).toBeLessThanOrEqual(QUEUE_SEND_MESSAGES_MAX);
      expect(group.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(QUEUE_SEND_BYTES_MAX);
    }
    expect(groups).toHaveLength(7);
  });
});

describe("sending", () => {
  const waits: number[] = [];
  const sleep = async (durationMs: number) => void waits.push(durationMs);
  const ports = (
    queue: QueuePort,
    spill = memoryObjectStore(),
    producer = new IntakeProducer(() => "p"),
  ) => ({
    queue,
    spill,
    producer,
    nowMs: NOW_MS,
    sleep,
  });
  const events = someEvents(20, "send");

  it("puts all messages into the Queue", async () => {
    const bodies: string[] = [];
    const queue = {
      sendBatch: async (messages: { body: string }[]) => bodies.push(...messages.map(({ body }) => body)),
    };
    const many = someEvents(400, "many");
    const sent = await sendEvents("shop", many, ports(queue));
    expect(sent).toEqual({ ok: true, value: { queued: bodies.length, spilled: 0 } });
    expect(bodies.flatMap((body) => JSON.parse(body).events)).toHaveLength(many.length);
  });

  it("tries twice more before it gives the Queue up", async () => {
    let calls = 0;
    const queue = {
      sendBatch: async () => {
        if (++calls < 3) throw new Error("Too Many Requests");
      },
    };
    waits.length = 0;
    expect(await sendEvents("shop", events, ports(queue))).toMatchObject({ ok: true, value: { spilled: 0 } });
    expect(waits).toEqual([50, 200]);
  });

  it("spills to R2 what the Queue refuses, once however often it is sent", async () => {
    const store = memoryObjectStore();
    const queue = { sendBatch: () => Promise.reject(new Error("Too Many Requests")) };
    for (let i = 0; i < 2; i++) {
      // Two isolates, each at its beginning: the messages are the same to the letter.
      const sent = await sendEvents("shop", events, ports(queue, store));
      expect(sent).toEqual({ ok: true, value: { queued: 0, spilled: 1, refusal: "Too Many Requests" } });
    }
    const keys: string[] = [];
    for await (const { key } of listAll(store, "")) keys.push(key);
    expect(keys).toEqual([expect.stringMatching(/^spill\/2026-11-21\/[0-9a-f]{32}\.json$/)]);
    const body = new TextDecoder().decode((await store.get(keys[0] ?? ""))?.bytes);
    expect(JSON.parse(body).events).toHaveLength(events.length);
  });

  it("is an error only when R2 refuses too", async () => {
    const queue = { sendBatch: () => Promise.reject(new Error("down")) };
    const spill = { ...memoryObjectStore(), put: () => Promise.reject(new Error("also down")) };
    expect(await sendEvents("shop", events, ports(queue, spill))).toMatchObject({
      ok: false,
      error: { status: 503, message: expect.stringMatching(/down.*also down/) },
    });
  });

  it("tells in each message where its events stand in what this isolate accepted in the hour", async () => {
    const sent: { producer: string; hour: number; before: number; events: unknown[] }[] = [];
    const queue = {
      sendBatch: async (messages: { body: string }[]) =>
        sent.push(...messages.map(({ body }) => JSON.parse(body))),
    };
    const all = ports(queue);
    const many = someEvents(300, "before");
    await Promise.all([sendEvents("shop", many, all), sendEvents("other", many.slice(0, 2), all)]);
    await sendEvents("shop", many.slice(0, 5), all);
    await sendEvents("shop", many.slice(0, 1), { ...all, nowMs: NOW_MS + 3_600_000 });
    const ofShop = sent.filter(({ hour, events }) => hour === NOW_MS / 3_600_000 && events.length !== 2);
    expect(ofShop.length).toBeGreaterThan(2);
    let before = 0;
    for (const message of ofShop) {
      expect(message).toMatchObject({ producer: "p", before });
      before += message.events.length;
    }
    expect(before).toBe(305);
    expect(sent.filter(({ events }) => events.length <= 2).map((message) => message.before)).toEqual([0, 0]);
  });

  it("counts under another name after a refusal: nobody can tell what of it got through", async () => {
    const bodies: string[] = [];
    let refuses = true;
    const queue = {
      sendBatch: async (messages: { body: string }[]) => {
        if (refuses) throw new Error("down");
        bodies.push(...messages.map(({ body }) => body));
      },
    };
    const spill = { ...memoryObjectStore(), put: () => Promise.reject(new Error("also down")) };
    let names = 0;
    const all = ports(queue, spill, new IntakeProducer(() => `p${names++}`));
    expect((await sendEvents("shop", events, all)).ok).toBe(false);
    refuses = false;
    await sendEvents("shop", events, all);
    expect(JSON.parse(bodies[0] ?? "")).toMatchObject({ producer: "p1", before: 0 });
  });
});
