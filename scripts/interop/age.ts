import { createHash } from "node:crypto";
import { DAY_MS, MINUTE_MS, type ObjectStore } from "../../src/base/index.ts";
import { makeUuidV7, type StoredEvent } from "../../src/events/index.ts";
import {
  type AnyTable,
  EVENTS,
  maintain,
  openLake,
  TABLES,
  type Table,
  WAREHOUSE_URI,
} from "../../src/lake/index.ts";

interface NotedEvent extends StoredEvent {
  note?: string;
}

/** `bronze.events` as a later version of us might declare it: one optional column more. */
const NOTED_EVENTS: Table<NotedEvent> = {
  ...EVENTS,
  columns: [...EVENTS.columns, { id: 999, name: "note", type: "string", required: false }],
};

/** What the lake has been through. */
export interface AgedLake {
  /** The tables as they are now declared. */
  tables: readonly AnyTable[];
  /** Of `bronze.events`: expired, and gone. */
  expiredSnapshots: number[];
  /** Of `bronze.events`: from before its schema grew, and kept by a tag. */
  keptSnapshot: number;
}

const UNITS_PER_CALL = 50;
const CALLS_MAX = 100;

/** Lets `bronze.events` live: its schema grows, its files are merged, its old snapshots expire, but for one that a tag keeps. */
export async function ageLake(store: ObjectStore, nowMs: number): Promise<AgedLake> {
  const lake = openLake(store);
  const before = await lake.load(EVENTS);
  // The newest is kept anyhow, for silver goes on from it.
  const keptSnapshot = before?.snapshots.at(-2)?.id;
  if (before === null || keptSnapshot === undefined) throw new Error("the circle has left too few snapshots");
  await lake.tag(EVENTS, { name: "kept", snapshotId: keptSnapshot, keepMs: 30 * DAY_MS }, { nowMs });
  for (let step = 1; step <= 3; step++) {
    const atMs = nowMs + step * MINUTE_MS;
    await lake.append(NOTED_EVENTS, notedEvents(atMs), { nowMs: atMs });
    await lake.commitPending(NOTED_EVENTS, { nowMs: atMs, force: true });
  }
  const tables = TABLES.map((table) => (table === EVENTS ? NOTED_EVENTS : table));
  // Two days later the days' partitions have ended, and snapshots are past the time for which they are kept.
  await maintainAll(store, tables, nowMs + 2 * DAY_MS);
  const after = await lake.load(EVENTS);
  const left = new Set(after?.snapshots.map(({ id }) => id));
  const expiredSnapshots = before.snapshots.map(({ id }) => id).filter((id) => !left.has(id));
  const isMerged = after?.snapshots.some(({ operation }) => operation === "replace") === true;
  if (!isMerged) throw new Error("nothing was compacted: there is nothing to read after compaction");
  if (expiredSnapshots.length === 0)
    throw new Error("nothing has expired: there is nothing to read after expiry");
  return { tables, expiredSnapshots, keptSnapshot };
}

async function maintainAll(store: ObjectStore, tables: readonly AnyTable[], nowMs: number): Promise<void> {
  const options = { nowMs, unitsMax: UNITS_PER_CALL, warehouseUri: WAREHOUSE_URI, tables };
  for (let call = 0; call < CALLS_MAX; call++) {
    const { done, faults } = await maintain(store, options);
    if (faults.length > 0) throw new Error(`maintenance: ${faults.join("; ")}`);
    if (done) return;
  }
  throw new Error(`maintenance was not done after ${CALLS_MAX} calls`);
}

/** So many devices, twice each, make a column's dictionary longer than what one Zstandard frame takes in workerd. */
const EVENTS_PER_STEP = 4_000;

/** Events of two tenants, every second one with a note; texts that are longer than a bound, and outside of the first plane. */
function notedEvents(nowMs: number): NotedEvent[] {
  return Array.from({ length: EVENTS_PER_STEP }, (_, index) => ({
    event_id: makeUuidV7(nowMs - index, createHash("sha256").update(`${nowMs} ${index}`).digest()),
    type: "view",
    tenant: index % 4 === 0 ? "näbrung" : "demo",
    anonymous_id: `${createHash("sha256")
      .update(`${index >> 1}`)
      .digest("hex")} 𝄞`,
    session_id: `visit-${index}`,
    item_id: `item-${"long-".repeat(20)}${index}`,
    value: index / 3,
    context: { path: "/ä", depth: index + 0.5 },
    occurred_at: nowMs - index,
    sent_at: nowMs - index,
    received_at: nowMs,
    consent: "granted" as const,
    is_bot: false,
    ...(index % 2 === 0 ? { note: `note ${index} \u{10ffff}` } : {}),
  }));
}
