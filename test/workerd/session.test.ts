import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { HOUR_MS } from "../../src/base/index.ts";
import { hashKey, type KeyRecord, makeKey } from "../../src/events/index.ts";
import { createSigner, mintSession } from "../../src/serving/index.ts";
import { buildApp } from "../../workers/edge/app.ts";
import { type Env, memory } from "../../workers/edge/bindings.ts";
import { adminRoutes } from "../../workers/edge/routes-admin.ts";
import { sessionRoutes } from "../../workers/edge/routes-session.ts";
import { migrated } from "./migrated.ts";

const SITE = "https://recs.shop.example";
const SECRET = "the tests' secret";
const KEY = makeKey("secret", "shore", new Uint8Array(24).fill(9));
const app = buildApp([...sessionRoutes, ...adminRoutes]);
const edge = {
  ...env,
  RATE_ANSWERS: { limit: async () => ({ success: true }) },
  SIGNING_SECRET: SECRET,
  PIPELINE: { listKeys: async (tenant: string) => [{ ...(await record()), tenant }] },
} as unknown as Env;

async function record(change: Partial<KeyRecord> = {}): Promise<KeyRecord> {
  const own = { hash: await hashKey(KEY), tenant: "shore", kind: "secret" as const, origins: [] };
  return { ...own, createdAtMs: 0, revokedAtMs: null, ...change };
}

async function ask(method: string, path: string, headers: Record<string, string> = {}, on: Env = edge) {
  const init = { method, headers, ...(method === "POST" ? { body: "{}" } : {}) };
  const response = await app.request(SITE + path, init, on, createExecutionContext());
  return {
    status: response.status,
    cookie: response.headers.get("set-cookie"),
    json: (await response.json()) as Record<string, unknown>,
  };
}

const SESSION = "/v1/admin/session";

async function signIn() {
  const { status, cookie, json } = await ask("POST", SESSION, { authorization: `Bearer ${KEY}` });
  expect(status).toBe(200);
  return { cookie: cookie?.split(";")[0] ?? "", csrf: String(json.csrf_token), whole: cookie ?? "", json };
}

beforeEach(async () => {
  await migrated(env.DB, "core");
  await env.KV.put(`key:${await hashKey(KEY)}`, JSON.stringify(await record()));
  memory.keys.set(KEY, await record(), Date.now());
  memory.keys.set(`session/shore/${await hashKey(KEY)}`, await record(), Date.now());
});

describe("a session", () => {
  it("is a cookie of this host that no script reads and no other site has sent, for eight hours", async () => {
    const { whole, json } = await signIn();
    expect(whole).toMatch(
      /^__Host-lakeshore=2\.shore\.[0-9a-f]{64}\.\d+\.[\w-]{22}; Path=\/; Max-Age=28800;/,
    );
    for (const word of ["HttpOnly", "Secure", "SameSite=Strict"]) expect(whole).toContain(word);
    expect(whole).not.toContain("Domain");
    expect(whole).not.toContain(KEY.slice(10));
    expect(Number(json.expires_at)).toBeGreaterThan(Date.now() + 7.9 * HOUR_MS);
  });

  it("stands for the key that opened it: whose it is, and what the key may ask", async () => {
    const { cookie, csrf } = await signIn();
    const { json } = await ask("GET", SESSION, { cookie: `other=1; ${cookie}` });
    expect(json).toMatchObject({ tenant: "shore", csrf_token: csrf });
    expect((await ask("GET", "/v1/admin/keys", { cookie })).status).toBe(200);
    expect((await ask("GET", SESSION, { authorization: `Bearer ${KEY}` })).json).toEqual({ tenant: "shore" });
  });

  it("changes something from a page of the same origin alone, with its token", async () => {
    const { cookie, csrf } = await signIn();
    const user = (headers: Record<string, string>) =>
      ask("POST", "/v1/admin/user-tokens", { cookie, ...headers });
    const refused: Record<string, string>[] = [
      {},
      { origin: SITE },
      { "x-csrf-token": csrf },
      { origin: "https://evil.example", "x-csrf-token": csrf },
      { origin: SITE, "x-csrf-token": `${csrf.slice(0, -1)}_` },
    ];
    for (const headers of refused) expect((await user(headers)).status, JSON.stringify(headers)).toBe(403);
    // What is wrong then is the body, no longer who asks.
    expect((await user({ origin: SITE, "x-csrf-token": csrf })).json.error).toMatchObject({
      field: "user_id",
    });
  });

  it("is worth nothing forged, expired, of another tenant, or once its key is revoked", async () => {
    const { cookie } = await signIn();
    const status = async (token: string) => (await ask("GET", "/v1/admin/keys", { cookie: token })).status;
    expect(await status(cookie)).toBe(200);
    expect(await status(cookie.replace(".shore.", ".hill."))).toBe(401);
    expect(await status(`${cookie.slice(0, -2)}AA`)).toBe(401);
    expect(await status("__Host-lakeshore=nonsense")).toBe(401);
    const signer = createSigner(SECRET);
    const keyHash = await hashKey(KEY);
    const mint = (expiresAtMs: number, tenant = "shore") =>
      mintSession({ tenant, keyHash, expiresAtMs }, signer);
    const past = await ask("GET", "/v1/admin/keys", {
      cookie: `__Host-lakeshore=${await mint(Date.now() - 1)}`,
    });
    expect([past.status, past.cookie]).toEqual([401, expect.stringContaining("Max-Age=0")]);

    memory.keys.delete(`session/shore/${keyHash}`);
    expect(await status(cookie)).toBe(200);
    memory.keys.delete(`session/shore/${keyHash}`);
    await env.KV.put(`key:${keyHash}`, JSON.stringify(await record({ revokedAtMs: 1 })));
    expect(await status(cookie)).toBe(401);
  });

  it("is opened by the key alone, not by another session, and ended at once", async () => {
    const { cookie, csrf } = await signIn();
    const own = { cookie, origin: SITE, "x-csrf-token": csrf };
    expect((await ask("POST", SESSION, own)).status).toBe(401);
    const ended = await ask("DELETE", SESSION, own);
    expect([ended.status, ended.cookie]).toEqual([200, expect.stringContaining("Max-Age=0")]);
    // A copy of the cookie is good no more; another session of the same key is.
    expect((await ask("GET", SESSION, { cookie })).status).toBe(401);
    expect((await ask("GET", SESSION, { cookie: (await signIn()).cookie })).status).toBe(200);
    const publishable = makeKey("publishable", "shore", new Uint8Array(24).fill(9));
    expect((await ask("POST", SESSION, { authorization: `Bearer ${publishable}` })).status).toBe(403);
  });

  it("is told that it cannot be checked where KV fails or hangs, and lets nothing through", async () => {
    const { cookie } = await signIn();
    for (const get of [() => Promise.reject(new Error("KV is down")), () => new Promise<never>(() => {})]) {
      const away = { ...edge, KV: { ...env.KV, get } } as unknown as Env;
      const { status, json } = await ask("GET", "/v1/admin/keys", { cookie }, away);
      expect([status, json]).toEqual([503, { error: expect.objectContaining({ code: "unavailable" }) }]);
    }
  });
});
