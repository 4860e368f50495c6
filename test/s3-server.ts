import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { listingXml } from "../scripts/lake/s3-xml.ts";
import { type S3Credentials, signedHeaders } from "../scripts/whole/s3-sign.ts";
import { contentRange, type ObjectStore, type PutCondition, parseByteRange } from "../src/base/index.ts";

export interface S3Server {
  endpoint: string;
  /** Called before a request is answered, and after; what it returns is answered instead, nothing breaks the connection. */
  onRequest: (when: "before" | "after", request: IncomingMessage) => number | "break" | undefined;
  close(): Promise<void>;
}

export const CREDENTIALS: S3Credentials = {
  accessKeyId: "key-of-the-tests",
  secretAccessKey: "secret-of-the-tests",
};

/** The part of S3's REST API that R2 has and `ObjectStore` needs, over another store: conditions and signatures are looked at. */
export async function startS3Server(store: ObjectStore, bucket: string): Promise<S3Server> {
  const http = createServer(async (request, response) => {
    const body = await bytesOf(request);
    const before = server.onRequest("before", request);
    if (before === "break") return void request.socket.destroy();
    const answer =
      before === undefined
        ? await answerOf(store, bucket, { request, body, origin: server.endpoint })
        : new Response(`<Error><Message>status ${before}</Message></Error>`, { status: before });
    if (server.onRequest("after", request) === "break") return void request.socket.destroy();
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    response.end(new Uint8Array(await answer.arrayBuffer()));
  });
  const server: S3Server = {
    endpoint: "",
    onRequest: () => undefined,
    close: () => new Promise((resolve) => http.close(() => resolve())),
  };
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  server.endpoint = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  return server;
}

interface Asked {
  request: IncomingMessage;
  body: Uint8Array<ArrayBuffer>;
  origin: string;
}

async function answerOf(store: ObjectStore, bucket: string, asked: Asked): Promise<Response> {
  const { request, body, origin } = asked;
  const url = new URL(request.url ?? "", origin);
  if (!isSigned(asked, url)) return new Response("<Message>SignatureDoesNotMatch</Message>", { status: 403 });
  const [, named, ...rest] = url.pathname.split("/").map(decodeURIComponent);
  if (named !== bucket) return new Response("<Message>NoSuchBucket</Message>", { status: 404 });
  const key = rest.join("/");
  if (key === "") return list(store, bucket, url.searchParams);
  if (request.method === "PUT") {
    const written = await store.put(key, body, conditionOf(request));
    return new Response(
      null,
      written === null ? { status: 412 } : { headers: { etag: `"${written.etag}"` } },
    );
  }
  if (request.method === "DELETE") {
    await store.delete([key]);
    return new Response(null, { status: 204 });
  }
  return read(store, key, request);
}

/** By signing what came once more, at the time that it names: the signature itself is held to published examples elsewhere. */
function isSigned({ request, body }: Asked, url: URL): boolean {
  const { authorization = "", "x-amz-date": time = "" } = request.headers as Record<string, string>;
  const names = /SignedHeaders=([^,]*)/.exec(authorization)?.[1]?.split(";") ?? [];
  const headers = Object.fromEntries(
    names
      .filter((name) => name !== "host" && !name.startsWith("x-amz-"))
      .map((name) => [name, String(request.headers[name])]),
  );
  const nowMs = Date.parse(time.replace(/^(....)(..)(..T..)(..)(..)Z$/, "$1-$2-$3:$4:$5Z"));
  const method = request.method ?? "";
  const call = { method, url, headers, ...(method === "PUT" ? { body } : {}) };
  return signedHeaders(call, CREDENTIALS, { region: "auto", nowMs }).authorization === authorization;
}

function conditionOf({ headers }: IncomingMessage): PutCondition | undefined {
  if (headers["if-none-match"] === "*") return { ifAbsent: true };
  const etag = headers["if-match"];
  return etag === undefined ? undefined : { ifEtag: etag.replaceAll('"', "") };
}

async function read(store: ObjectStore, key: string, request: IncomingMessage): Promise<Response> {
  const whole = await store.get(key);
  if (whole === null) return new Response("<Message>NoSuchKey</Message>", { status: 404 });
  const headers = new Headers({ etag: `"${whole.etag}"` });
  const range = parseByteRange(request.headers.range ?? null, whole.size);
  if (range === "unsatisfiable") return new Response(null, { status: 416 });
  if (range === null) return new Response(request.method === "HEAD" ? null : whole.bytes, { headers });
  headers.set("content-range", contentRange(range, whole.size));
  return new Response(whole.bytes.slice(range.offset, range.offset + range.length), { status: 206, headers });
}

async function list(store: ObjectStore, bucket: string, query: URLSearchParams): Promise<Response> {
  const prefix = query.get("prefix") ?? "";
  const { objects, cursor } = await store.list(prefix, query.get("continuation-token") ?? undefined);
  const entries = objects.map((object) => ({ kind: "object" as const, ...object }));
  return new Response(
    listingXml({ bucket, prefix, delimiter: "", keysMax: 1_000, entries, next: cursor ?? null }),
  );
}

async function bytesOf(request: IncomingMessage): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk as Uint8Array);
  return new Uint8Array(Buffer.concat(chunks));
}
