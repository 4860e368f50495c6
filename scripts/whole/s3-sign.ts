import { createHash, createHmac } from "node:crypto";

export interface S3Credentials {
  accessKeyId: string;
  secretAccessKey: string;
}

export interface S3Call {
  method: string;
  url: URL;
  /** Names in lower case. */
  headers?: Readonly<Record<string, string>>;
  body?: Uint8Array<ArrayBuffer>;
}

const ALGORITHM = "AWS4-HMAC-SHA256";

/** The call's headers with those that sign it (AWS Signature Version 4, the body's hash included); valid for a quarter of an hour. */
export function signedHeaders(
  { method, url, headers = {}, body }: S3Call,
  { accessKeyId, secretAccessKey }: S3Credentials,
  { region, nowMs }: { region: string; nowMs: number },
): Record<string, string> {
  const time = new Date(nowMs).toISOString().replaceAll(/[-:]|\.\d{3}/g, "");
  const bodyHash = sha256(body ?? "");
  const sent = { ...headers, "x-amz-content-sha256": bodyHash, "x-amz-date": time };
  // `host` is set by whoever sends.
  const signed = Object.entries({ ...sent, host: url.host }).sort(byName);
  const names = signed.map(([name]) => name).join(";");
  const canonical = [
    method,
    url.pathname,
    canonicalQuery(url.searchParams),
    ...signed.map(([name, value]) => `${name}:${value.trim()}`),
    "",
    names,
    bodyHash,
  ].join("\n");
  const parts = [time.slice(0, 8), region, "s3", "aws4_request"];
  const scope = parts.join("/");
  const key = parts.reduce<string | Buffer>((last, part) => hmac(last, part), `AWS4${secretAccessKey}`);
  const signature = hmac(key, [ALGORITHM, time, scope, sha256(canonical)].join("\n")).toString("hex");
  const authorization = `${ALGORITHM} Credential=${accessKeyId}/${scope},SignedHeaders=${names},Signature=${signature}`;
  return { ...sent, authorization };
}

/** As the signature wants names and values: everything but letters, digits and `-._~` in percents. */
export function encodeStrictly(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Sorted and encoded as it is signed. */
export function canonicalQuery(query: Iterable<[string, string]>): string {
  return [...query]
    .sort(byName)
    .map(([name, value]) => `${encodeStrictly(name)}=${encodeStrictly(value)}`)
    .join("&");
}

function byName([a]: [string, string], [b]: [string, string]): number {
  return a < b ? -1 : 1;
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

function sha256(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}
