import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type LocalRuntime, startLocal } from "../../scripts/local/runtime.ts";
import {
  EVENTS_BODY_BYTES_MAX,
  EVENTS_PER_REQUEST_MAX,
  ITEMS_PER_REQUEST_MAX,
} from "../../src/base/index.ts";
import { type Event, makeUuidV7 } from "../../src/events/index.ts";
import { createSigner, readRecommendationId } from "../../src/serving/index.ts";

const ADMIN_TOKEN = "root-token-of-the-tests";
const SIGNING_SECRET = "the signing secret of the tests";

/** Other agents' events count as a robot's, and change no profile. */
const BROWSER = { "user-agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/130.0" };

interface Keys {
  publishable: string;
  secret: string;
}

interface Reply {
  status: number;
  headers: Headers;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: the shape is what each test looks at
  json: any;
}

let runtime: LocalRuntime;
const logged: string[] = [];
const keys: Record<string, Keys> = {};

beforeAll(async () => {
  runtime = await startLocal({
    secrets: { ADMIN_TOKEN, SIGNING_SECRET },
    queueTimeoutS: 1,
    onLog: (line) => logged.push(line),
  });
  await createTenant("shore", {});
  await createTenant("hill", {});
  await createTenant("bound", { origins: ["https://shop.example"] });
  await createTenant("strict", { require_user_token: true });
});

afterAll(() => runtime?.dispose());

describe("keys", () => {
  it("makes a tenant by the root token only, and once", async () => {
    const body = { tenant: "other", origins: [] };
    expect((await post("/v1/admin/tenants", body)).status).toBe(401);
    expect((await post("/v1/admin/tenants", body, "wrong")).status).toBe(401);
    expect((await post("/v1/admin/tenants", { tenant: "shore" }, ADMIN_TOKEN)).json.error.code).toBe(
      "conflict",
    );
    const bad = await post("/v1/admin/tenants", { tenant: "No Tenant" }, ADMIN_TOKEN);
    expect(bad.json.error).toMatchObject({ code: "invalid_body", field: "tenant" });
  });

  it("refuses what is missing, malformed or unknown before anything is answered", async () => {
    expect((await get("/v1/trending")).status).toBe(401);
    expect((await get("/v1/trending?key=nonsense")).status).toBe(401);
    const unknown = `pk_shore_${"A".repeat(32)}`;
    for (const path of ["/v1/trending", "/v1/recommendations", "/v1/items/a/similar"]) {
      const reply = await get(`${path}?key=${unknown}`);
      expect(reply.status).toBe(401);
      expect(Object.keys(reply.json)).toEqual(["error"]);
    }
    expect((await post(`/v1/events?key=${unknown}`, [view("a")])).status).toBe(401);
  });

  it("refuses a secret key in an address, and a publishable one for the catalogue", async () => {
    const inUrl = await get(`/v1/items?key=${of("shore").secret}`);
    expect(inUrl.status).toBe(400);
    expect(inUrl.json.error).toMatchObject({ code: "secret_key_in_url", field: "key" });
    const pair = `key=${of("shore").publishable}&k%65y=%73${of("shore").secret.slice(1)}`;
    const refused = [
      await post(`/v1/recommendations?${pair}`, {}),
      await get(`/v1/trending?${pair}`),
      await post(`/v1/admin/tenants?key=${of("shore").secret}`, {}),
      await get(`/v1/health?key=${of("shore").secret}`),
    ];
    expect(refused.map(({ json }) => json.error?.code)).toEqual(Array(4).fill("secret_key_in_url"));
    expect((await get("/v1/items", of("shore").publishable)).status).toBe(403);
    expect((await get(`/v1/admin/keys?key=${of("shore").publishable}`)).status).toBe(403);
  });

  it("takes a key that was made a moment ago, and no more one that was revoked before its first use", async () => {
    const made = await post("/v1/admin/keys", { kind: "publishable" }, of("shore").secret);
    expect(made.status).toBe(201);
    expect((await get(`/v1/trending?key=${made.json.key}`)).status).toBe(200);

    const other = await post("/v1/admin/keys", { kind: "secret" }, of("shore").secret);
    expect((await call("DELETE", `/v1/admin/keys/${other.json.hash}`, of("shore").secret)).status).toBe(200);
    expect((await get("/v1/items", other.json.key)).status).toBe(401);
    expect((await call("DELETE", `/v1/admin/keys/${other.json.hash}`, of("hill").secret)).status).toBe(404);
    const listed = await get("/v1/admin/keys", of("shore").secret);
    expect(JSON.stringify(listed.json)).not.toContain(other.json.key);
    expect(
      listed.json.keys.find((key: { hash: string }) => key.hash === other.json.hash).revoked_at,
    ).toBeGreaterThan(0);
  });

  it("binds a publishable key to its origins, in preflights too", async () => {
    const path = `/v1/trending?key=${of("bound").publishable}`;
    const right = await call("GET", path, undefined, { headers: { origin: "https://shop.example" } });
    expect(right.headers.get("access-control-allow-origin")).toBe("https://shop.example");
    expect(right.headers.get("vary")).toContain("Origin");
    const wrong = await call("GET", path, undefined, { headers: { origin: "https://evil.example" } });
    expect(wrong.status).toBe(403);
    expect((await get(path)).status).toBe(200);

    const ask = (origin: string, to = path) =>
      call("OPTIONS", to, undefined, { headers: { origin, "access-control-request-method": "GET" } });
    expect((await ask("https://shop.example")).headers.get("access-control-allow-origin")).toBe(
      "https://shop.example",
    );
    expect((await ask("https://evil.example")).status).toBe(403);
    expect((await ask("https://any.example", "/v1/trending")).status).toBe(204);
    expect((await ask("https://any.example", "/v1/items")).status).toBe(403);
    const secret = await ask("https://any.example", `/v1/trending?key=${of("shore").secret}`);
    expect([secret.status, secret.headers.get("access-control-allow-origin")]).toEqual([204, "*"]);
    const open = await call("GET", `/v1/trending?key=${of("shore").publishable}`, undefined, {
      headers: { origin: "https://any.example" },
    });
    expect(open.headers.get("access-control-allow-origin")).toBe("*");
  });
});

