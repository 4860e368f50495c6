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
import { type QueuePort, sendEvents } from "../../src/ingest/index.ts";
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
  const ports = (queue: QueuePort, spill = memoryObjectStore()) => ({ queue, spill, nowMs: NOW_MS, sleep });
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
});
