import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { ObjectStore } from "../../src/base/index.ts";
import { callCatalog, openLake, TABLES, WAREHOUSE_URI } from "../../src/lake/index.ts";
import { connectText, EXAMPLE_KEY, REGION } from "./connect.ts";
import { decodePath } from "./decode-path.ts";
import { answerS3 } from "./s3.ts";

/** What a client is given as its catalog's `uri`, below the endpoint's address. */
export const CATALOG_PATH = "/catalog";
/** This machine's own names. A page of another site may make its own name lead here, and would be refused by it. */
const LOOPBACK = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;

export interface ServedLake {
  url: string;
  close(): Promise<void>;
}

/** Serves a lake on loopback: the REST catalog under `/catalog`, the bucket by S3's API beside it, how to connect at `/`. */
export async function serveLake(store: ObjectStore, port: number): Promise<ServedLake> {
  const server = createServer((request, response) => {
    answer(store, request, urlOf(server.address() as AddressInfo))
      .catch((error: unknown) => failure(error))
      .then((answered) => send(response, answered, request.method === "HEAD"))
      .catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(new Error(`port ${port} cannot be listened on (${error.code}): choose another with --port`)),
    );
    server.listen(port, "127.0.0.1", resolve);
  });
  return {
    url: urlOf(server.address() as AddressInfo),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function urlOf({ port }: AddressInfo): string {
  return `http://127.0.0.1:${port}`;
}

async function answer(store: ObjectStore, request: IncomingMessage, base: string): Promise<Response> {
  if (!LOOPBACK.test(request.headers.host ?? "")) {
    return Response.json({ error: "this endpoint answers to this machine's own name only" }, { status: 403 });
  }
  const method = request.method ?? "GET";
  const { pathname: path, searchParams: query } = new URL(request.url ?? "/", base);
  if (path.startsWith(`${CATALOG_PATH}/`)) return answerCatalog(store, { method, path, query }, base);
  if (path === "/" && method === "GET") return new Response(connectText(base));
  return answerS3(store, { method, path, query, range: request.headers.range ?? null });
}

async function answerCatalog(
  store: ObjectStore,
  { method, path, query }: { method: string; path: string; query: URLSearchParams },
  base: string,
): Promise<Response> {
  if (method !== "GET" && method !== "HEAD") {
    return icebergError("UnsupportedOperationException", 405, "the catalog is a view, for reading only");
  }
  const view = {
    lake: openLake(store),
    tables: TABLES,
    warehouseUri: WAREHOUSE_URI,
    config: clientConfig(base),
  };
  const decoded = decodePath(path.slice(CATALOG_PATH.length + 1));
  if (decoded === null) return icebergError("BadRequestException", 400, "the path is not well encoded");
  const [version, ...parts] = decoded;
  if (version !== "v1") return icebergError("NoSuchEndpointException", 404, `the catalog has no ${path}`);
  const { status, body } = await callCatalog(view, { method, path: parts, query: Object.fromEntries(query) });
  return body === null ? new Response(null, { status }) : Response.json(body, { status });
}

/** What PyIceberg and Iceberg's Java library call the same things; each ignores the other's names. */
function clientConfig(base: string): Record<string, string> {
  return {
    "s3.endpoint": base,
    "s3.path-style-access": "true",
    "s3.access-key-id": EXAMPLE_KEY,
    "s3.secret-access-key": EXAMPLE_KEY,
    "s3.region": REGION,
    "client.region": REGION,
  };
}

function icebergError(type: string, code: number, message: string): Response {
  return Response.json({ error: { message, type, code } }, { status: code, headers: { allow: "GET, HEAD" } });
}

function failure(error: unknown): Response {
  const message = error instanceof Error ? error.message : String(error);
  return icebergError("InternalServerError", 500, message);
}

async function send(response: ServerResponse, answered: Response, isHead: boolean): Promise<void> {
  const body = Buffer.from(await answered.arrayBuffer());
  const headers = Object.fromEntries(answered.headers);
  response.writeHead(answered.status, { "content-length": String(body.byteLength), ...headers });
  response.end(isHead ? undefined : body);
}
