import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface ApiServer {
  url: string;
  /** Distinct accepted events by id, with how often each came. */
  events: Map<string, { event: Record<string, unknown>; times: number }>;
  items: Map<string, Record<string, unknown>>;
  /** Called before each answer; a status other than 200 is answered at once. */
  onRequest: (count: number) => number;
  close(): Promise<void>;
}

/** Keeps the bulk contract of the API over HTTP: verdicts per event, upserts by id. Events of item "unwanted" are rejected. */
export async function startApiServer(): Promise<ApiServer> {
  let count = 0;
  const server = createServer(async (request, response) => {
    const status = api.onRequest(++count);
    const body = JSON.parse(await text(request)) as unknown;
    if (status !== 200) return void answer(response, status, { error: { message: "not now" } });
    if (request.url === "/v1/events")
      return void answer(response, 200, takeEvents(api, body as Record<string, unknown>[]));
    for (const item of (body as { items: { item_id: string }[] }).items) api.items.set(item.item_id, item);
    answer(response, 200, { upserted: 0 });
  });
  const api: ApiServer = {
    url: "",
    events: new Map(),
    items: new Map(),
    onRequest: () => 200,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  api.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return api;
}

function takeEvents(api: ApiServer, events: Record<string, unknown>[]): object {
  const verdicts: object[] = [];
  events.forEach((event, index) => {
    const id = String(event.event_id);
    if (event.item_id === "unwanted") {
      verdicts.push({
        index,
        event_id: id,
        status: "rejected",
        error: { field: "item_id", message: "is unwanted" },
      });
    } else {
      api.events.set(id, { event, times: (api.events.get(id)?.times ?? 0) + 1 });
    }
  });
  return { accepted: events.length - verdicts.length, rejected: verdicts.length, verdicts };
}

async function text(request: IncomingMessage): Promise<string> {
  let body = "";
  for await (const chunk of request) body += chunk;
  return body;
}

function answer(response: ServerResponse, status: number, body: object): void {
  response
    .writeHead(status, { "content-type": "application/json", "retry-after": "0" })
    .end(JSON.stringify(body));
}
