import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { r2ObjectStore } from "../../src/base/index.ts";
import { hashKey, parseKey } from "../../src/events/index.ts";
import {
  listTenants,
  readKeyRecord,
  readStoredKey,
  readStoredTenant,
  readTenantConfig,
} from "../../src/features/index.ts";
import { CONFIG_CHANGES, openLake } from "../../src/lake/index.ts";
import { changeTenant, createKey, createTenant, listKeys, revokeKey } from "../../src/ops/index.ts";
import { migrated } from "./migrated.ts";

const lake = () => openLake(r2ObjectStore(env.LAKE));
const ports = () => ({ core: env.DB, kv: env.KV, lake: lake() });
const random = (seed: number) => Uint8Array.from({ length: 48 }, (_, i) => (i * 37 + seed * 101) & 255);
const create = (tenant: string, seed: number) =>
  createTenant(ports(), tenant, {
    options: { origins: ["https://shop.example"], customEventTypes: ["wish"] },
    random: random(seed),
    nowMs: 1_000,
    actor: "root",
  });

beforeEach(async () => {
  await migrated(env.DB, "core");
  for (const { name } of (await env.KV.list()).keys) await env.KV.delete(name);
});

describe("tenants", () => {
  it("get a key of each kind and a config, the same in D1 and KV", async () => {
    const made = await create("shop", 1);
    if ("error" in made) throw new Error(made.error);
    expect(parseKey(made.publishableKey)).toEqual({ kind: "publishable", tenant: "shop" });
    expect(parseKey(made.secretKey)).toEqual({ kind: "secret", tenant: "shop" });
    const config = {
      tenant: "shop",
      customEventTypes: ["wish"],
      requireUserToken: false,
      createdAtMs: 1_000,
    };
    expect(await readTenantConfig(env.KV, "shop", 30)).toEqual(config);
    expect(await readStoredTenant(env.DB, "shop")).toEqual(config);
    const hash = await hashKey(made.publishableKey);
    const record = await readKeyRecord(env.KV, hash, 30);
    expect(record).toEqual({
      hash,
      tenant: "shop",
      kind: "publishable",
      origins: ["https://shop.example"],
      createdAtMs: 1_000,
      revokedAtMs: null,
    });
    expect(await readStoredKey(env.DB, "shop", hash)).toEqual(record);
    expect(await readStoredKey(env.DB, "other", hash)).toBeNull();
    const secret = await readKeyRecord(env.KV, await hashKey(made.secretKey), 30);
    expect(secret?.origins).toEqual([]);
  });

  it("exist once, also when two are made at the same time", async () => {
    const made = await Promise.all([create("shop", 1), create("shop", 2)]);
    expect(made.filter((result) => "error" in result)).toEqual([{ error: "exists" }]);
    expect(await create("shop", 3)).toEqual({ error: "exists" });
    expect(await listKeys(env.DB, "shop")).toHaveLength(2);
    await create("another", 4);
    expect(await listTenants(env.DB)).toEqual(["another", "shop"]);
  });

  it("leave no key's text in D1 or KV", async () => {
    const made = await create("shop", 1);
    if ("error" in made) throw new Error(made.error);
    const { results } = await env.DB.prepare("SELECT * FROM api_keys").all();
    const names = (await env.KV.list()).keys.map((key) => key.name);
    const values = await Promise.all(names.map((name) => env.KV.get(name)));
    const kept = JSON.stringify([results, names, values]);
    for (const key of [made.publishableKey, made.secretKey]) expect(kept).not.toContain(key.split("_")[2]);
  });
});

const wantedKey = {
  kind: "publishable" as const,
  origins: [],
  random: random(9),
  nowMs: 2_000,
  actor: "abc",
};

