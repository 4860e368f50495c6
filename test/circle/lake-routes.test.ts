import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { serverStore } from "../../scripts/lake/server-store.ts";
import { type LocalRuntime, startLocal } from "../../scripts/local/runtime.ts";
import { createPrng, type ObjectStore, r2ObjectStore } from "../../src/base/index.ts";
import { CONFIG_CHANGES, EVENTS, openLake } from "../../src/lake/index.ts";
import { randomEvent } from "../lake/events.ts";

const ADMIN_TOKEN = "root-token-of-the-tests";
const NOW_MS = Date.UTC(2026, 5, 1);
const CATALOG = "/v1/admin/lake/catalog/v1";

let runtime: LocalRuntime;
let bucket: ObjectStore;
let dataKey = "";
const logged: string[] = [];

beforeAll(async () => {
  runtime = await startLocal({
    secrets: { ADMIN_TOKEN, SIGNING_SECRET: "the signing secret of the tests" },
    onLog: (line) => logged.push(line),
  });
  bucket = r2ObjectStore(await runtime.lake());
  await bucket.put("models/demo/current.json", new TextEncoder().encode("not the lake's"));
  const prng = createPrng(1);
  const events = Array.from({ length: 20 }, () => randomEvent(prng, "demo", NOW_MS));
  const lake = openLake(bucket);
  dataKey = (await lake.append(EVENTS, events, { nowMs: NOW_MS }))[0]?.path ?? "";
  await lake.commitPending(EVENTS, { nowMs: NOW_MS });
});

afterAll(() => runtime?.dispose());

function ask(path: string, init: RequestInit = {}, token = ADMIN_TOKEN): Promise<Response> {
  const headers = { ...init.headers, authorization: `Bearer ${token}` };
  return fetch(new URL(path, runtime.url), { ...init, headers });
}

describe("the lake's objects", () => {
  it("are given to the root token only", async () => {
    for (const path of [
      "/v1/admin/lake/objects",
      `/v1/admin/lake/objects/${dataKey}`,
      `${CATALOG}/namespaces`,
    ]) {
      expect((await ask(path, {}, "wrong")).status, path).toBe(401);
      expect((await fetch(new URL(`${path}?token=${ADMIN_TOKEN}`, runtime.url))).status, path).toBe(401);
    }
  });

  it("come whole, in part, and as a head", async () => {
    const path = `/v1/admin/lake/objects/${dataKey}`;
    const stored = await bucket.get(dataKey);
    const whole = await ask(path);
    expect(whole.status).toBe(200);
    expect(whole.headers.get("etag")).toBe(`"${stored?.etag}"`);
    expect(new Uint8Array(await whole.arrayBuffer())).toEqual(stored?.bytes);
    const part = await ask(path, { headers: { range: "bytes=-4" } });
    expect([part.status, await part.text()]).toEqual([206, "PAR1"]);
    const size = stored?.size ?? 0;
    expect(part.headers.get("content-range")).toBe(`bytes ${size - 4}-${size - 1}/${size}`);
    const head = await ask(path, { method: "HEAD" });
    expect([head.status, head.headers.get("content-length")]).toEqual([200, String(size)]);
    const encoded = await ask(`/v1/admin/lake/objects/${encodeURIComponent(dataKey)}`, { method: "HEAD" });
    expect(encoded.status).toBe(200);
    const behind = await ask(path, { headers: { range: `bytes=${size}-` } });
    expect([behind.status, behind.headers.get("content-range")]).toEqual([416, `bytes */${size}`]);
  });

  it("are the lake's only, and are not written here", async () => {
    expect((await ask("/v1/admin/lake/objects/models/demo/current.json")).status).toBe(404);
    expect((await ask("/v1/admin/lake/objects/lake/absent")).status).toBe(404);
    expect((await ask("/v1/admin/lake/objects?prefix=models/")).status).toBe(400);
    const refused = await ask(`/v1/admin/lake/objects/${dataKey}`, { method: "PUT", body: "x" });
    expect([refused.status, refused.headers.get("allow")]).toEqual([405, "GET"]);
  });

  it("make a store that our own scan reads through", async () => {
    const store = serverStore({ url: runtime.url.href.replace(/\/$/, ""), adminToken: ADMIN_TOKEN });
    const { objects } = await store.list("lake/bronze/events/data/");
    expect(objects).toEqual((await bucket.list("lake/bronze/events/data/")).objects);
    const ids: unknown[] = [];
    for await (const { columns } of openLake(store).scan(EVENTS, { columns: ["event_id"] })) {
      ids.push(...columns.event_id);
    }
    expect(new Set(ids).size).toBe(20);
    await expect(store.put("lake/x", new Uint8Array())).rejects.toThrow("read-only");
  });
});

describe("the REST catalog's routes", () => {
  it("answer as the specification says", async () => {
    const config = await (await ask(`${CATALOG}/config?warehouse=x`)).json();
    expect(config).toMatchObject({ defaults: {}, overrides: {} });
    const namespaces = (await (await ask(`${CATALOG}/namespaces`)).json()) as { namespaces: string[][] };
    expect(namespaces.namespaces).toContainEqual(["bronze"]);
    const loaded = await ask(`${CATALOG}/namespaces/bronze/tables/events`);
    expect(await loaded.json()).toMatchObject({
      "metadata-location": expect.stringMatching(
        /^s3:\/\/lakeshore-lake\/lake\/bronze\/events\/metadata\/v\d+/,
      ),
      metadata: { "format-version": 2, location: "s3://lakeshore-lake/lake/bronze/events" },
    });
    expect((await ask(`${CATALOG}/namespaces/bronze/tables/events`, { method: "HEAD" })).status).toBe(204);
    expect((await ask(`${CATALOG}/namespaces/bronze%1Fdeep`, { method: "HEAD" })).status).toBe(404);
  });

  it("err in the specification's shape, whoever refuses", async () => {
    const errorOf = async (answer: Promise<Response>) => {
      const { error } = (await (await answer).json()) as {
        error: { type: string; code: number; message: string };
      };
      expect(error.message).not.toBe("");
      return [error.code, error.type];
    };
    const table = `${CATALOG}/namespaces/bronze/tables`;
    expect(await errorOf(ask(`${table}/absent`))).toEqual([404, "NoSuchTableException"]);
    expect(await errorOf(ask(`${table}/events`, {}, "wrong"))).toEqual([401, "NotAuthorizedException"]);
    expect(await errorOf(ask(table, { method: "POST", body: "{}" }))).toEqual([
      405,
      "UnsupportedOperationException",
    ]);
    expect(await errorOf(ask(`${CATALOG}/views`))).toEqual([404, "NoSuchEndpointException"]);
  });
});

describe("the lake's jobs", () => {
  it("are done on demand", async () => {
    const body = { tenant: "fresh", origins: [] };
    const init = { method: "POST", headers: { "content-type": "application/json" } };
    expect((await ask("/v1/admin/tenants", { ...init, body: JSON.stringify(body) })).status).toBe(201);
    expect(await openLake(bucket).load(CONFIG_CHANGES)).toBeNull();
    const done = await ask("/v1/admin/lake/jobs/commit", { method: "POST" });
    expect(await done.json()).toMatchObject({ done: true });
    expect((await openLake(bucket).load(CONFIG_CHANGES))?.current).not.toBeNull();
    expect((await ask("/v1/admin/lake/jobs/fly", { method: "POST" })).status).toBe(404);
  });
});
