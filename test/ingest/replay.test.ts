import { expect, it } from "vitest";
import { createPrng, DAY_MS, HOUR_MS } from "../../src/base/index.ts";
import { makeUuidV7, type StoredEvent } from "../../src/events/index.ts";
import {
  consume,
  consumeDeadLetters,
  type DeliveredMessage,
  IntakeProducer,
  type ReplayOptions,
  type ReplayPorts,
  replayQuarantine,
} from "../../src/ingest/index.ts";
import { packEvents } from "../../src/ingest/pack.ts";
import { EVENTS, IDENTITY_LINKS, openLake, QUARANTINE, type Table } from "../../src/lake/index.ts";
import { randomBytes, randomEvent } from "../lake/events.ts";
import { memoryObjectStore } from "../memory-object-store.ts";

const NOW_MS = Date.UTC(2026, 10, 21, 12);

/** Ports on a real lake in memory; what reached the features is remembered. */
function setUp(customTypes: string[] = ["my_type"]) {
  const lake = openLake(memoryObjectStore());
  const applied: string[] = [];
  const setAside = new Set<string>();
  const ports: ReplayPorts = {
    lake,
    features: {
      applyEvents: async (events) => void applied.push(...events.map(({ event_id }) => event_id)),
      recordQuarantine: async (rows) => rows.forEach(({ eventId }) => void setAside.add(eventId)),
      forgetQuarantine: async (rows) => rows.forEach(({ eventId }) => void setAside.delete(eventId)),
    },
    customTypes: async () => customTypes,
    nowMs: NOW_MS,
  };
  async function rows<Row extends object>(table: Table<Row>): Promise<Partial<Row>[]> {
    const found: Partial<Row>[] = [];
    await lake.commitPending(table, { nowMs: NOW_MS, force: true });
    const names = table.columns.map(({ name }) => name);
    for await (const batch of lake.scan(table, { columns: names })) {
      for (let row = 0; row < batch.rows; row++) {
        const cells = names.map((name) => [name, batch.columns[name][row]] as const);
        found.push(Object.fromEntries(cells.filter(([, cell]) => cell !== null)) as Partial<Row>);
      }
    }
    return found;
  }
  const replay = (options: Partial<ReplayOptions> = {}, nowMs = NOW_MS + DAY_MS) =>
    replayQuarantine({ ...ports, nowMs }, { isDryRun: false, rowsMax: 1_000, ...options });
  return { ports, applied, setAside, rows, replay };
}

function some(seed: string, fields: Partial<StoredEvent> = {}): StoredEvent {
  return { ...randomEvent(createPrng(seed), "shop", NOW_MS), type: "view", ...fields };
}

/** The event with an id made that long before it was received. */
function agedBy(event: StoredEvent, ageMs: number): StoredEvent {
  const random = randomBytes(createPrng(event.event_id), 10);
  return { ...event, event_id: makeUuidV7(event.received_at - ageMs, random) };
}

async function deliver(ports: ReplayPorts, events: readonly unknown[]): Promise<void> {
  const body = JSON.stringify({ v: 1, tenant: "shop", events });
  await consume([delivered(body)], ports);
}

function delivered(body: unknown): DeliveredMessage {
  return { id: "m", body, attempts: 1, ack: () => {}, retry: () => {} };
}

it("lands what was too late with a mark that silver honours, and not twice", async () => {
  const { ports, applied, setAside, rows, replay } = setUp();
  const late = agedBy(some("late", { type: "identify", anonymous_id: "d", user_id: "u" }), 8 * DAY_MS);
  await deliver(ports, [late, some("fresh")]);
  expect([...setAside]).toEqual([late.event_id]);

  expect(await replay({ isDryRun: true })).toEqual({
    read: 1,
    accepted: 1,
    alreadyReplayed: 0,
    skipped: {},
    refused: {},
  });
  expect(await rows(EVENTS)).toHaveLength(2);

  expect(await replay()).toMatchObject({ read: 1, accepted: 1 });
  expect(setAside.size).toBe(0);
  expect((await rows(EVENTS)).filter(({ event_id }) => event_id === late.event_id)).toEqual([
    late,
    { ...late, replayed_at: NOW_MS + DAY_MS },
  ]);
  expect((await rows(IDENTITY_LINKS)).map(({ event_id }) => event_id)).toEqual([late.event_id]);
  // Only silver can tell whether an id that old is new.
  expect(applied).not.toContain(late.event_id);
  const marks = (await rows(QUARANTINE)).filter(({ reason }) => reason === "replayed");
  expect(marks).toMatchObject([{ tenant: "shop", event_id: late.event_id, detail: "too_late" }]);

  expect(await replay()).toMatchObject({ read: 1, accepted: 0, alreadyReplayed: 1 });
  expect(await rows(EVENTS)).toHaveLength(3);
});

