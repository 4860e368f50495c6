import { beforeEach, describe, expect, it } from "vitest";
import { answerS3 } from "../../scripts/lake/s3.ts";
import type { ObjectStore } from "../../src/base/index.ts";
import { memoryObjectStore } from "../memory-object-store.ts";

const text = (value: string) => new TextEncoder().encode(value);
const KEYS = [
  "lake/bronze/events/data/day=2026-01-01/a.parquet",
  "lake/bronze/events/data/day=2026-01-02/b.parquet",
  "lake/bronze/events/metadata/v1.metadata.json",
  "lake/silver/items/data/c&d.parquet",
];

let store: ObjectStore;
beforeEach(async () => {
  store = memoryObjectStore();
  for (const key of [...KEYS, "models/demo/current.json"]) await store.put(key, text(`bytes of ${key}`));
});

function ask(method: string, path: string, headers: { range?: string } = {}): Promise<Response> {
  const { pathname, searchParams } = new URL(path, "http://127.0.0.1");
  return answerS3(store, { method, path: pathname, query: searchParams, range: headers.range ?? null });
}

async function list(query: string) {
  const answer = await ask("GET", `/lakeshore-lake?list-type=2&${query}`);
  expect(answer.status).toBe(200);
  const xml = await answer.text();
  const all = (name: string) =>
    [...xml.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, "g"))].map(([, value]) => value);
  const rolled = [...xml.matchAll(/<CommonPrefixes><Prefix>([^<]*)</g)].map(([, value]) => value);
  return {
    keys: all("Key"),
    rolled,
    token: all("NextContinuationToken")[0],
    truncated: all("IsTruncated")[0],
  };
}

describe("the S3 endpoint", () => {
  it("gives an object, a part of it, and its head", async () => {
    const path = `/lakeshore-lake/${KEYS[0]}`;
    const whole = await ask("GET", path);
    expect([whole.status, await whole.text()]).toEqual([200, `bytes of ${KEYS[0]}`]);
    const size = `bytes of ${KEYS[0]}`.length;
    const part = await ask("GET", path, { range: "bytes=0-4" });
    expect([part.status, await part.text()]).toEqual([206, "bytes"]);
    expect(part.headers.get("content-range")).toBe(`bytes 0-4/${size}`);
    const footer = await ask("GET", path, { range: "bytes=-7" });
    expect(await footer.text()).toBe("parquet");
    const head = await ask("HEAD", path);
    expect([head.status, head.headers.get("content-length")]).toEqual([200, String(size)]);
    expect(head.headers.get("etag")).toBe(whole.headers.get("etag"));
    expect(await head.text()).toBe("");
  });

  it("takes keys as clients encode them", async () => {
    for (const path of ["c&d.parquet", "c%26d.parquet"]) {
      expect((await ask("GET", `/lakeshore-lake/lake/silver/items/data/${path}`)).status).toBe(200);
    }
    const encoded = encodeURIComponent("lake/bronze/events/data/day=2026-01-01/a.parquet");
    expect((await ask("GET", `/lakeshore-lake/${encoded}`)).status).toBe(200);
  });

  it("lists keys, rolled up by the delimiter, page by page", async () => {
    expect((await list("prefix=lake/bronze/")).keys).toEqual(KEYS.slice(0, 3));
    expect(await list("prefix=lake/bronze/events/&delimiter=/")).toMatchObject({
      keys: [],
      rolled: ["lake/bronze/events/data/", "lake/bronze/events/metadata/"],
    });
    const seen: unknown[] = [];
    let token: string | undefined;
    do {
      const next = token === undefined ? "" : `&continuation-token=${token}`;
      const page = await list(`prefix=lake/&delimiter=/&max-keys=1${next}`);
      expect(page.truncated).toBe(String(page.token !== undefined));
      seen.push(...page.keys, ...page.rolled);
      token = page.token;
    } while (token !== undefined);
    expect(seen).toEqual(["lake/bronze/", "lake/silver/"]);
    expect((await list("start-after=lake/bronze/z")).keys).toEqual([
      "lake/silver/items/data/c&amp;d.parquet",
    ]);
  });

  it("goes on where a page ended, without listing again what came before", async () => {
    const bare = memoryObjectStore();
    const names = Array.from({ length: 5_500 }, (_, index) => `lake/a/${String(index).padStart(5, "0")}`);
    for (const name of names) await bare.put(name, text("x"));
    store = bare;
    bare.calls.length = 0;
    const seen: unknown[] = [];
    let token: string | undefined;
    do {
      const next = token === undefined ? "" : `&continuation-token=${token}`;
      const page = await list(`prefix=lake/&max-keys=700${next}`);
      seen.push(...page.keys);
      token = page.token;
    } while (token !== undefined);
    expect(seen).toEqual(names);
    // Eight pages of ours over six of the store's: each begins in the page where the one before ended.
    expect(bare.calls.filter(({ kind }) => kind === "list").length).toBeLessThanOrEqual(8 + 6);
    const garbled = await ask("GET", "/lakeshore-lake?list-type=2&continuation-token=bm8");
    expect([garbled.status, await garbled.text()]).toEqual([400, expect.stringContaining("InvalidArgument")]);
  });

  it("shows nothing but the lake", async () => {
    expect((await list("")).keys).toHaveLength(KEYS.length);
    expect((await list("prefix=models/")).keys).toEqual([]);
    const hidden = await ask("GET", "/lakeshore-lake/models/demo/current.json");
    expect([hidden.status, await hidden.text()]).toEqual([
      404,
      expect.stringContaining("<Code>NoSuchKey</Code>"),
    ]);
    expect((await ask("GET", "/another/lake/a")).status).toBe(404);
  });

  it("refuses writes, and ranges behind the end, in S3's words", async () => {
    for (const method of ["PUT", "POST", "DELETE"]) {
      const refused = await ask(method, `/lakeshore-lake/${KEYS[0]}`);
      expect([refused.status, refused.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
      expect(await refused.text()).toContain("<Code>MethodNotAllowed</Code>");
    }
    const behind = await ask("GET", `/lakeshore-lake/${KEYS[0]}`, { range: "bytes=9999-" });
    expect([behind.status, await behind.text()]).toEqual([416, expect.stringContaining("InvalidRange")]);
  });
});
