import { env } from "cloudflare:workers";
import type { D1Database } from "@cloudflare/workers-types";
import { expect, it } from "vitest";
import { createPrng, DAY_MS, HOUR_MS, r2ObjectStore } from "../../src/base/index.ts";
import { makeUuidV7, type StoredEvent, uuidV7TimeMs } from "../../src/events/index.ts";
import { applyEvents, forgetQuarantine, recordQuarantine, refreshLists } from "../../src/features/index.ts";
import { bury } from "../../src/ingest/dead-letter.ts";
import { replayQuarantine, type Sinks } from "../../src/ingest/index.ts";
import { land } from "../../src/ingest/land.ts";
import { openLake, QUARANTINE } from "../../src/lake/index.ts";
import {
  type ChangePorts,
  changeItem,
  changeItems,
  changeTenant,
  changeUsers,
  createTenant,
  rebuildStep,
  removeItem,
  removeUser,
  revokeKey,
} from "../../src/ops/index.ts";
import { JOBS } from "../../workers/pipeline-jobs.ts";
import { emptied } from "./emptied.ts";
import { migrated } from "./migrated.ts";

const NOW_MS = Date.now();
const store = r2ObjectStore(env.LAKE);
const lake = openLake(store);
const changes: ChangePorts = { core: env.DB, lake };
const stores = { ...changes, profiles: [env.PROFILES_0] };
const config = { ...changes, kv: env.KV };

async function emptyStores(): Promise<void> {
  await migrated(env.DB, "core");
  await migrated(env.PROFILES_0, "profiles");
  for (const { name } of (await env.KV.list()).keys) await env.KV.delete(name);
}

it("makes D1 and KV again from the lake, row for row", async () => {
  await emptyStores();
  await emptied(env.LAKE);
  await live();
  await lake.commitAllPending({ nowMs: NOW_MS, force: true });
  while (!(await JOBS.refine(env as unknown as PipelineEnv, NOW_MS)).done);
  const listPorts = { core: env.DB, profiles: env.PROFILES_0, kv: env.KV, store };
  for (const tenant of ["one", "two"]) await refreshLists(listPorts, tenant, { nowMs: NOW_MS, force: true });
  const before = await contents();
  expect(before.event_ledger?.length).toBeGreaterThan(300);
  expect(before.api_keys).toHaveLength(4);
  expect(before.quarantine?.filter((row) => String(row).includes('"one"'))).toHaveLength(1);
  expect(before.quarantine?.filter((row) => String(row).includes('"two"')).length).toBeGreaterThan(1);

  await emptyStores();
  expect((await contents()).profiles).toEqual([]);
  const stages = await rebuildAll();
  expect(stages).toEqual(["configuration", "items", "users", "events", "quarantine", "lists"]);
  const after = await contents();
  for (const [table, rows] of Object.entries(before)) expect(after[table], table).toEqual(rows);
});

it("changes nothing where nothing was lost, and refuses a cursor that is none", async () => {
  const before = await contents();
  await rebuildAll();
  expect(await contents()).toEqual(before);
  expect(await rebuildStep(ports(), "{}")).toEqual({ error: "cursor" });
});

const ports = () => ({
  lake,
  core: env.DB,
  profiles: env.PROFILES_0,
  kv: env.KV,
  store,
  publishOverlay: async () => null,
  wait: async () => {},
  nowMs: NOW_MS,
});

async function rebuildAll(): Promise<string[]> {
  const stages = new Set<string>();
  let cursor: string | null = null;
  do {
    const step = await rebuildStep(ports(), cursor);
    if ("error" in step) throw new Error(step.error);
    stages.add(step.stage);
    cursor = step.cursor;
  } while (cursor !== null);
  return [...stages];
}

/** What the tenants did: settings, keys, a catalogue that changes, users that go, and their events. */
async function live(): Promise<void> {
  for (const [index, tenant] of ["one", "two"].entries()) {
    const random = Uint8Array.from({ length: 48 }, (_, i) => (i * 7 + index * 31) & 255);
    await createTenant(config, tenant, { options: { origins: [] }, random, nowMs: NOW_MS, actor: "root" });
  }
  const at = { nowMs: NOW_MS + 1, actor: "root" };
  await changeTenant(config, "one", { change: { customEventTypes: ["wish"] }, ...at });
  const { results } = await env.DB.prepare("SELECT hash FROM api_keys WHERE tenant = 'two' LIMIT 1").all<{
    hash: string;
  }>();
  await revokeKey(config, "two", { hash: results[0]?.hash ?? "", ...at });

  const items = Array.from({ length: 8 }, (_, n) => ({
    item_id: `i${n}`,
    categories: [`c${n % 3}`],
    price: n,
  }));
  await changeItems(changes, "one", { items, nowMs: NOW_MS });
  await changeItem(changes, "one", { itemId: "i1", patch: { stock: 0 }, nowMs: NOW_MS + 5 });
  await removeItem(changes, "one", { itemId: "i2", nowMs: NOW_MS + 6 });
  const users = ["u0", "u1", "u9"].map((user_id) => ({ user_id, attributes: { plan: user_id } }));
  await changeUsers(changes, "one", { users, nowMs: NOW_MS });

  const events = randomEvents(400);
  for (let start = 0; start < events.length; start += 50) {
    const part = events.slice(start, start + 50);
    for (const [tenant, ofTenant] of Map.groupBy(part, (event) => event.tenant))
      await land([{ tenant, events: ofTenant, misfits: [] }], sinks);
  }
  await setAsideAndTakeBack(events);
  await removeUser(stores, "one", { userId: "u1", nowMs: NOW_MS + 7 });
}