describe("events", () => {
  it("takes one, a list, a list under `events`, and text/plain; all of them land", async () => {
    const path = `/v1/events?key=${of("shore").publishable}`;
    const before = (await get("/v1/admin/stats", of("shore").secret)).json.feature_events;
    for (const body of [view("e1"), [view("e2"), view("e3")], { events: [view("e4")] }]) {
      const reply = await call("POST", path, undefined, { headers: BROWSER, body: JSON.stringify(body) });
      expect(reply.json).toMatchObject({ rejected: 0, verdicts: [] });
    }
    const plain = await call("POST", path, undefined, {
      headers: { ...BROWSER, "content-type": "text/plain;charset=UTF-8" },
      body: JSON.stringify([view("e5")]),
    });
    expect(plain.json).toEqual({ accepted: 1, rejected: 0, verdicts: [] });
    await until(async () => {
      const { feature_events } = (await get("/v1/admin/stats", of("shore").secret)).json;
      return feature_events === before + 5;
    });
  });

  it("says of a robot's events that they change nothing, but not of a server's", async () => {
    const path = `/v1/events?key=${of("shore").publishable}`;
    const curl = { headers: { "user-agent": "curl/8.5.0" }, body: JSON.stringify(view("r")) };
    const { json } = await call("POST", path, undefined, curl);
    expect(json).toMatchObject({ accepted: 1, notices: [{ field: "user-agent" }] });
    expect(json.notices[0].message).toContain("robot");
    expect((await call("POST", "/v1/events", of("shore").secret, curl)).json).not.toHaveProperty("notices");
  });

  it("rejects only the bad one of a list, by its place and field", async () => {
    const bad = { ...view("x"), consent: "perhaps" };
    const reply = await post("/v1/events", [view("g1"), bad, view("g2")], of("shore").secret);
    expect(reply.status).toBe(200);
    expect(reply.json).toMatchObject({ accepted: 2, rejected: 1 });
    expect(reply.json.verdicts).toHaveLength(1);
    expect(reply.json.verdicts[0]).toMatchObject({
      index: 1,
      status: "rejected",
      error: { field: "consent" },
    });
  });

  it("names the limit that is exceeded", async () => {
    const many = Array.from({ length: EVENTS_PER_REQUEST_MAX + 1 }, () => view("m"));
    const count = await post("/v1/events", many, of("shore").secret);
    expect(count.status).toBe(413);
    expect(count.json.error.message).toContain("EVENTS_PER_REQUEST_MAX");
    const big = await call("POST", "/v1/events", of("shore").secret, {
      body: "x".repeat(EVENTS_BODY_BYTES_MAX + 1),
    });
    expect(big.status).toBe(413);
    expect(big.json.error.limit).toBe(EVENTS_BODY_BYTES_MAX);
    const stream = new Blob(["x".repeat(EVENTS_BODY_BYTES_MAX + 1)]).stream();
    const chunked = await call("POST", "/v1/events", of("shore").secret, { body: stream, duplex: "half" });
    expect(chunked.status).toBe(413);
    expect((await call("POST", "/v1/events", of("shore").secret, { body: "{" })).json.error.code).toBe(
      "invalid_body",
    );
    const empty = await call("POST", "/v1/events", of("shore").secret);
    expect([empty.status, empty.json.error.code]).toEqual([400, "invalid_body"]);
  });

  it("stores a browser's user id only with a token where the tenant requires one, and says so", async () => {
    const path = `/v1/events?key=${of("strict").publishable}`;
    const events = () => [{ ...view("a"), user_id: "ann" }];
    const post = (to: string, body: unknown, key?: string) =>
      call("POST", to, key, { headers: BROWSER, body: JSON.stringify(body) });
    expect((await post(path, events())).json.notices?.[0].field).toBe("user_id");
    const made = await post("/v1/admin/user-tokens", { user_id: "ann" }, of("strict").secret);
    const token = encodeURIComponent(made.json.user_token);
    expect((await post(`${path}&user_token=${token}`, events())).json.notices).toBeUndefined();
    expect((await post("/v1/events", events(), of("strict").secret)).json.notices).toBeUndefined();
    // A token of one tenant is nothing to another.
    const foreign = await post("/v1/admin/user-tokens", { user_id: "ann" }, of("shore").secret);
    const other = `${path}&user_token=${encodeURIComponent(foreign.json.user_token)}`;
    expect((await post(other, events())).json.notices?.[0].field).toBe("user_id");
    await until(async () => (await subjects("strict")).length === 2);
    expect(await subjects("strict")).toEqual(["a:device", "u:ann"]);
  });
});

