import type { D1Database } from "@cloudflare/workers-types";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type LocalRuntime, startLocal } from "../../scripts/local/runtime.ts";
import { createPrng, DAY_MS, listAll, type ObjectStore, r2ObjectStore } from "../../src/base/index.ts";
import { makeUuidV7, type StoredEvent } from "../../src/events/index.ts";
import { readIntakeCounts } from "../../src/features/index.ts";
import { IntakeProducer, type QueuePort, sendEvents } from "../../src/ingest/index.ts";
import { EVENTS, INTERACTIONS, openLake, QUARANTINE, UNKNOWN_TENANT } from "../../src/lake/index.ts";
import { randomEvent } from "../lake/events.ts";

let runtime: LocalRuntime;
let store: ObjectStore;
let profiles: D1Database;
let queue: QueuePort;
const logged: string[] = [];
const producer = new IntakeProducer(() => "test");

beforeAll(async () => {
  runtime = await startLocal({
    secrets: { ADMIN_TOKEN: "admin", SIGNING_SECRET: "secret" },
    queueTimeoutS: 1,
    onLog: (line) => logged.push(line),
  });
  store = r2ObjectStore(await runtime.lake());
  profiles = await runtime.database("PROFILES_0");
  const producer = await runtime.miniflare.getQueueProducer("EVENTS", "lakeshore-pipeline");
  queue = { sendBatch: (messages) => producer.sendBatch(messages) };
});

afterAll(() => runtime?.dispose());

it("brings events through the Queue to bronze and D1", async () => {
  const events = someEvents("queued", 300);
  const sent = await sendEvents("queued", events, ports(queue));
  expect(sent).toMatchObject({ ok: true, value: { spilled: 0 } });
  await until(async () => (await ledgerIds("queued")).length === 300);
  expect(await ledgerIds("queued")).toEqual(ids(events));
  expect(await bronzeIds("queued")).toEqual(ids(events));
  const hours = await readIntakeCounts(profiles, "queued", { fromHour: 0, toHour: 1e6 });
  expect(hours.reduce((sum, { edge }) => sum + edge, 0)).toBe(300);
  expect(hours.map(({ queue }) => queue)).toEqual(hours.map(({ edge }) => edge));
});

it("spills what a refusing Queue does not take, and drains it by the cron", async () => {
  const refusing: QueuePort = { sendBatch: () => Promise.reject(new Error("Too Many Requests")) };
  const events = someEvents("spilled", 300);
  const sent = await sendEvents("spilled", events, ports(refusing));
  expect(sent).toMatchObject({ ok: true, value: { queued: 0, refusal: "Too Many Requests" } });
  expect((await keysOf("spill/")).length).toBeGreaterThan(0);
  expect(await ledgerIds("spilled")).toEqual([]);
  await runtime.fireCron("pipeline", "* * * * *");
  expect(await keysOf("spill/")).toEqual([]);
  expect(await ledgerIds("spilled")).toEqual(ids(events));
  expect(await bronzeIds("spilled")).toEqual(ids(events));
});

it("keeps a poison message by way of the dead letters, and its neighbours unharmed", async () => {
  const events = someEvents("neighbour", 20);
  const poison = '{"v":2,"tenant":"neighbour","events":"of another time"}';
  await queue.sendBatch([{ body: poison, contentType: "text" }]);
  await sendEvents("neighbour", events, ports(queue));
  await until(async () => (await quarantined(UNKNOWN_TENANT)).length > 0);
  expect(await quarantined(UNKNOWN_TENANT)).toEqual([
    { reason: "schema_version", body: poison, truncated: false },
  ]);
  expect(await ledgerIds("neighbour")).toEqual(ids(events));
  expect(logged.some((line) => line.includes("schema_version"))).toBe(true);
});

it("takes back what was too late: into silver once, and from there to D1", async () => {
  const [event] = someEvents("replayed", 1) as [StoredEvent];
  const random = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
  const late = {
    ...event,
    type: "view",
    is_bot: false,
    event_id: makeUuidV7(Date.now() - 9 * DAY_MS, random),
  };
  await sendEvents("replayed", [late], ports(queue));
  await until(async () => (await quarantined("replayed")).length > 0);
  expect(await quarantined("replayed")).toMatchObject([{ reason: "too_late" }]);
  await refine();
  expect(await silverIds("replayed")).toEqual([]);
  const counts = { read: 1, already_replayed: 0, skipped: {}, refused: {} };
  expect(await post("/v1/admin/lake/replay", { tenant: "replayed" })).toEqual({ ...counts, accepted: 1 });
  const again = await post("/v1/admin/lake/replay", { tenant: "replayed" });
  expect(again).toEqual({ ...counts, accepted: 0, already_replayed: 1 });
  expect(await ledgerIds("replayed")).toEqual([]);
  await refine();
  expect(await silverIds("replayed")).toEqual([late.event_id]);
  expect(await ledgerIds("replayed")).toEqual([late.event_id]);
});

async function refine(): Promise<void> {
  await post("/v1/admin/lake/jobs/commit", {});
  while (!(await post("/v1/admin/lake/jobs/refine", {})).done);
}

async function post(route: string, body: object): Promise<Record<string, unknown>> {
  const response = await fetch(new URL(route, runtime.url), {
    method: "POST",
    headers: { authorization: "Bearer admin", "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  expect(response.status, await response.clone().text()).toBe(200);
  return (await response.json()) as Record<string, unknown>;
}

async function silverIds(tenant: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { columns } of openLake(store).scan(INTERACTIONS, { tenant, columns: ["event_id"] })) {
    found.push(...columns.event_id.map((id) => id ?? ""));
  }
  return found.toSorted();
}

function someEvents(tenant: string, count: number): StoredEvent[] {
  const prng = createPrng(tenant);
  return Array.from({ length: count }, () => randomEvent(prng, tenant, Date.now()));
}

function ports(to: QueuePort) {
  return { queue: to, spill: store, producer, nowMs: Date.now(), sleep: async () => {} };
}

function ids(events: readonly StoredEvent[]): string[] {
  return events.map(({ event_id }) => event_id).toSorted();
}

async function ledgerIds(tenant: string): Promise<string[]> {
  const query = profiles
    .prepare("SELECT event_id FROM event_ledger WHERE tenant = ? ORDER BY 1")
    .bind(tenant);
  return (await query.all<{ event_id: string }>()).results.map(({ event_id }) => event_id);
}

async function bronzeIds(tenant: string): Promise<string[]> {
  const found = new Set<string>();
  const lake = openLake(store);
  await lake.commitPending(EVENTS, { nowMs: Date.now(), force: true });
  for await (const { columns } of lake.scan(EVENTS, { tenant, columns: ["event_id"] })) {
    for (const id of columns.event_id) found.add(id ?? "");
  }
  return [...found].sort();
}

async function quarantined(tenant: string) {
  const found: { reason: unknown; body: unknown; truncated: unknown }[] = [];
  const lake = openLake(store);
  await lake.commitPending(QUARANTINE, { nowMs: Date.now(), force: true });
  const scan = lake.scan(QUARANTINE, { tenant, columns: ["reason", "body", "truncated"] });
  for await (const { rows, columns } of scan) {
    for (let i = 0; i < rows; i++) {
      found.push({ reason: columns.reason[i], body: columns.body[i], truncated: columns.truncated[i] });
    }
  }
  return found;
}

async function keysOf(prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of listAll(store, prefix)) keys.push(key);
  return keys;
}

/** Waits for what the Queue does in its own time; the test's own limit ends a wait in vain. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 100));
}
