import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ApiClient, retrain, sendEvents, upsertItems } from "../../scripts/client/index.ts";
import { type LocalRuntime, startLocal } from "../../scripts/local/runtime.ts";
import { simulateShop } from "../../scripts/simulate/index.ts";

const SECRETS = { ADMIN_TOKEN: "root-token-of-the-tests", SIGNING_SECRET: "the signing secret of the tests" };
const REQUESTS = 100;
const POLL_MS = 250;

let statePath: string;
let runtime: LocalRuntime;
let url: string;

async function start(): Promise<void> {
  runtime = await startLocal({ statePath, secrets: SECRETS, queueTimeoutS: 1, onLog: () => {} });
  url = runtime.url.href.replace(/\/$/, "");
}

beforeAll(async () => {
  statePath = await mkdtemp(path.join(tmpdir(), "lakeshore-rebuild-"));
  await start();
});

afterAll(async () => {
  await runtime.dispose();
  await rm(statePath, { recursive: true, force: true });
});

it("answers the same requests with the same keys alike, from a bucket and empty stores", async () => {
  const { publishableKey, users } = await live();
  const before = await askAll(publishableKey, users);
  expect(before.filter(({ items }) => items.some(({ source }) => source === "model")).length).toBe(REQUESTS);

  await runtime.dispose();
  const kept = new Set(["r2"]);
  for (const store of await readdir(statePath)) {
    if (!kept.has(store)) await rm(path.join(statePath, store), { recursive: true });
  }
  await start();
  const keys = await (await runtime.database("DB")).prepare("SELECT count(*) AS n FROM api_keys").first("n");
  expect(keys).toBe(0);

  await rebuild();
  expect(await askAll(publishableKey, users)).toEqual(before);
});

/** A shop of some weeks, landed, refined and trained on. */
async function live(): Promise<{ publishableKey: string; users: string[] }> {
  const root = new ApiClient(url, SECRETS.ADMIN_TOKEN);
  const made = await root.request<{ publishable_key: string; secret_key: string }>("/v1/admin/tenants", {
    method: "POST",
    body: { tenant: "shop", origins: [] },
  });
  const client = new ApiClient(url, made.secret_key);
  const { items, events } = simulateShop({ seed: 1, nowMs: Date.now(), scale: "tiny" });
  await upsertItems(client, items, () => {});
  await sendEvents(client, events, () => {});
  await landed(client, events.length);
  const outcome = await retrain(client, { seed: 1 }, () => {});
  expect(outcome.status).toBe("published");
  await client.request("/v1/admin/refresh", { method: "POST", body: {} });
  const users = events.flatMap(({ user_id: user }) => (user === undefined ? [] : [user]));
  return { publishableKey: made.publishable_key, users: [...new Set(users)].sort() };
}

async function landed(client: ApiClient, count: number): Promise<void> {
  for (;;) {
    const stats = await client.request<{ feature_events: number; quarantined: number }>("/v1/admin/stats");
    if (stats.feature_events + stats.quarantined >= count) return;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

interface Answer {
  model_version: string;
  degraded?: unknown;
  items: { item_id: string; score: number; source: string }[];
}

/** Each user's list, as soon as the model answers; a cold scorer says so and loads meanwhile. */
async function askAll(
  key: string,
  users: readonly string[],
): Promise<Pick<Answer, "model_version" | "items">[]> {
  const answers = [];
  for (let n = 0; n < REQUESTS; n++) {
    const user = encodeURIComponent(users[n % users.length] ?? "");
    answers.push(
      await ask(`/v1/recommendations?key=${key}&user_id=${user}&limit=${5 + Math.floor(n / users.length)}`),
    );
  }
  return answers;
}

async function ask(address: string): Promise<Pick<Answer, "model_version" | "items">> {
  for (;;) {
    const response = await fetch(url + address);
    expect(response.status).toBe(200);
    const { model_version, items, degraded } = (await response.json()) as Answer;
    if (degraded === undefined) return { model_version, items };
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

async function rebuild(): Promise<void> {
  const root = new ApiClient(url, SECRETS.ADMIN_TOKEN);
  let cursor: string | null = null;
  do {
    const step: { cursor: string | null } = await root.request("/v1/admin/rebuild", {
      method: "POST",
      body: { cursor },
    });
    cursor = step.cursor;
  } while (cursor !== null);
}
