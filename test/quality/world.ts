import { createPrng, DAY_MS, HOUR_MS, MINUTE_MS, type ObjectStore, type Prng } from "../../src/base/index.ts";
import { makeUuidV7, type StoredEvent } from "../../src/events/index.ts";
import {
  EVENTS,
  INTERACTIONS,
  type Interaction,
  ITEM_DAILY,
  type Lake,
  openLake,
  USER_HISTORIES,
} from "../../src/lake/index.ts";
import { type IntakePort, type QualityReport, runQuality } from "../../src/quality/index.ts";
import { randomBytes } from "../lake/events.ts";
import { memoryObjectStore } from "../memory-object-store.ts";

/** Noon of a day; the reports of these tests are made half an hour later. */
export const NOON_MS = Date.UTC(2026, 10, 20, 12);
export const NOW_MS = NOON_MS + 30 * MINUTE_MS;
const DAYS = 20;
const ROWS_PER_DAY = 150;
/** The shop opens at seven and closes at noon: few hours, so that a report is made quickly. */
const OPENS_MS = 7 * HOUR_MS;
const OPEN_MS = 5 * HOUR_MS;

/** A lake in memory in which all is well, and the hands to plant a fault. */
export interface World {
  store: ObjectStore;
  lake: Lake;
  prng: Prng;
  intake: IntakePort & { edge: Map<number, number>; queue: Map<number, number>; ledger: Map<number, number> };
  events: StoredEvent[];
}

/** Chooses what the days look like before they are written; the default world is sound. */
export interface Faults {
  /** Changes or drops an event of a day (0 is the last whole one) before bronze has it. */
  bronze?: (event: StoredEvent, daysAgo: number, index: number) => StoredEvent | null;
  /** Changes, drops or repeats what silver has of an event. */
  silver?: (row: Interaction, daysAgo: number, index: number) => Interaction[];
  /** Leaves silver's watermark where it was this many snapshots ago. */
  silverBehind?: number;
}

/** Twenty-four whole days and a morning of one shop. */
export async function soundWorld(faults: Faults = {}): Promise<World> {
  const store = memoryObjectStore();
  const lake = openLake(store);
  const prng = createPrng(3);
  const [edge, queue, ledger] = [
    new Map<number, number>(),
    new Map<number, number>(),
    new Map<number, number>(),
  ];
  const events: StoredEvent[] = [];
  const snapshots: number[] = [];
  for (let daysAgo = DAYS - 1; daysAgo >= -1; daysAgo--) {
    const dayMs = Math.floor(NOON_MS / DAY_MS) * DAY_MS - (daysAgo + 1) * DAY_MS;
    const rows = Math.round(ROWS_PER_DAY + 8 * prng.normal());
    const made = Array.from({ length: rows }, () => soundEvent(prng, dayMs + OPENS_MS + prng.int(OPEN_MS)));
    for (const { received_at } of made) {
      const hour = Math.floor(received_at / HOUR_MS);
      for (const counts of [edge, queue, ledger]) counts.set(hour, (counts.get(hour) ?? 0) + 1);
    }
    const kept = made.flatMap(
      (event, index) => faults.bronze?.(event, daysAgo, index) ?? (faults.bronze ? [] : event),
    );
    events.push(...kept);
    const nowMs = dayMs + OPENS_MS + OPEN_MS;
    await lake.append(EVENTS, kept, { nowMs });
    await lake.commitPending(EVENTS, { nowMs, force: true });
    const input = (await lake.load(EVENTS))?.current?.id ?? 0;
    snapshots.push(input);
    const silver = kept.flatMap((event, index) => {
      const row = soundRow(event);
      return faults.silver?.(row, daysAgo, index) ?? [row];
    });
    const read = snapshots[snapshots.length - 1 - (faults.silverBehind ?? 0)];
    await writeSilver(lake, silver, { nowMs, read });
  }
  await markGold(lake, NOON_MS);
  const intake: World["intake"] = {
    edge,
    queue,
    ledger,
    tenants: async () => ["shop"],
    intakeCounts: async (_, { fromHour, toHour }) =>
      [...edge.keys()]
        .filter((hour) => hour >= fromHour && hour <= toHour)
        .map((hour) => ({ hour, edge: edge.get(hour) ?? 0, queue: queue.get(hour) ?? 0 })),
    ledgerCounts: async (_, { fromHour, toHour }) =>
      [...ledger]
        .filter(([hour]) => hour >= fromHour && hour <= toHour)
        .map(([hour, events]) => ({ hour, events })),
  };
  return { store, lake, prng, intake, events };
}

