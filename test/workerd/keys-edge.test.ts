import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { hashKey, type KeyRecord, makeKey } from "../../src/events/index.ts";
import { buildApp } from "../../workers/edge/app.ts";
import { type Env, memory } from "../../workers/edge/bindings.ts";
import { answerRoutes } from "../../workers/edge/routes-answers.ts";
import { migrated } from "./migrated.ts";
import { bindingAway, databaseAway } from "./serving-away.ts";

/** The middle of a minute: the counts of one end with it. */
const NOW_MS = Date.UTC(2026, 10, 21, 12, 0, 30);
const app = buildApp(answerRoutes);
/** What the platform's counter was asked about; it has had enough of all of them. */
const asked: string[] = [];
const edge = {
  ...env,
  SCORER: { score: async () => ({ status: "no_model" }) },
  RATE_ANSWERS: {
    async limit({ key }: { key: string }) {
      asked.push(key);
      return { success: false };
    },
  },
  SIGNING_SECRET: "the tests' secret",
} as unknown as Env;

const keyOf = (tenant: string, seed = 1) => makeKey("publishable", tenant, new Uint8Array(24).fill(seed));

async function made(tenant: string): Promise<{ key: string; record: KeyRecord }> {
  const key = keyOf(tenant);
  const hash = await hashKey(key);
  const record = { hash, tenant, kind: "publishable" as const, origins: [], createdAtMs: 0 };
  await env.KV.put(`key:${hash}`, JSON.stringify({ ...record, revokedAtMs: null }));
  return { key, record: { ...record, revokedAtMs: null } };
}

async function statusOf(key: string, address: string, { method = "GET", on = edge } = {}): Promise<number> {
  const headers = { "cf-connecting-ip": address, "access-control-request-method": "GET" };
  const url = `https://shop.example/v1/trending?key=${key}`;
  return (await app.request(url, { method, headers }, on, createExecutionContext())).status;
}

beforeAll(async () => {
  await migrated(env.DB, "core");
  await migrated(env.PROFILES_0, "profiles");
});

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: NOW_MS });
  asked.length = 0;
});

describe("keys that have not proved good", () => {
  for (const method of ["GET", "OPTIONS"]) {
    it(`are limited as one client of their address, whatever tenants they name: ${method}`, async () => {
      const address = `203.0.113.${method.length}`;
      const { key } = await made(`real-${method.toLowerCase()}`);
      expect(await statusOf(key, "198.51.100.1")).toBe(200);
      const statuses: number[] = [];
      for (let i = 0; i < 40; i++) statuses.push(await statusOf(keyOf(`invented-${i}`), address, { method }));
      const refused = method === "GET" ? 401 : 403;
      expect(statuses).toEqual([...Array(30).fill(refused), ...Array(10).fill(429)]);
      expect(new Set(asked)).toEqual(new Set([address]));
      // Who is known at the same address is another client, and so are strangers elsewhere.
      expect(await statusOf(key, address)).toBe(200);
      expect(await statusOf(keyOf("elsewhere"), "198.51.100.2")).toBe(401);
    });
  }
});

describe("with both of a key's stores away", () => {
  const away = { parts: new Set(["kv", "d1"]), way: "error" as const, slowMs: 0 };
  const on = {
    ...edge,
    KV: bindingAway(away, env.KV, ["get", "put"], () => "kv"),
    DB: databaseAway(away, "d1", env.DB),
  } as unknown as Env;

  it("one that has proved good is answered after its 30 s, one that has not is refused", async () => {
    const { key } = await made("known");
    expect(await statusOf(key, "198.51.100.3")).toBe(200);
    vi.setSystemTime(NOW_MS + 40_000);
    expect(memory.keys.get(key, Date.now())).toBeUndefined();
    expect(await statusOf(key, "198.51.100.3", { on })).toBe(200);
    const { key: other } = await made("other");
    expect(await statusOf(other, "198.51.100.3", { on })).toBe(503);
  });

  it("one that was found revoked is not answered", async () => {
    const { key, record } = await made("revoked");
    expect(await statusOf(key, "198.51.100.4")).toBe(200);
    await env.KV.put(`key:${record.hash}`, JSON.stringify({ ...record, revokedAtMs: 1 }));
    vi.setSystemTime(NOW_MS + 40_000);
    expect(await statusOf(key, "198.51.100.4")).toBe(401);
    vi.setSystemTime(NOW_MS + 80_000);
    expect(await statusOf(key, "198.51.100.4", { on })).toBe(503);
  });
});
