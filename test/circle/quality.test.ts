import { spawn } from "node:child_process";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Verified } from "../../scripts/lake/verify.ts";
import { type LocalRuntime, ROOT, startLocal } from "../../scripts/local/runtime.ts";
import { createPrng, HOUR_MS, type ObjectStore, r2ObjectStore } from "../../src/base/index.ts";
import type { StoredEvent } from "../../src/events/index.ts";
import { IntakeProducer, type QueuePort, sendEvents } from "../../src/ingest/index.ts";
import { INTERACTIONS, openLake } from "../../src/lake/index.ts";
import { type Alert, type QualityReportBody, verifyLake } from "../../src/quality/index.ts";
import { randomEvent } from "../lake/events.ts";

const ADMIN_TOKEN = "root-token-of-the-tests";
/** Received long enough ago that nothing of it can be on its way. */
const HOUR = Math.floor(Date.now() / HOUR_MS) - 4;

let runtime: LocalRuntime;
let store: ObjectStore;
let queue: QueuePort;
let listener: Server;
const alerts: Alert[] = [];
const logged: string[] = [];
const keys: Record<string, string> = {};
const producer = new IntakeProducer(() => "test");

beforeAll(async () => {
  listener = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      alerts.push(JSON.parse(body) as Alert);
      response.end();
    });
  });
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  const { port } = listener.address() as AddressInfo;
  runtime = await startLocal({
    secrets: {
      ADMIN_TOKEN,
      SIGNING_SECRET: "the signing secret of the tests",
      QUALITY_WEBHOOK_URL: `http://127.0.0.1:${port}/`,
    },
    queueTimeoutS: 1,
    onLog: (line) => logged.push(line),
  });
  store = r2ObjectStore(await runtime.lake());
  const sender = await runtime.miniflare.getQueueProducer("EVENTS", "lakeshore-pipeline");
  queue = { sendBatch: (messages) => sender.sendBatch(messages) };
  for (const tenant of ["sound", "leaky"]) {
    const body = JSON.stringify({ tenant });
    const made = await ask("/v1/admin/tenants", ADMIN_TOKEN, { method: "POST", body });
    const { secret_key, publishable_key } = (await made.json()) as Record<string, string>;
    keys[tenant] = secret_key ?? "";
    keys[`${tenant}'s pages`] = publishable_key ?? "";
  }
});

afterAll(async () => {
  await runtime?.dispose();
  listener?.close();
});

it("gives no report before there is one", async () => {
  expect((await ask("/v1/admin/quality", ADMIN_TOKEN)).status).toBe(404);
  expect((await ask("/v1/admin/quality", "wrong")).status).toBe(401);
});

it("finds that edge, Queue, bronze, silver and D1 agree about what came through all of them", async () => {
  await send("sound", events("sound", 150, { hour: HOUR, seed: 1 }), queue);
  await send("sound", events("sound", 100, { hour: HOUR + 1, seed: 2 }), queue);
  await landed("sound", 250);
  const { checks, reconciliation, complete } = await freshReport();
  expect(complete).toBe(true);
  expect(checks.filter(({ status }) => status === "error" || status === "warn")).toEqual([]);
  expect(checks.filter(({ status }) => status === "pass").length).toBeGreaterThan(15);
  expect(reconciliation.differences).toEqual([]);
  expect(reconciliation.hours_compared).toBe(2);
  expect(alerts).toEqual([]);
});

it("shows the same on the command line, and ends with 0", async () => {
  const verified = await cli("verify", "--json");
  expect(verified.status).toBe(0);
  const { tables, checks, reconciliation } = JSON.parse(verified.out) as Verified;
  expect(tables["silver.interactions"]).toMatchObject({ rows: 250, snapshots: expect.any(Number) });
  expect(checks.failed).toBe(0);
  expect(reconciliation).toEqual({
    differences: 0,
    hours_compared: 2,
    hours_open: 0,
    report_at: expect.any(Number),
  });
  expect(checks.passed).toBeGreaterThan(60);
  const quality = await cli("quality", "--fail-on", "warn");
  expect([quality.status, quality.out]).toEqual([0, expect.stringContaining("0 error, 0 warn")]);
});

it("names the hour of a message that was lost on its way, and tells who listens, once", async () => {
  const [first, second, third] = [30, 20, 10].map((count) =>
    events("leaky", count, { hour: HOUR, seed: count }),
  );
  await send("leaky", first ?? [], queue);
  // A Queue that says that it took a message, and did not.
  await send("leaky", second ?? [], { sendBatch: async () => {} });
  await send("leaky", third ?? [], queue);
  await landed("leaky", 40);
  const { reconciliation } = await freshReport();
  expect(reconciliation.differences).toMatchObject([
    {
      tenant: "leaky",
      received_from: new Date(HOUR * HOUR_MS).toISOString(),
      between: ["edge", "queue"],
      expected: 60,
      actual: 40,
    },
  ]);
  await freshReport();
  expect(alerts.map(({ differences }) => differences)).toEqual([
    [expect.stringContaining("queue has 40 where edge gives 60: 20 too few")],
  ]);
  expect(logged.filter((line) => line.includes("20 too few")).length).toBeGreaterThan(1);
  const { status, out } = await cli("quality", "--fail-on", "error");
  expect([status, out]).toEqual([1, expect.stringContaining("edge → queue")]);
});