describe("a tenant's settings", () => {
  it("are read and changed with its secret key, and work at once where they were changed", async () => {
    const made = await createTenant("changing", {});
    const path = "/v1/admin/tenant";
    const patch = (body: unknown, key?: string) => call("PATCH", path, key, { body: JSON.stringify(body) });
    expect((await get(path, made.publishable)).status).toBe(403);
    expect((await patch({ require_user_token: true }, made.publishable)).status).toBe(403);
    const before = (await get(path, made.secret)).json;
    expect(before).toMatchObject({ tenant: "changing", custom_event_types: [], require_user_token: false });

    const wish = () => [{ ...view("a"), type: "wish", user_id: "ann" }];
    const send = () =>
      call("POST", `/v1/events?key=${made.publishable}`, undefined, {
        headers: BROWSER,
        body: JSON.stringify(wish()),
      });
    expect((await send()).json.verdicts[0].error.field).toBe("type");
    expect((await patch({ custom_event_types: ["wish"] }, made.secret)).json).toEqual({
      ...before,
      custom_event_types: ["wish"],
    });
    const after = await patch({ require_user_token: true }, made.secret);
    expect(after.json).toEqual({ ...before, custom_event_types: ["wish"], require_user_token: true });
    expect((await get(path, made.secret)).json).toEqual(after.json);
    const taken = (await send()).json;
    expect(taken).toMatchObject({ accepted: 1, notices: [{ field: "user_id" }] });

    const segments = [{ name: "loyal", where: { field: "purchases_30d", gte: 3 } }];
    expect((await patch({ segments }, made.secret)).json).toEqual({ ...after.json, segments });
    const typo = [{ name: "loyal", where: { all: [{ field: "purchase_30d", gte: 3 }] } }];
    expect((await patch({ segments: typo }, made.secret)).json.error).toMatchObject({
      code: "invalid_body",
      field: "segments.0.where.all.0.field",
      message: expect.stringContaining("<counter>_<days>d"),
    });

    for (const wrong of [
      { custom_event_types: ["No Type"] },
      { origins: [] },
      { require_user_token: "yes" },
    ]) {
      expect((await patch(wrong, made.secret)).json.error.code).toBe("invalid_body");
    }
    expect((await call("PATCH", path, made.secret)).status).toBe(400);
  });
});