describe("keys", () => {
  const wanted = wantedKey;

  it("are revoked with their end in D1 and KV; only by their own tenant", async () => {
    const { record } = await createKey(ports(), "shop", wanted);
    expect(await revokeKey(ports(), "other", { hash: record.hash, nowMs: 3_000, actor: "abc" })).toBe(false);
    expect((await readKeyRecord(env.KV, record.hash, 30))?.revokedAtMs).toBeNull();
    expect(await revokeKey(ports(), "shop", { hash: record.hash, nowMs: 3_000, actor: "abc" })).toBe(true);
    expect(await revokeKey(ports(), "shop", { hash: record.hash, nowMs: 4_000, actor: "abc" })).toBe(true);
    expect(await env.KV.get(`key:${record.hash}`, "json")).toEqual({ ...record, revokedAtMs: 3_000 });
    expect(await listKeys(env.DB, "shop")).toEqual([{ ...record, revokedAtMs: 3_000 }]);
  });

  it("revoked while KV is away are shown revoked by the next call", async () => {
    const { record } = await createKey(ports(), "shop", wanted);
    const away = { put: () => Promise.reject(new Error("KV is away")) };
    const revocation = { hash: record.hash, nowMs: 3_000, actor: "abc" };
    await expect(revokeKey({ ...ports(), kv: away }, "shop", revocation)).rejects.toThrow("KV is away");
    expect(await revokeKey(ports(), "shop", { ...revocation, nowMs: 4_000 })).toBe(true);
    expect(await env.KV.get(`key:${record.hash}`, "json")).toMatchObject({ revokedAtMs: 3_000 });
  });
});

describe("the lake's record of the configuration", () => {
  async function changes(tenant: string) {
    await lake().commitPending(CONFIG_CHANGES, { nowMs: Date.now(), force: true });
    const rows: { at: number; action: string; actor: string; body: Record<string, unknown> }[] = [];
    const columns = ["changed_at", "action", "actor", "body"] as const;
    for await (const batch of lake().scan(CONFIG_CHANGES, { tenant, columns }))
      for (let row = 0; row < batch.rows; row++)
        rows.push({
          at: batch.columns.changed_at[row] as number,
          action: batch.columns.action[row] as string,
          actor: batch.columns.actor[row] as string,
          body: batch.columns.body[row] as Record<string, unknown>,
        });
    return rows.sort((a, b) => a.at - b.at);
  }

  it("tells each change, who asked for it, and the whole state after it", async () => {
    await create("told", 1);
    const change = { requireUserToken: true };
    const config = await changeTenant(ports(), "told", { change, nowMs: 2_000, actor: "abc" });
    const { record } = await createKey(ports(), "told", { ...wantedKey, nowMs: 3_000 });
    await revokeKey(ports(), "told", { hash: record.hash, nowMs: 4_000, actor: "root" });
    await revokeKey(ports(), "told", { hash: record.hash, nowMs: 5_000, actor: "root" });
    const rows = await changes("told");
    expect(rows.map(({ action, actor }) => `${action} by ${actor}`)).toEqual([
      "tenant.create by root",
      "tenant.create by root",
      "tenant.create by root",
      "tenant.change by abc",
      "key.create by abc",
      "key.revoke by root",
    ]);
    expect(rows[3]?.body).toEqual(config);
    expect(rows[5]?.body).toEqual({ ...record, revokedAtMs: 4_000 });
  });

  it("ends with what D1 has, however many change a tenant at once", async () => {
    await create("busy", 1);
    await Promise.all(
      ["a", "b", "c", "d"].map((type) =>
        changeTenant(ports(), "busy", {
          change: { customEventTypes: [type] },
          nowMs: 2_000,
          actor: "abc",
        }),
      ),
    );
    expect((await changes("busy")).at(-1)?.body).toEqual(await readStoredTenant(env.DB, "busy"));
  });

  it("does not let a call that found the tenant made have the last word", async () => {
    await Promise.all([create("twice", 1), create("twice", 2)]);
    const tenants = (await changes("twice")).filter(({ action }) => action.startsWith("tenant."));
    expect(tenants.at(-1)?.body).toMatchObject((await readStoredTenant(env.DB, "twice")) ?? {});
  });
});
