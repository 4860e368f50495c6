import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { mapPooled, type ObjectPage, type ObjectStore, type PutCondition } from "../../src/base/index.ts";
import { readListing } from "./s3-listing.ts";
import { canonicalQuery, encodeStrictly, type S3Call, type S3Credentials, signedHeaders } from "./s3-sign.ts";

export interface S3Place {
  /** Such as `https://<account>.r2.cloudflarestorage.com`. */
  endpoint: string;
  bucket: string;
  region: string;
}

/** A model of the largest size, on a slow line. */
const REQUEST_TIMEOUT_MS = 10 * 60_000;
const ATTEMPTS_MAX = 6;
const BACKOFF_FIRST_MS = 300;
const DELETES_AT_ONCE = 8;

/** `ObjectStore` over S3's REST API, path-style, as R2 has it: conditional writes included. */
export function s3Store(place: S3Place, credentials: S3Credentials): ObjectStore {
  const send = sender(place.region, credentials);
  const bucket = new URL(`${place.endpoint.replace(/\/+$/, "")}/${encodeStrictly(place.bucket)}`);
  const urlOf = (key: string) => new URL(`${bucket.href}/${key.split("/").map(encodeStrictly).join("/")}`);
  return {
    async get(key, range) {
      const headers = range === undefined ? {} : { range: rangeHeader(range) };
      const { response } = await send({ method: "GET", url: urlOf(key), headers });
      if (response.status === 404) return null;
      const bytes = new Uint8Array(await response.arrayBuffer());
      const total = /\/(\d+)$/.exec(response.headers.get("content-range") ?? "")?.[1];
      return { bytes, etag: etagOf(response), size: total === undefined ? bytes.length : Number(total) };
    },
    async etag(key) {
      const { response } = await send({ method: "HEAD", url: urlOf(key) });
      return response.status === 404 ? null : etagOf(response);
    },
    async put(key, bytes, condition) {
      const body = new Uint8Array(bytes);
      const call = { method: "PUT", url: urlOf(key), headers: conditionHeaders(condition), body };
      const { response, attempts } = await send(call);
      if (response.ok) return { etag: etagOf(response) };
      if (condition === undefined) throw new Error(`there is no bucket ${place.bucket} at ${place.endpoint}`);
      if (attempts === 1) return null;
      // An attempt whose answer was lost may have written: then what the condition met is our own.
      const own = createHash("md5").update(body).digest("hex");
      const { response: head } = await send({ method: "HEAD", url: urlOf(key) });
      return head.ok && etagOf(head) === own ? { etag: own } : null;
    },
    async list(prefix, cursor): Promise<ObjectPage> {
      const url = new URL(bucket);
      const query = {
        "list-type": "2",
        prefix,
        ...(cursor === undefined ? {} : { "continuation-token": cursor }),
      };
      url.search = canonicalQuery(Object.entries(query));
      const { response } = await send({ method: "GET", url });
      if (response.status === 404) throw new Error(`there is no bucket ${place.bucket} at ${place.endpoint}`);
      return readListing(await response.text());
    },
    async delete(keys) {
      await mapPooled(keys, DELETES_AT_ONCE, (key) => send({ method: "DELETE", url: urlOf(key) }));
    },
  };
}

/**
 * Sends until there is an answer that stands: 2xx, 404, or a condition that does not hold. What passes is waited out; anything else
 * rejects in the store's own words.
 */
function sender(region: string, credentials: S3Credentials) {
  return async (call: S3Call): Promise<{ response: Response; attempts: number }> => {
    for (let attempts = 1; ; attempts++) {
      const answered = await once(call, region, credentials).catch((error: unknown) => asError(error));
      if (answered instanceof Response) {
        if (answered.ok || answered.status === 404 || answered.status === 412) {
          // What nobody reads holds its connection.
          if (call.method !== "GET" || !answered.ok) await answered.arrayBuffer();
          return { response: answered, attempts };
        }
        const words = await answered.text();
        const told = /<Message>([^<]*)/.exec(words)?.[1] ?? words.slice(0, 200);
        if (!isPassing(answered.status) || attempts === ATTEMPTS_MAX) {
          throw new Error(`${call.method} ${call.url.pathname}: ${answered.status} ${told}`.trim());
        }
      } else if (attempts === ATTEMPTS_MAX) {
        throw new Error(`${call.url.origin} cannot be reached (${answered.message})`, { cause: answered });
      }
      await sleep(BACKOFF_FIRST_MS * 2 ** (attempts - 1));
    }
  };
}

/** Signed anew each time: a signature ages. */
function once(call: S3Call, region: string, credentials: S3Credentials): Promise<Response> {
  const { method, url, body } = call;
  return fetch(url, {
    method,
    headers: signedHeaders(call, credentials, { region, nowMs: Date.now() }),
    ...(body === undefined ? {} : { body }),
    signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
  });
}

/** 409: two conditional writes met; who was second is to ask again. */
function isPassing(status: number): boolean {
  return status === 409 || status === 429 || status >= 500;
}

function asError(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  return error.cause instanceof Error ? error.cause : error;
}

function conditionHeaders(condition: PutCondition | undefined): Record<string, string> {
  if (condition === undefined) return {};
  return "ifAbsent" in condition ? { "if-none-match": "*" } : { "if-match": `"${condition.ifEtag}"` };
}

function rangeHeader({ offset, length }: { offset: number; length: number }): string {
  return `bytes=${offset}-${offset + length - 1}`;
}

function etagOf(response: Response): string {
  return (response.headers.get("etag") ?? "").replaceAll('"', "");
}