describe("catalogue and answers", () => {
  it("upserts, reads, patches, lists and deletes", async () => {
    const { secret } = of("hill");
    const items = Array.from({ length: 5 }, (_, i) => ({
      item_id: `c/${i} ü`,
      title: `Item ${i}`,
      price: i,
    }));
    const reply = await post("/v1/items", { items: [...items, { title: "without id" }] }, secret);
    expect(reply.json).toMatchObject({ upserted: 5, rejected: [{ index: 5, error: { field: "item_id" } }] });
    const path = `/v1/items/${encodeURIComponent("c/1 ü")}`;
    expect((await get(path, secret)).json).toMatchObject({ item_id: "c/1 ü", title: "Item 1" });
    const patched = await call("PATCH", path, secret, { body: JSON.stringify({ price: null, stock: 3 }) });
    expect(patched.json).toMatchObject({ stock: 3 });
    expect(patched.json).not.toHaveProperty("price");
    const bad = await call("PATCH", path, secret, { body: JSON.stringify({ colour: "red" }) });
    expect(bad.json.error).toMatchObject({ code: "invalid_body", field: "colour" });

    const first = await get("/v1/items?limit=3", secret);
    expect(first.json.items).toHaveLength(3);
    const rest = await get(`/v1/items?limit=3&cursor=${encodeURIComponent(first.json.cursor)}`, secret);
    expect(rest.json.items).toHaveLength(2);
    expect(rest.json.cursor).toBeUndefined();
    for (const { item_id } of items) {
      expect((await call("DELETE", `/v1/items/${encodeURIComponent(item_id)}`, secret)).json).toEqual({
        deleted: true,
      });
    }
    expect((await get(path, secret)).status).toBe(404);
    expect((await call("DELETE", path, secret)).status).toBe(404);

    const many = Array.from({ length: ITEMS_PER_REQUEST_MAX + 1 }, (_, i) => ({ item_id: `${i}` }));
    expect((await post("/v1/items", many, secret)).json.error).toMatchObject({
      limit: ITEMS_PER_REQUEST_MAX,
    });
    const twice = [{ item_id: "twice" }, { item_id: "twice" }, { item_id: ".." }];
    expect((await post("/v1/items", twice, secret)).json).toMatchObject({
      upserted: 1,
      rejected: [{ index: 2, error: { field: "item_id" } }],
    });
    expect((await call("DELETE", "/v1/items/twice", secret)).status).toBe(200);
    expect((await post("/v1/users", [{ user_id: "u1" }], secret)).json).toMatchObject({ upserted: 1 });
    expect((await get("/v1/users/u1", secret)).json).toMatchObject({ user_id: "u1" });
  });

  it("takes every one of twenty patches at once", async () => {
    const { secret } = of("bound");
    await post("/v1/items", [{ item_id: "busy" }], secret);
    const fields = { title: "t", brand: "b", price: 1, stock: 3, url: "u", image: "i", currency: "EUR" };
    const patches = Array.from({ length: 20 }, (_, n) => Object.entries(fields)[n % 7] as [string, unknown]);
    const replies = await Promise.all(
      patches.map(([name, value]) =>
        call("PATCH", "/v1/items/busy", secret, { body: JSON.stringify({ [name]: value }) }),
      ),
    );
    expect(replies.map(({ status }) => status)).toEqual(replies.map(() => 200));
    expect((await get("/v1/items/busy", secret)).json).toMatchObject(fields);
  });

  it("answers a fresh tenant from its newest items, with an id that we signed", async () => {
    const keys = await createTenant("fresh", {});
    const empty = await get(`/v1/recommendations?user_id=ann&key=${keys.publishable}`);
    expect(empty.status).toBe(200);
    expect(empty.json).toMatchObject({ items: [], degraded: { reason: "no_items" }, model_version: null });

    const other = await createTenant("fresher", {});
    await post(
      "/v1/items",
      [
        { item_id: "n1", title: "One" },
        { item_id: "n2", hidden: true },
      ],
      other.secret,
    );
    await post("/v1/admin/refresh", {}, other.secret);
    const reply = await get(
      `/v1/recommendations?user_id=ann&limit=1&fields=title,url&scenario=home&key=${other.publishable}`,
    );
    expect(reply.json.items).toEqual([
      { item_id: "n1", score: expect.any(Number), source: "newest", title: "One" },
    ]);
    expect(reply.json).not.toHaveProperty("degraded");
    expect(reply.headers.get("server-timing")).toMatch(/key;dur=\d+/);
    expect(reply.headers.get("cache-control")).toBe("no-store");
    const id = await readRecommendationId(reply.json.recommendation_id, createSigner(SIGNING_SECRET));
    expect(id).toMatchObject({ tenant: "fresher", scenario: "home", source: "newest", modelVersion: null });
  });

  it("says that no model is there when the visitor has a history", async () => {
    const path = `/v1/recommendations?recent=g1,g2&key=${of("shore").publishable}`;
    await until(async () => (await get(path)).json.degraded?.reason === "no_model");
  });

  it("gives two tenants with equal ids each its own", async () => {
    for (const tenant of ["shore", "hill"]) {
      await post("/v1/items", [{ item_id: "same", title: `Of the ${tenant}` }], of(tenant).secret);
      await post("/v1/admin/refresh", {}, of(tenant).secret);
    }
    for (let round = 0; round < 2; round++) {
      for (const tenant of ["shore", "hill"]) {
        const title = `Of the ${tenant}`;
        const query = `fields=title&key=${of(tenant).publishable}`;
        for (const path of ["/v1/trending", "/v1/recommendations", "/v1/items/other/similar"]) {
          const { items } = (await get(`${path}?${query}&limit=100`)).json;
          const same = items.filter(({ item_id }: { item_id: string }) => item_id === "same");
          expect(
            same.map((item: { title: string }) => item.title),
            `${path} of ${tenant}`,
          ).toEqual([title]);
        }
        expect((await get("/v1/items/same", of(tenant).secret)).json.title).toBe(title);
      }
    }
  });

  it("names the parameter that is wrong, and its limit", async () => {
    const path = `/v1/recommendations?key=${of("shore").publishable}`;
    expect((await get(`${path}&limit=101`)).json.error).toMatchObject({
      code: "invalid_parameter",
      field: "limit",
      limit: 100,
    });
    expect((await get(`${path}&fields=title,colour`)).json.error.field).toBe("fields.1");
    const long = await get(`/v1/items/${"x".repeat(201)}/similar?key=${of("shore").publishable}`);
    expect(long.json.error).toMatchObject({ field: "id", limit: 200 });
    const exclude = Array.from({ length: 501 }, (_, i) => i).join(",");
    expect((await get(`${path}&exclude=${exclude}`)).json.error).toMatchObject({
      field: "exclude",
      limit: 500,
    });
  });

  it("names the part of a path that is no percent-encoded text, and takes one that only looks like it", async () => {
    const { secret } = of("shore");
    for (const [method, path, field] of [
      ["GET", "/v1/items/%ZZ/similar", "id"],
      ["GET", "/v1/items/%FF/bought-together", "id"],
      ["GET", "/v1/items/100%", "id"],
      ["DELETE", "/v1/users/%E0%A4", "id"],
      ["GET", "/v1/admin/models/%ZZ/report", "version"],
      ["POST", "/v1/admin/scenarios/home/versions/%ZZ/restore", "version"],
      ["POST", "/v1/admin/scenarios/%ZZ/versions/1/restore", "name"],
    ] as const) {
      const refused = await call(method, path, secret);
      expect(refused, path).toMatchObject({
        status: 400,
        json: { error: { code: "invalid_parameter", field } },
      });
    }
    expect((await get("/v1/items/%25ZZ/similar", secret)).status).toBe(200);
    const lake = await get("/v1/admin/lake/objects/lake/%ZZ", ADMIN_TOKEN);
    expect(lake).toMatchObject({ status: 400, json: { error: { field: "key" } } });
  });
});

