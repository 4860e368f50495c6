import { contentRange, type ObjectStore, parseByteRange } from "../../src/base/index.ts";
import { decodePath } from "./decode-path.ts";
import { errorXml, type Listed, listingXml, locationXml } from "./s3-xml.ts";

/** The bucket's name in the Workers' configs, and so in every location that the tables write, here as on Cloudflare. */
export const BUCKET = "lakeshore-lake";
const LAKE_PREFIX = "lake/";
/** S3's own bound of a page. */
const KEYS_MAX = 1_000;

export interface S3Request {
  method: string;
  /** `/<bucket>` or `/<bucket>/<key>`, still encoded. */
  path: string;
  query: URLSearchParams;
  /** The `Range` header. */
  range: string | null;
}

/**
 * The reading part of S3's REST API over an object store, path-style: GetObject with one range, HeadObject, ListObjectsV2,
 * HeadBucket and GetBucketLocation. Whatever else is asked for is refused with S3's own errors. Signatures are not looked at:
 * who listens decides who may ask.
 */
export async function answerS3(store: ObjectStore, request: S3Request): Promise<Response> {
  const place = parsePath(request.path);
  if (place === null) return refusal("InvalidURI", 400, "the path is not well encoded");
  const { bucket, key } = place;
  const isHead = request.method === "HEAD";
  if (request.method !== "GET" && !isHead) {
    return refusal("MethodNotAllowed", 405, "this endpoint only reads: the lake is written by its Workers", {
      allow: "GET, HEAD",
    });
  }
  if (bucket !== BUCKET) return refusal("NoSuchBucket", 404, `there is one bucket, ${BUCKET}`);
  if (key !== "") return readObject(store, key, { isHead, range: request.range });
  if (isHead) return new Response(null, { headers: { "x-amz-bucket-region": "auto" } });
  if (request.query.has("location")) return xml(locationXml());
  return listObjects(store, request.query);
}

/** Null for a path with a `%` that encodes nothing. */
function parsePath(path: string): { bucket: string; key: string } | null {
  const parts = decodePath(path);
  if (parts === null) return null;
  const [, bucket = "", ...rest] = parts;
  return { bucket, key: rest.join("/") };
}

async function readObject(
  store: ObjectStore,
  key: string,
  { isHead, range: header }: { isHead: boolean; range: string | null },
): Promise<Response> {
  const found = key.startsWith(LAKE_PREFIX) ? await head(store, key) : undefined;
  if (found === undefined) return refusal("NoSuchKey", 404, `there is no object ${key}`);
  const range = parseByteRange(header, found.size);
  if (range === "unsatisfiable") return refusal("InvalidRange", 416, `the object has ${found.size} bytes`);
  const object = isHead ? null : await store.get(key, range ?? undefined);
  if (object === null && !isHead) return refusal("NoSuchKey", 404, `there is no object ${key}`);
  const headers = new Headers({
    "accept-ranges": "bytes",
    "content-length": String(range?.length ?? object?.size ?? found.size),
    "content-type": "application/octet-stream",
    etag: `"${object?.etag ?? found.etag}"`,
    "last-modified": new Date(found.uploadedMs).toUTCString(),
  });
  if (range !== null) headers.set("content-range", contentRange(range, found.size));
  return new Response(object?.bytes ?? null, { status: range === null ? 200 : 206, headers });
}

/** By the listing, which alone tells size and time without the bytes: the key itself is the first of those that begin with it. */
async function head(store: ObjectStore, key: string) {
  const [first] = (await store.list(key)).objects;
  return first?.key === key ? first : undefined;
}

async function listObjects(store: ObjectStore, query: URLSearchParams): Promise<Response> {
  const prefix = query.get("prefix") ?? "";
  const delimiter = query.get("delimiter") ?? "";
  const token = query.get("continuation-token");
  const from = token === null ? { after: query.get("start-after") ?? "" } : decodeToken(token);
  if (from === null) return refusal("InvalidArgument", 400, "continuation-token: none that a page gave");
  const count = Number(query.get("max-keys") ?? KEYS_MAX);
  if (!Number.isInteger(count) || count < 0)
    return refusal("InvalidArgument", 400, "max-keys: a whole number");
  const wanted = Math.min(count, KEYS_MAX);
  const page: Listed[] = [];
  let next: string | null = null;
  for await (const { entry, cursor } of entriesOf(store, { prefix, delimiter, cursor: from.cursor })) {
    if (from.after !== "" && nameOf(entry) <= from.after) continue;
    const last = page.at(-1);
    if (page.length === wanted) {
      if (last !== undefined) next = encodeToken({ after: nameOf(last), cursor });
      break;
    }
    page.push(entry);
  }
  return xml(listingXml({ bucket: BUCKET, prefix, delimiter, keysMax: wanted, entries: page, next }));
}

/** Where a page goes on: behind a name, in the store's listing from a cursor on, so that no page lists again what came before. */
interface Place {
  after: string;
  cursor?: string | undefined;
}

function encodeToken(place: Place): string {
  return Buffer.from(JSON.stringify(place)).toString("base64url");
}

function decodeToken(token: string): Place | null {
  try {
    const { after, cursor } = JSON.parse(Buffer.from(token, "base64url").toString()) as Partial<Place>;
    return typeof after === "string" ? { after, cursor } : null;
  } catch {
    return null;
  }
}

/**
 * Keys in their order, each with the cursor of the store's page that it stands in; those with the delimiter behind the prefix are
 * rolled up into one entry each.
 */
async function* entriesOf(
  store: ObjectStore,
  { prefix, delimiter, cursor: from }: { prefix: string; delimiter: string; cursor: string | undefined },
): AsyncGenerator<{ entry: Listed; cursor: string | undefined }> {
  // What is not the lake's is not listed, whatever the prefix.
  const visible = prefix.startsWith(LAKE_PREFIX) ? prefix : LAKE_PREFIX;
  if (!visible.startsWith(prefix)) return;
  let rolled = "";
  let cursor = from;
  do {
    const page = await store.list(visible, cursor);
    for (const object of page.objects) {
      const at = delimiter === "" ? -1 : object.key.indexOf(delimiter, prefix.length);
      if (at < 0) {
        yield { entry: { kind: "object", ...object }, cursor };
        continue;
      }
      const name = object.key.slice(0, at + delimiter.length);
      if (name === rolled) continue;
      rolled = name;
      yield { entry: { kind: "prefix", prefix: name }, cursor };
    }
    cursor = page.cursor;
  } while (cursor !== undefined);
}

function nameOf(entry: Listed): string {
  return entry.kind === "object" ? entry.key : entry.prefix;
}

function xml(body: string): Response {
  return new Response(body, { headers: { "content-type": "application/xml" } });
}

function refusal(
  code: string,
  status: number,
  message: string,
  headers: Record<string, string> = {},
): Response {
  return new Response(errorXml(code, message), {
    status,
    headers: { "content-type": "application/xml", ...headers },
  });
}
