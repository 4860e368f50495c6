import { createHash } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import { signedHeaders } from "../../scripts/whole/s3-sign.ts";
import { s3Store } from "../../scripts/whole/s3-store.ts";
import { listAll, type ObjectStore } from "../../src/base/index.ts";
import { objectStoreContract } from "../contracts/object-store.ts";
import { memoryObjectStore } from "../memory-object-store.ts";
import { CREDENTIALS, type S3Server, startS3Server } from "../s3-server.ts";

const text = (value: string) => new TextEncoder().encode(value);
const BUCKET = "lake of the tests";

const servers: S3Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function serve(behind: ObjectStore = md5Store()): Promise<{ server: S3Server; store: ObjectStore }> {
  const server = await startS3Server(behind, BUCKET);
  servers.push(server);
  const place = { endpoint: `${server.endpoint}/`, bucket: BUCKET, region: "auto" };
  return { server, store: s3Store(place, CREDENTIALS) };
}

/** In memory, with the etags that R2 and S3 give an object of one part. */
function md5Store(): ObjectStore {
  const store = memoryObjectStore();
  const etagOf = (bytes: Uint8Array) => createHash("md5").update(bytes).digest("hex");
  const get: ObjectStore["get"] = async (key, range) => {
    const object = await store.get(key);
    const etag = object === null ? "" : etagOf(object.bytes);
    const found = await store.get(key, range);
    return found === null ? null : { ...found, etag };
  };
  return {
    ...store,
    get,
    etag: async (key) => (await get(key))?.etag ?? null,
    async put(key, bytes, condition) {
      const inner = await store.etag(key);
      if (condition === undefined || "ifAbsent" in condition) {
        return (await store.put(key, bytes, condition)) === null ? null : { etag: etagOf(bytes) };
      }
      const current = await store.get(key);
      if (current === null || inner === null || etagOf(current.bytes) !== condition.ifEtag) return null;
      return (await store.put(key, bytes, { ifEtag: inner })) === null ? null : { etag: etagOf(bytes) };
    },
  };
}

describe("object store over S3", () => {
  objectStoreContract(async () => (await serve()).store);

  it("takes keys of any characters, and lists page by page", async () => {
    const behind = md5Store();
    const { store } = await serve(behind);
    const keys = ["a/day=2026-01-01/x y.parquet", "a/b&c<d>'(e)*!+%~.json", "a/ü"];
    for (const key of keys) await store.put(key, text(key));
    for (const key of keys) expect(new TextDecoder().decode((await store.get(key))?.bytes)).toBe(key);
    const many = Array.from({ length: 1_100 }, (_, index) => `many/${String(index).padStart(5, "0")}`);
    for (const key of many) await behind.put(key, text("x"));
    const listed: string[] = [];
    for await (const { key, size } of listAll(store, "many/")) if (size === 1) listed.push(key);
    expect(listed).toEqual(many);
    const found: string[] = [];
    for await (const { key } of listAll(store, "a/")) found.push(key);
    expect(found).toEqual([...keys].sort());
  });

  it("waits out what passes, and tells in the store's words what does not", async () => {
    const { server, store } = await serve();
    const answers: (number | "break")[] = [503, "break", 409];
    server.onRequest = (when) => (when === "before" ? answers.shift() : undefined);
    expect(await store.put("k", text("1"))).not.toBeNull();
    expect(answers).toEqual([]);
    server.onRequest = (when) => (when === "before" ? 400 : undefined);
    await expect(store.get("k")).rejects.toThrow("400 status 400");
  });

  it("knows its own write whose answer was lost, and another's that came between", async () => {
    const behind = md5Store();
    const { server, store } = await serve(behind);
    let lost = 1;
    server.onRequest = (when) => (when === "after" && lost-- > 0 ? "break" : undefined);
    expect(await store.put("k", text("mine"), { ifAbsent: true })).toEqual({ etag: await behind.etag("k") });
    const etag = (await behind.etag("k")) ?? "";
    lost = 1;
    server.onRequest = (when) => {
      if (when !== "after" || lost-- <= 0) return undefined;
      void behind.put("k", text("theirs"));
      return "break";
    };
    expect(await store.put("k", text("mine again"), { ifEtag: etag })).toBeNull();
  });

  it("is refused with another's secret, and where there is no such bucket", async () => {
    const { server } = await serve();
    const place = { endpoint: server.endpoint, bucket: BUCKET, region: "auto" };
    const forged = s3Store(place, { ...CREDENTIALS, secretAccessKey: "guessed" });
    const refusal = await forged.get("k").catch((error: Error) => error.message);
    expect(refusal).toContain("403 SignatureDoesNotMatch");
    expect(refusal).not.toContain("guessed");
    const nowhere = s3Store({ ...place, bucket: "another" }, CREDENTIALS);
    await expect(nowhere.put("k", text("1"))).rejects.toThrow("no bucket another");
    await expect(nowhere.list("")).rejects.toThrow("no bucket another");
  });
});

describe("a signature", () => {
  // The examples of "Authenticating Requests: Using the Authorization Header" in Amazon's API reference of S3.
  const credentials = {
    accessKeyId: "AKIAIOSFODNN7EXAMPLE",
    secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
  };
  const at = { region: "us-east-1", nowMs: Date.UTC(2013, 4, 24) };
  const sign = (path: string, headers: Record<string, string> = {}) => {
    const url = new URL(`https://examplebucket.s3.amazonaws.com${path}`);
    return signedHeaders({ method: "GET", url, headers }, credentials, at).authorization;
  };

  it("is that of the published examples", () => {
    expect(sign("/test.txt", { range: "bytes=0-9" })).toBe(
      "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request," +
        "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date," +
        "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
    );
    expect(sign("/?lifecycle")).toContain(
      "Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
    );
    expect(sign("/?max-keys=2&prefix=J")).toContain(
      "Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
    );
  });
});