describe("models, documents and the rest", () => {
  it("passes models and retrains on to the trainer", async () => {
    const { secret } = of("shore");
    expect((await get("/v1/admin/models", secret)).json).toEqual({ live: null, versions: [], runs: [] });
    expect((await get("/v1/admin/models/none", secret)).status).toBe(404);
    const unknown = await post("/v1/admin/models/none/promote", {}, secret);
    expect([unknown.status, unknown.json.error.field]).toEqual([404, "version"]);
    expect((await post("/v1/admin/rollback", {}, secret)).status).toBe(409);
    const misspelt = await post("/v1/admin/retrain", { sead: 7 }, secret);
    expect([misspelt.status, misspelt.json.error.field]).toEqual([400, "sead"]);
    const started = await call("POST", "/v1/admin/retrain", secret);
    expect(started.status).toBe(202);
    const path = `/v1/admin/retrain/${encodeURIComponent(started.json.run_id)}`;
    await until(async () => (await get(path, secret)).json.status === "complete");
    const { outcome } = (await get(path, secret)).json;
    expect(outcome.status).toBe("too_little_data");
    expect(outcome.interactions_needed).toBeGreaterThan(0);
    const report = await get(`${path}/report`, secret);
    expect(report.json).toMatchObject({ status: "too_little_data", startedBy: "admin", trials: [] });
    expect((await get("/v1/admin/retrain/shore-none/report", secret)).status).toBe(404);
    expect((await get("/v1/admin/models/none/report", secret)).status).toBe(404);
    expect((await get(path, of("hill").secret)).status).toBe(404);
  });

  it("documents every route, from the schemas that check it", async () => {
    const document = (await get("/openapi.json")).json;
    expect(document.openapi).toBe("3.1.0");
    const parameters = document.paths["/v1/recommendations"].get.parameters;
    expect(parameters.find(({ name }: { name: string }) => name === "limit").schema).toMatchObject({
      maximum: 100,
    });
    const page = await get("/docs");
    expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
    for (const [path, methods] of Object.entries<object>(document.paths)) {
      expect(page.text).toContain(`<code>${path}</code>`);
      for (const method of Object.keys(methods)) {
        const asked = path.replace(/\{\w+\}/g, "x");
        const { status, json } = await call(
          method.toUpperCase(),
          asked,
          undefined,
          method === "get" ? {} : { body: "{}" },
        );
        // Each is there and protected: open routes answer, the others want a key.
        expect([200, 401], `${method} ${path}: ${JSON.stringify(json)}`).toContain(status);
      }
    }
    expect((await get("/v1/health")).json).toEqual({ ok: true, version: expect.any(String) });
  });

  it("answers what it does not know in JSON", async () => {
    expect((await get("/v1/nothing")).json.error.code).toBe("not_found");
    const wrong = await post("/v1/trending", {});
    expect(wrong.status).toBe(405);
    expect(wrong.headers.get("allow")).toBe("GET");
    for (const { headers } of [wrong, await get("/v1/nothing"), await get("/v1/trending")]) {
      expect(headers.get("access-control-allow-origin")).toBe("*");
      expect(headers.get("access-control-expose-headers")).toContain("retry-after");
    }
    const answered = await get(`/v1/trending?key=${of("shore").publishable}`);
    expect(answered.headers.get("access-control-expose-headers")).toContain("server-timing");
  });

  it("stops a runaway address, and tells it when to come again", async () => {
    const path = `/v1/events?key=pk_shore_${"B".repeat(32)}`;
    const from = { headers: { "cf-connecting-ip": "203.0.113.9" }, body: "[]" };
    let last: Reply | undefined;
    // Twice the limit and more: a new minute may begin on the way.
    for (let i = 0; i < 1_400 && last?.status !== 429; i++) last = await call("POST", path, undefined, from);
    expect(last?.status).toBe(429);
    expect(Number(last?.headers.get("retry-after"))).toBeGreaterThan(0);
    const other = { headers: { "cf-connecting-ip": "203.0.113.10" }, body: "[]" };
    expect((await call("POST", path, undefined, other)).status).toBe(401);
  });

  it("has logged no key", () => {
    const lines = logged.join("\n");
    for (const { publishable, secret } of Object.values(keys)) {
      expect(lines.includes(publishable) || lines.includes(secret)).toBe(false);
    }
  });
});