/** An event as a phone sends it. */
export function soundEvent(prng: Prng, receivedAtMs: number): StoredEvent {
  return {
    event_id: makeUuidV7(receivedAtMs - 500, randomBytes(prng, 10)),
    type: prng.pick(["view", "click", "purchase"]),
    tenant: "shop",
    session_id: `s${prng.int(50)}`,
    item_id: `item-${prng.int(200)}`,
    occurred_at: receivedAtMs - 500,
    sent_at: receivedAtMs - 400,
    received_at: receivedAtMs,
    consent: "granted",
    is_bot: false,
    anonymous_id: `device-${prng.int(90)}`,
    country: "DE",
    device: "mobile",
    ...(prng.next() < 0.4 ? { user_id: `user-${prng.int(20)}` } : {}),
  };
}

/** Brings events all the way: counted by edge, Queue and D1, in bronze and in silver. */
export async function land(world: World, count: number, receivedAtMs: number): Promise<void> {
  const made = Array.from({ length: count }, (_, index) => soundEvent(world.prng, receivedAtMs - index));
  const { edge, queue, ledger } = world.intake;
  for (const { received_at } of made) {
    const hour = Math.floor(received_at / HOUR_MS);
    for (const counts of [edge, queue, ledger]) counts.set(hour, (counts.get(hour) ?? 0) + 1);
  }
  world.events.push(...made);
  await world.lake.append(EVENTS, made, { nowMs: receivedAtMs });
  await world.lake.commitPending(EVENTS, { nowMs: receivedAtMs, force: true });
  const read = (await world.lake.load(EVENTS))?.current?.id;
  await writeSilver(world.lake, made.map(soundRow), { nowMs: receivedAtMs, read });
  await markGold(world.lake, receivedAtMs);
}

/** Says that gold was made of silver as it is. */
export async function markGold(lake: Lake, nowMs: number): Promise<void> {
  for (const table of [ITEM_DAILY, USER_HISTORIES]) {
    const input = (await lake.load(INTERACTIONS))?.current?.id;
    const summary = { "lakeshore.input.silver.interactions": String(input) };
    await lake.commit(table, { operation: "overwrite", added: [], summary }, { nowMs });
  }
}

export function soundRow(event: StoredEvent): Interaction {
  return {
    ...event,
    id_time: event.received_at - 500,
    subject: `a:${event.anonymous_id}`,
    session: event.session_id ?? "s",
    event_weight: 1,
    is_automated: false,
    item_known: true,
  };
}

/** Commits rows to silver, saying which of bronze's snapshots they came from. */
export async function writeSilver(
  lake: Lake,
  rows: Interaction[],
  { nowMs, read }: { nowMs: number; read: number | undefined },
): Promise<void> {
  const added = await lake.append(INTERACTIONS, rows, { nowMs });
  const summary: Record<string, string> =
    read === undefined ? {} : { "lakeshore.input.bronze.events": String(read) };
  await lake.commit(INTERACTIONS, { operation: "overwrite", added, summary }, { nowMs });
  await lake.commitPending(INTERACTIONS, { nowMs, force: true });
}

export async function report(world: World, nowMs = NOW_MS): Promise<QualityReport> {
  for (let run = 0; run < 20; run++) {
    const { done, report } = await runQuality(world, { nowMs, rowsMax: 1_000_000 });
    if (done) return report;
  }
  throw new Error("the report does not come to its end");
}

/** What a report names, shortly. */
export function named({ outcomes, reconciliation }: QualityReport): string[] {
  return [
    ...outcomes
      .filter(({ status }) => status === "warn" || status === "error")
      .map(({ table, check, status }) => `${table}/${check}: ${status}`),
    ...reconciliation.differences.map(
      ({ between, expected, actual, receivedFrom }) =>
        `${between.join("-")} ${receivedFrom}: ${actual} for ${expected}`,
    ),
  ];
}
