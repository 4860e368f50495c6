import { expect, it } from "vitest";
import { createPrng, DAY_MS, HOUR_MS, listAll } from "../../src/base/index.ts";
import type { StoredEvent } from "../../src/events/index.ts";
import type { IntakeCount, QuarantinedEvent } from "../../src/features/index.ts";
import {
  consume,
  consumeDeadLetters,
  type DeliveredMessage,
  drainSpill,
  IntakeProducer,
  type Sinks,
} from "../../src/ingest/index.ts";
import { packEvents } from "../../src/ingest/pack.ts";
import { spillMessage } from "../../src/ingest/spill-message.ts";
import {
  EVENTS,
  IDENTITY_LINKS,
  QUARANTINE,
  type QuarantinedRow,
  UNKNOWN_TENANT,
} from "../../src/lake/index.ts";
import { randomEvent } from "../lake/events.ts";
import { memoryObjectStore } from "../memory-object-store.ts";
import { recordingLake } from "./recording-lake.ts";

const NOW_MS = Date.UTC(2026, 10, 21, 12);

/** Sinks that remember what reached them, and the store that messages are spilled to. */
function memorySinks() {
  const applied: string[] = [];
  const counted: IntakeCount[] = [];
  const noted: QuarantinedEvent[] = [];
  const { lake, rows } = recordingLake();
  const sinks: Sinks = {
    lake,
    features: {
      applyEvents: async (events, _, counts) => {
        applied.push(...idsOf(events));
        counted.push(...counts);
      },
      recordQuarantine: async (found) => void noted.push(...found),
    },
    nowMs: NOW_MS,
  };
  const quarantined = (tenant: string) =>
    (rows(QUARANTINE) as QuarantinedRow[]).filter((row) => row.tenant === tenant);
  return { store: memoryObjectStore(), applied, counted, noted, sinks, rows, quarantined };
}

function message(body: unknown, attempts = 1): DeliveredMessage & { outcome?: string } {
  const delivered: DeliveredMessage & { outcome?: string } = {
    id: "m",
    body,
    attempts,
    ack: () => {
      delivered.outcome = "ack";
    },
    retry: (options) => {
      delivered.outcome =
        options?.delaySeconds === undefined ? "retry" : `retry in ${options.delaySeconds} s`;
    },
  };
  return delivered;
}

function someEvents(count: number, seed: string): StoredEvent[] {
  const prng = createPrng(seed);
  return Array.from({ length: count }, () => randomEvent(prng, "shop", NOW_MS));
}

const idsOf = (events: readonly StoredEvent[]) => events.map(({ event_id }) => event_id);
const bodyOf = (events: readonly StoredEvent[]) => packEvents("shop", events)[0]?.body ?? "";

/** The event, with an id of another time. */
function madeAt(event: StoredEvent, timeMs: number): StoredEvent {
  const hex = timeMs.toString(16).padStart(12, "0");
  return { ...event, event_id: `${hex.slice(0, 8)}-${hex.slice(8)}${event.event_id.slice(13)}` };
}