async function createTenant(tenant: string, options: object): Promise<Keys> {
  const reply = await post("/v1/admin/tenants", { tenant, origins: [], ...options }, ADMIN_TOKEN);
  expect(reply.status).toBe(201);
  const made = { publishable: reply.json.publishable_key, secret: reply.json.secret_key };
  keys[tenant] = made;
  return made;
}

function of(tenant: string): Keys {
  return keys[tenant] ?? { publishable: "", secret: "" };
}

function view(itemId: string): Event {
  const nowMs = Date.now();
  return {
    event_id: makeUuidV7(nowMs, crypto.getRandomValues(new Uint8Array(10))),
    type: "view",
    anonymous_id: "device",
    session_id: "visit",
    item_id: itemId,
    occurred_at: nowMs,
    sent_at: nowMs,
    consent: "granted",
  };
}

async function subjects(tenant: string): Promise<string[]> {
  const profiles = await runtime.database("PROFILES_0");
  const { results } = await profiles
    .prepare("SELECT subject FROM profiles WHERE tenant = ? ORDER BY subject")
    .bind(tenant)
    .all<{ subject: string }>();
  return results.map(({ subject }) => subject);
}

const get = (path: string, key?: string) => call("GET", path, key);
const post = (path: string, body: unknown, key?: string) =>
  call("POST", path, key, { body: JSON.stringify(body) });

type Init = RequestInit & { headers?: Record<string, string>; duplex?: "half" };

async function call(method: string, path: string, key?: string, init: Init = {}): Promise<Reply> {
  const headers = { ...init.headers, ...(key === undefined ? {} : { authorization: `Bearer ${key}` }) };
  const response = await fetch(new URL(path, runtime.url), { ...init, method, headers });
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.includes("json") === true;
  return { status: response.status, headers: response.headers, text, json: isJson ? JSON.parse(text) : null };
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 100));
}