it("shows a tenant its own part, and a publishable key nothing", async () => {
  const of = async (token: string) =>
    (await (await ask("/v1/admin/quality", token)).json()) as QualityReportBody;
  const own = await of(keys.sound ?? "");
  expect(JSON.stringify(own)).not.toContain("leaky");
  expect(own.checks.some(({ tenant }) => tenant === "sound")).toBe(true);
  expect((await of(keys.leaky ?? "")).reconciliation.differences).toHaveLength(1);
  const pages = await fetch(new URL(`/v1/admin/quality?key=${keys["sound's pages"]}`, runtime.url));
  expect(pages.status).toBe(403);
});

it("names ids that D1 has lost, by the hourly cron too", async () => {
  const profiles = await runtime.database("PROFILES_0");
  await profiles
    .prepare(
      `UPDATE ledger_parts SET ids = json_remove(ids, '$[0]') WHERE (tenant, prefix, part) IN (
         SELECT tenant, prefix, part FROM ledger_parts WHERE tenant = 'sound' LIMIT 1
       )`,
    )
    .run();
  await runtime.fireCron("pipeline", "17 * * * *");
  const report = (await (await ask("/v1/admin/quality", keys.sound ?? "")).json()) as QualityReportBody;
  expect(report.reconciliation.differences).toMatchObject([
    { between: ["bronze", "ledger"], tenant: "sound", reason: expect.stringContaining("1 too few") },
  ]);
});

it("verifies every file of what the Workers wrote, and names one that is gone", async () => {
  const ports = { lake: openLake(store), store };
  const verified = await verifyLake(ports);
  expect(Object.values(verified).flatMap(({ faults }) => faults)).toEqual([]);
  expect(verified["silver.interactions"]?.size.rows).toBe(290);
  const [file] = await ports.lake.files(INTERACTIONS);
  await store.delete([file?.path ?? ""]);
  const faults = Object.values(await verifyLake(ports)).flatMap((table) => table.faults);
  expect(faults).toEqual([
    { table: "silver.interactions", check: "exists", detail: expect.stringContaining(file?.path ?? "-") },
  ]);
});

/** A command of the lake against the running server, as its owner types it. */
async function cli(...args: string[]): Promise<{ status: number | null; out: string }> {
  const env = { ...process.env, LAKESHORE_ADMIN_TOKEN: ADMIN_TOKEN };
  const url = runtime.url.href;
  const child = spawn(process.execPath, ["scripts/cli.ts", "lake", ...args, "--url", url], {
    cwd: ROOT,
    env,
  });
  let out = "";
  child.stdout.on("data", (chunk) => {
    out += chunk;
  });
  const status = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { status, out };
}

function ask(path: string, token: string, init: RequestInit = {}): Promise<Response> {
  const headers = { "content-type": "application/json", authorization: `Bearer ${token}` };
  return fetch(new URL(path, runtime.url), { ...init, headers });
}

/** Runs the jobs to their end and reads the report that they leave. */
async function freshReport(): Promise<QualityReportBody> {
  for (const job of ["commit", "refine", "quality"]) {
    for (let share = 0, done = false; !done; share++) {
      if (share === 50) throw new Error(`${job} does not come to its end`);
      const answer = await ask(`/v1/admin/lake/jobs/${job}`, ADMIN_TOKEN, { method: "POST", body: "{}" });
      ({ done } = (await answer.json()) as { done: boolean });
    }
  }
  return (await (await ask("/v1/admin/quality", ADMIN_TOKEN)).json()) as QualityReportBody;
}

/** Events of one request's hour. */
function events(
  tenant: string,
  count: number,
  { hour, seed }: { hour: number; seed: number },
): StoredEvent[] {
  const prng = createPrng(seed);
  const middleMs = (hour + 0.5) * HOUR_MS;
  return Array.from({ length: count }, () => ({
    ...randomEvent(prng, tenant, middleMs),
    received_at: middleMs,
    sent_at: middleMs,
  }));
}

async function send(tenant: string, list: StoredEvent[], to: QueuePort): Promise<void> {
  const ports = {
    queue: to,
    spill: store,
    producer,
    nowMs: list[0]?.received_at ?? 0,
    sleep: async () => {},
  };
  const sent = await sendEvents(tenant, list, ports);
  if (!sent.ok) throw new Error(sent.error.message);
}

async function landed(tenant: string, count: number): Promise<void> {
  const profiles = await runtime.database("PROFILES_0");
  const query = profiles.prepare("SELECT count(*) AS ids FROM event_ledger WHERE tenant = ?").bind(tenant);
  const deadlineMs = Date.now() + 60_000;
  while ((await query.first<number>("ids")) !== count) {
    if (Date.now() > deadlineMs) throw new Error(`${tenant}: not all of ${count} events landed`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