it("keeps ids that the ledger may have forgotten for silver, and those that silver has no place for aside", async () => {
  const { applied, noted, sinks, rows, quarantined } = memorySinks();
  const [fresh, delayed, slowClock, tooLate, tooEarly] = someEvents(5, "late").map((event, n) => {
    const { received_at } = event;
    if (n === 1) return madeAt(event, received_at - 50 * HOUR_MS);
    // Made and sent a moment ago, by a clock that is three days behind.
    if (n === 2) return { ...madeAt(event, received_at - 3 * DAY_MS), sent_at: received_at - 3 * DAY_MS };
    if (n === 3) return madeAt(event, received_at - 7 * DAY_MS - 1_000);
    return n === 4 ? madeAt(event, received_at + DAY_MS + 1_000) : event;
  }) as [StoredEvent, StoredEvent, StoredEvent, StoredEvent, StoredEvent];
  const delivered = message(bodyOf([fresh, delayed, slowClock, tooLate, tooEarly]));
  expect(await consume([delivered], sinks)).toMatchObject({
    bronze: 5,
    applied: 2,
    quarantined: 2,
    faults: [],
  });
  expect(delivered.outcome).toBe("ack");
  expect(rows(EVENTS)).toHaveLength(5);
  expect(applied).toEqual(idsOf([fresh, slowClock]));
  expect(noted).toEqual([
    { tenant: "shop", eventId: tooLate.event_id, reason: "too_late", atMs: NOW_MS },
    { tenant: "shop", eventId: tooEarly.event_id, reason: "too_early", atMs: NOW_MS },
  ]);
  expect(quarantined("shop").map(({ event_id, reason, body }) => [event_id, reason, body])).toEqual([
    [tooLate.event_id, "too_late", JSON.stringify(tooLate)],
    [tooEarly.event_id, "too_early", JSON.stringify(tooEarly)],
  ]);
});

it("keeps links in the lake, those of misplaced events excepted", async () => {
  const { sinks, rows } = memorySinks();
  const [link, old] = someEvents(2, "link").map((event) => ({
    ...event,
    type: "identify",
    anonymous_id: "d",
    user_id: "u",
  })) as [StoredEvent, StoredEvent];
  await consume([message(bodyOf([link, madeAt(old, NOW_MS - 30 * DAY_MS)]))], sinks);
  const { tenant, event_id, anonymous_id, user_id, occurred_at, received_at } = link;
  expect(rows(IDENTITY_LINKS)).toEqual([
    { tenant, event_id, anonymous_id, user_id, linked_at: occurred_at, received_at },
  ]);
});

it("hands on what messages say of their counting, those of the spill and of the dead letters too", async () => {
  const { store, counted, sinks } = memorySinks();
  const producer = new IntakeProducer(() => "p");
  const bodies = [3, 2, 4].map(
    (events, n) =>
      packEvents("shop", someEvents(events, `count ${n}`), producer.claim("shop", NOW_MS, events))[0]?.body ??
      "",
  );
  await consume([message(bodies[0]), message(bodyOf(someEvents(1, "of an older version")))], sinks);
  await spillMessage(store, bodies[1] ?? "", NOW_MS);
  await drainSpill(store, sinks, { messagesMax: 10 });
  await consumeDeadLetters([message(bodies[2])], sinks);
  const hour = Math.floor(NOW_MS / HOUR_MS);
  expect(counted).toEqual([
    { tenant: "shop", producer: "p", hour, before: 0, events: 3 },
    { tenant: "shop", producer: "p", hour, before: 3, events: 2 },
    { tenant: "shop", producer: "p", hour, before: 5, events: 4 },
  ]);
});

it("quarantines an event that no table could hold, and takes its neighbours", async () => {
  const { applied, noted, sinks, quarantined } = memorySinks();
  const [good, bad, foreign] = someEvents(3, "misfit") as [StoredEvent, StoredEvent, StoredEvent];
  const events = [good, { ...bad, received_at: "now" }, { ...foreign, tenant: "other" }, null];
  const delivered = message(JSON.stringify({ v: 1, tenant: "shop", events }));
  expect(await consume([delivered], sinks)).toMatchObject({ bronze: 1, applied: 1, quarantined: 3 });
  expect(applied).toEqual([good.event_id]);
  expect(noted.map(({ eventId }) => eventId)).toEqual(idsOf([bad, foreign]));
  expect(quarantined("shop").map(({ reason }) => reason)).toEqual(Array(3).fill("invalid_event"));
});