it("takes what today's schema and the tenant's types accept, and says why not the rest", async () => {
  const { ports, applied, rows, replay } = setUp(["wish"]);
  const wrong = { ...some("wrong"), received_at: "now" };
  await deliver(ports, [wrong]);
  const asOnceRefused = [some("wish", { type: "wish" }), some("stray", { type: "stray" })];
  await ports.lake.append(
    QUARANTINE,
    [...asOnceRefused.map((event) => JSON.stringify(event)), '{"tenant":"shop"', "[".repeat(9)].map(
      (body, n) => ({
        tenant: "shop",
        reason: "invalid_event",
        body,
        truncated: n === 3,
        quarantined_at: NOW_MS,
      }),
    ),
    { nowMs: NOW_MS },
  );
  const [wish] = asOnceRefused as [StoredEvent];
  expect(await replay({}, NOW_MS + HOUR_MS)).toEqual({
    read: 5,
    accepted: 1,
    alreadyReplayed: 0,
    skipped: {},
    refused: { invalid_event: 3, truncated: 1 },
  });
  expect(applied).toEqual([wish.event_id]);
  expect(await rows(EVENTS)).toEqual([{ ...wish, replayed_at: NOW_MS + HOUR_MS }]);
});

it("lands whole messages that a newer version can read, and dead letters", async () => {
  const { ports, applied, replay } = setUp();
  const [dead, event] = [some("dead"), some("message")];
  await consumeDeadLetters([delivered(packEvents("shop", [dead])[0]?.body)], ports);
  const claim = new IntakeProducer(() => "p").claim("shop", NOW_MS, 1);
  const body = packEvents("shop", [event], claim)[0]?.body ?? "";
  await ports.lake.append(
    QUARANTINE,
    [
      { tenant: "-", reason: "schema_version", body, truncated: false, quarantined_at: NOW_MS },
      { tenant: "-", reason: "schema_version", body: '{"v":9}', truncated: false, quarantined_at: NOW_MS },
    ],
    { nowMs: NOW_MS },
  );
  expect(await replay({}, NOW_MS + HOUR_MS)).toMatchObject({ accepted: 2, refused: { schema_version: 1 } });
  expect(applied.toSorted()).toEqual([dead.event_id, event.event_id].toSorted());
});

it("goes through files in steps, and through no other rows than it was asked for", async () => {
  const { ports, setAside, replay } = setUp();
  for (let n = 0; n < 4; n++) await deliver(ports, [agedBy(some(`step ${n}`), (8 + n) * DAY_MS)]);
  await deliver(ports, [agedBy(some("early"), -2 * DAY_MS)]);
  expect(await replay({ tenant: "other" })).toMatchObject({ read: 0 });
  expect(await replay({ reason: "too_early", isDryRun: true })).toMatchObject({ read: 1, accepted: 1 });
  expect(await replay({ sinceMs: NOW_MS + 1 })).toMatchObject({ read: 0 });
  let [steps, accepted] = [0, 0];
  let cursor: ReplayOptions["cursor"];
  do {
    const step = await replay({
      reason: "too_late",
      rowsMax: 1,
      ...(cursor === undefined ? {} : { cursor }),
    });
    accepted += step.accepted;
    cursor = step.cursor;
    steps++;
  } while (cursor !== undefined);
  expect({ steps, accepted, left: setAside.size }).toEqual({ steps: 4, accepted: 4, left: 1 });
});

it("skips copies of rows that failed a check, and says so", async () => {
  const { ports, applied, rows, replay } = setUp();
  const event = some("failed");
  const copy = { tenant: "shop", event_id: event.event_id, reason: "failed_check", check: "bronze.events/x" };
  const kept = { ...copy, body: JSON.stringify(event), truncated: false, quarantined_at: NOW_MS };
  await ports.lake.append(QUARANTINE, [kept], { nowMs: NOW_MS });
  const outcome = { read: 1, accepted: 0, alreadyReplayed: 0, skipped: { failed_check: 1 }, refused: {} };
  expect(await replay()).toEqual(outcome);
  expect(await replay({ reason: "failed_check", isDryRun: true })).toEqual(outcome);
  expect(applied).toEqual([]);
  expect(await rows(EVENTS)).toEqual([]);
  expect(await rows(QUARANTINE)).toEqual([kept]);
});
