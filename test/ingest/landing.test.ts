import { expect, it } from "vitest";
import { createPrng, listAll, type ObjectStore } from "../../src/base/index.ts";
import type { StoredEvent } from "../../src/events/index.ts";
import type { QuarantinedEvent } from "../../src/features/index.ts";
import {
  consume,
  consumeDeadLetters,
  type DeliveredMessage,
  drainSpill,
  type Sinks,
} from "../../src/ingest/index.ts";
import { packEvents } from "../../src/ingest/pack.ts";
import { spillMessage } from "../../src/ingest/spill-message.ts";
import { openLake, QUARANTINE, type QuarantinedRow, UNKNOWN_TENANT } from "../../src/lake/index.ts";
import { randomEvent } from "../lake/events.ts";
import { memoryObjectStore } from "../memory-object-store.ts";

const NOW_MS = Date.UTC(2026, 10, 21, 12);
const HOUR_MS = 3_600_000;

/** Sinks on a lake in memory, and the ids that reached the features' two calls. */
function memorySinks(store = memoryObjectStore()) {
  const applied: string[] = [];
  const noted: QuarantinedEvent[] = [];
  const sinks: Sinks = {
    lake: openLake(store),
    features: {
      applyEvents: async (events) => void applied.push(...idsOf(events)),
      recordQuarantine: async (rows) => void noted.push(...rows),
    },
    nowMs: NOW_MS,
  };
  return { store, applied, noted, sinks };
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

async function quarantined(store: ObjectStore, tenant: string): Promise<Partial<QuarantinedRow>[]> {
  const found: Partial<QuarantinedRow>[] = [];
  const columns = ["event_id", "reason", "body"] as const;
  for await (const group of openLake(store).scan(QUARANTINE, { tenant, columns })) {
    for (let i = 0; i < group.rows; i++) {
      const eventId = group.columns.event_id[i];
      found.push({
        ...(typeof eventId === "string" ? { event_id: eventId } : {}),
        reason: group.columns.reason[i] ?? "",
        body: group.columns.body[i] ?? "",
      });
    }
  }
  return found;
}

it("keeps ids that the ledger may have forgotten away from the features, by the corrected clock", async () => {
  const { store, applied, noted, sinks } = memorySinks();
  const [fresh, old, wrongClock] = someEvents(3, "late") as [StoredEvent, StoredEvent, StoredEvent];
  // Received 50 hours ago, and delivered only now.
  Object.assign(old, { received_at: old.received_at - 50 * HOUR_MS, sent_at: old.sent_at - 50 * HOUR_MS });
  old.event_id = fresh.event_id.replace(/^.{13}/, timePrefix(NOW_MS - 50 * HOUR_MS));
  // Made and sent a moment ago by a clock that is years behind.
  wrongClock.event_id = wrongClock.event_id.replace(/^.{13}/, timePrefix(NOW_MS - 40_000 * HOUR_MS));
  wrongClock.sent_at = NOW_MS - 40_000 * HOUR_MS + 1_000;
  const delivered = message(bodyOf([fresh, old, wrongClock]));
  expect(await consume([delivered], sinks)).toMatchObject({
    bronze: 3,
    applied: 2,
    quarantined: 1,
    faults: [],
  });
  expect(delivered.outcome).toBe("ack");
  expect(applied).toEqual(idsOf([fresh, wrongClock]));
  expect(noted).toEqual([{ tenant: "shop", eventId: old.event_id, reason: "too_late", atMs: NOW_MS }]);
  expect(await quarantined(store, "shop")).toEqual([
    { event_id: old.event_id, reason: "too_late", body: JSON.stringify(old) },
  ]);
});

it("quarantines an event that no table could hold, and takes its neighbours", async () => {
  const { store, applied, noted, sinks } = memorySinks();
  const [good, bad, foreign] = someEvents(3, "misfit") as [StoredEvent, StoredEvent, StoredEvent];
  const events = [good, { ...bad, received_at: "now" }, { ...foreign, tenant: "other" }, null];
  const delivered = message(JSON.stringify({ v: 1, tenant: "shop", events }));
  expect(await consume([delivered], sinks)).toMatchObject({ bronze: 1, applied: 1, quarantined: 3 });
  expect(applied).toEqual([good.event_id]);
  expect(noted.map(({ eventId }) => eventId)).toEqual(idsOf([bad, foreign]));
  expect((await quarantined(store, "shop")).map(({ reason }) => reason)).toEqual(
    Array(3).fill("invalid_event"),
  );
});

it.each([
  ["not_text", { v: 1 }],
  ["not_json", "{"],
  ["schema_version", '{"v":2,"tenant":"shop","events":[]}'],
  ["bad_envelope", '{"v":1,"tenant":"No","events":[]}'],
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
      applyEvents: async (events, nowMs) => {
        if (idsOf(events).includes(bad[0]?.event_id ?? "")) throw new Error("too big");
        await sinks.features.applyEvents(events, nowMs);
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
  const { store, applied, noted, sinks } = memorySinks();
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
  const rows = await quarantined(store, "shop");
  expect(new Set(rows.map(({ body }) => body))).toEqual(
    new Set(events.map((event) => JSON.stringify(event))),
  );
  expect(await quarantined(store, UNKNOWN_TENANT)).toEqual([{ reason: "not_json", body: "{" }]);
});

it("drains what was spilled, leaving only what cannot be landed", async () => {
  const { store, applied, sinks } = memorySinks();
  const [bad, good] = [someEvents(2, "bad"), someEvents(2, "good")];
  for (const body of [bodyOf(bad), bodyOf(good), "{"]) await spillMessage(store, body, NOW_MS);
  const failing: Sinks = {
    ...sinks,
    features: {
      ...sinks.features,
      applyEvents: async (events, nowMs) => {
        if (idsOf(events).includes(bad[0]?.event_id ?? "")) throw new Error("too big");
        await sinks.features.applyEvents(events, nowMs);
      },
    },
  };
  expect(await drainSpill(store, failing, { messagesMax: 10 })).toMatchObject({ messages: 2, failed: 1 });
  expect(applied).toEqual(idsOf(good));
  expect(await quarantined(store, UNKNOWN_TENANT)).not.toEqual([]);
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

/** The first 13 characters of a UUIDv7 made at a time. */
function timePrefix(timeMs: number): string {
  const hex = timeMs.toString(16).padStart(12, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8)}`;
}