it.each([
  ["not_text", { v: 1 }],
  ["not_json", "{"],
  ["schema_version", '{"v":2,"tenant":"shop","events":[]}'],
  ["bad_envelope", '{"v":1,"tenant":"No","events":[]}'],
  ["bad_envelope", '{"v":1,"tenant":"shop","producer":"p","hour":1,"events":[]}'],
  ["schema_version", "null"],
])("sends back what it cannot read: %s", async (reason, body) => {
  const { sinks } = memorySinks();
  const [delivered, neighbour] = [message(body), message(bodyOf(someEvents(2, "neighbour")))];
  const { faults } = await consume([delivered, neighbour], sinks);
  expect(delivered.outcome).toBe("retry");
  expect(neighbour.outcome).toBe("ack");
  expect(faults).toEqual([expect.stringContaining(reason)]);
});

it("lets the neighbours of a failing message through once it travels alone", async () => {
  const { applied, sinks } = memorySinks();
  const [bad, good] = [someEvents(2, "bad"), someEvents(2, "good")];
  const failing: Sinks = {
    ...sinks,
    features: {
      ...sinks.features,
      applyEvents: async (events, ...rest) => {
        if (idsOf(events).includes(bad[0]?.event_id ?? "")) throw new Error("too big");
        await sinks.features.applyEvents(events, ...rest);
      },
    },
  };
  const first = [message(bodyOf(bad), 1), message(bodyOf(good), 1)];
  await consume(first, failing);
  expect(first.map(({ outcome }) => outcome)).toEqual(["retry in 10 s", "retry in 10 s"]);
  const third = [message(bodyOf(bad), 3), message(bodyOf(good), 3)];
  await consume(third, failing);
  expect(third.map(({ outcome }) => outcome)).toEqual(["retry in 90 s", "ack"]);
  expect(applied).toEqual(idsOf(good));
});

it("keeps dead letters: what can be read event by event, the rest whole", async () => {
  const { applied, noted, sinks, quarantined } = memorySinks();
  const events = someEvents(3, "dead");
  const letters = [message(bodyOf(events)), message("{")];
  expect(await consumeDeadLetters(letters, sinks)).toMatchObject({
    acked: 2,
    bronze: 3,
    quarantined: 4,
    faults: [],
  });
  expect(applied).toEqual([]);
  expect(noted.map(({ eventId }) => eventId)).toEqual(idsOf(events));
  const rows = quarantined("shop");
  expect(new Set(rows.map(({ body }) => body))).toEqual(
    new Set(events.map((event) => JSON.stringify(event))),
  );
  expect(quarantined(UNKNOWN_TENANT)).toMatchObject([{ reason: "not_json", body: "{" }]);
});

it("drains what was spilled, leaving only what cannot be landed", async () => {
  const { store, applied, sinks, quarantined } = memorySinks();
  const [bad, good] = [someEvents(2, "bad"), someEvents(2, "good")];
  for (const body of [bodyOf(bad), bodyOf(good), "{"]) await spillMessage(store, body, NOW_MS);
  const failing: Sinks = {
    ...sinks,
    features: {
      ...sinks.features,
      applyEvents: async (events, ...rest) => {
        if (idsOf(events).includes(bad[0]?.event_id ?? "")) throw new Error("too big");
        await sinks.features.applyEvents(events, ...rest);
      },
    },
  };
  expect(await drainSpill(store, failing, { messagesMax: 10 })).toMatchObject({ messages: 2, failed: 1 });
  expect(applied).toEqual(idsOf(good));
  expect(quarantined(UNKNOWN_TENANT)).toHaveLength(1);
  expect(await drainSpill(store, sinks, { messagesMax: 10 })).toEqual({ messages: 1, failed: 0, faults: [] });
  expect(await drainSpill(store, sinks, { messagesMax: 10 })).toMatchObject({ messages: 0 });
});

it("drains no more than it was asked to", async () => {
  const { store, sinks } = memorySinks();
  for (let i = 0; i < 5; i++) await spillMessage(store, bodyOf(someEvents(1, `spill ${i}`)), NOW_MS);
  expect(await drainSpill(store, sinks, { messagesMax: 3 })).toMatchObject({ messages: 3 });
  const left: string[] = [];
  for await (const { key } of listAll(store, "spill/")) left.push(key);
  expect(left).toHaveLength(2);
});
