import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { StoredItem } from "../../src/events/index.ts";
import { ApiClient } from "../client/index.ts";

/** A listener on this machine alone, for the demo page's button: it has the key that a page must not have. */
export interface Newcomers {
  url: string;
  close(): Promise<void>;
}

const LOOPBACK = "127.0.0.1";
const BODY_BYTES_MAX = 1_000;

/** Puts an item like another one into the catalogue on each `POST {"like"?: item id}` of the page, and of no other. */
export async function openNewcomers({
  url,
  secretKey,
}: {
  url: string;
  secretKey: string;
}): Promise<Newcomers> {
  const client = new ApiClient(url, secretKey);
  const { port, hostname } = new URL(url);
  const pages = [hostname, LOOPBACK, "localhost"].map((host) => `http://${host}:${port}`);
  const server = createServer(async (request, response) => {
    const { origin = "" } = request.headers;
    // Any site that is open in the same browser can send a POST here: only the page's own counts.
    if (request.method !== "POST" || !pages.includes(origin)) {
      response.writeHead(403).end();
      return;
    }
    const headers = { "access-control-allow-origin": origin, "content-type": "application/json" };
    try {
      const added = await addItem(client, await readLike(request));
      response.writeHead(200, headers).end(JSON.stringify(added));
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      response.writeHead(502, headers).end(JSON.stringify({ error: { message } }));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, LOOPBACK, resolve));
  return {
    url: `http://${LOOPBACK}:${(server.address() as AddressInfo).port}/`,
    close: () => close(server),
  };
}

async function readLike(request: IncomingMessage): Promise<string | undefined> {
  let text = "";
  for await (const part of request) {
    text += part;
    if (text.length > BODY_BYTES_MAX) throw new Error("the body is too long");
  }
  const { like } = JSON.parse(text) as { like?: unknown };
  return typeof like === "string" ? like : undefined;
}

/** Same kind, brand and price, nothing else: whoever gets it gets it for its content. */
async function addItem(
  client: ApiClient,
  like: string | undefined,
): Promise<{ item_id: string; title: string }> {
  const model = await itemLike(client, like);
  if (model === undefined) throw new Error("the catalogue is empty");
  const { updated_at: _, published_at: __, ...item } = model;
  const added = {
    ...item,
    item_id: `new-${Date.now().toString(36)}`,
    title: `New: ${item.title ?? item.item_id}`,
    stock: 25,
  };
  await client.request("/v1/items", { method: "POST", body: [added] });
  return { item_id: added.item_id, title: added.title };
}

async function itemLike(client: ApiClient, like: string | undefined): Promise<StoredItem | undefined> {
  if (like !== undefined) return client.request<StoredItem>(`/v1/items/${encodeURIComponent(like)}`);
  const { items } = await client.request<{ items: StoredItem[] }>("/v1/items", { query: { limit: 1 } });
  return items[0];
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