/** Of one tenant what was set aside is taken back, and one event comes once more; a check fails. */
async function setAsideAndTakeBack(events: readonly StoredEvent[]): Promise<void> {
  const ofOne = events.filter(({ tenant }) => tenant === "one");
  const [dead, again] = [ofOne.find((event) => !isOld(event)), ofOne.find(isOld)];
  if (dead === undefined || again === undefined) throw new Error("no such events");
  await bury(JSON.stringify({ v: 1, tenant: dead.tenant, events: [dead] }), sinks);
  const forget = { forgetQuarantine: (rows: QuarantinedIds) => forgetQuarantine(env.DB, rows) };
  const features = { ...sinks.features, ...forget };
  const replay = { ...sinks, lake, features, customTypes: async () => [], nowMs: NOW_MS + 2 };
  const replayed = await replayQuarantine(replay, { tenant: "one", isDryRun: false, rowsMax: 1_000 });
  expect(replayed.accepted).toBeGreaterThan(1);
  for (const nowMs of [NOW_MS + 3, NOW_MS + 4])
    await land([{ tenant: "one", events: [again], misfits: [] }], { ...sinks, nowMs });
  const body = { body: "{}", truncated: false, quarantined_at: NOW_MS };
  const copy = { tenant: "one", event_id: dead.event_id, reason: "failed_check", check: "x/y", ...body };
  await lake.append(QUARANTINE, [copy], { nowMs: NOW_MS });
}

type QuarantinedIds = readonly { tenant: string; eventId: string }[];

const isOld = ({ event_id, received_at }: StoredEvent) => received_at - uuidV7TimeMs(event_id) > 7 * DAY_MS;

const sinks: Sinks = {
  lake,
  features: {
    applyEvents: (events, nowMs) => applyEvents({ core: env.DB, profiles: [env.PROFILES_0] }, events, nowMs),
    recordQuarantine: (rows) => recordQuarantine(env.DB, rows),
  },
  nowMs: NOW_MS,
};

/** In the order of receipt; some of them older than the ledger remembers, a few older than silver takes. */
function randomEvents(count: number): StoredEvent[] {
  const prng = createPrng("rebuild");
  return Array.from({ length: count }, (_, n) => {
    const receivedAtMs = NOW_MS - HOUR_MS + n * 5_000;
    const chance = prng.next();
    const ageMs = chance < 0.02 ? 200 * HOUR_MS : chance < 0.1 ? 60 * HOUR_MS : prng.int(10_000);
    const device = prng.int(5);
    const isLink = prng.next() < 0.05;
    return {
      tenant: prng.pick(["one", "two"]),
      event_id: makeUuidV7(
        receivedAtMs - ageMs,
        Uint8Array.from({ length: 10 }, () => prng.int(256)),
      ),
      type: isLink ? "identify" : prng.pick(["view", "click", "purchase", "impression"]),
      session_id: `s${device}`,
      ...(isLink ? {} : { item_id: `i${prng.int(8)}` }),
      anonymous_id: `d${device}`,
      ...(isLink || prng.next() < 0.3 ? { user_id: `u${device}` } : {}),
      occurred_at: receivedAtMs - ageMs,
      sent_at: receivedAtMs,
      received_at: receivedAtMs,
      consent: "granted" as const,
      is_bot: false,
    };
  });
}

/** Not in the lake: how the stores came by their rows (so many writes, in which batch), and what only this moment's overlay has. */
const NOT_REBUILT = new Set(["intake_counts", "overlay_state", "served_parts", "served_days"]);
/** By how many batches, and in which order; the views on them are compared. */
const PACKED = new Set([
  "ledger_parts",
  "intake_parts",
  "visitors",
  "counter_parts",
  "counter_shards",
  "counter_folds",
]);

async function contents(): Promise<Record<string, unknown[]>> {
  const tables: Record<string, unknown[]> = {};
  for (const database of [env.DB, env.PROFILES_0]) Object.assign(tables, await rowsOfAll(database));
  const keys = (await env.KV.list()).keys.map(({ name }) => name).sort();
  tables.kv = await Promise.all(keys.map(async (name) => [name, await withoutTimes(name)]));
  return tables;
}

async function withoutTimes(name: string): Promise<unknown> {
  const { createdAtMs: _, ...value } = (await env.KV.get<Record<string, unknown>>(name, "json")) ?? {};
  return value;
}

async function rowsOfAll(database: D1Database): Promise<Record<string, unknown[]>> {
  const { results } = await database
    .prepare(
      "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite%' AND name NOT LIKE '\\_cf%' ESCAPE '\\'",
    )
    .all<{ name: string }>();
  const tables: Record<string, unknown[]> = {};
  for (const { name } of results) {
    if (NOT_REBUILT.has(name) || PACKED.has(name)) continue;
    const { results: rows } = await database.prepare(`SELECT * FROM ${name}`).all<Record<string, unknown>>();
    tables[name] = rows
      .map(({ batch: _, applied_at: __, version: ___, ...row }) => JSON.stringify(row))
      .sort();
  }
  return tables;
}
