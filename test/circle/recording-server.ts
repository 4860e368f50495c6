import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { bundleScript } from "../../scripts/local/assets.ts";
import type { Event } from "../../src/events/index.ts";

export interface Recorded {
  method: string;
  url: URL;
  contentType: string;
  /** Of a POST. */
  events: Event[];
}

/** A site and, at another origin, an API that only writes down what it is asked. */
export interface RecordingServer {
  /** Origin of the pages. */
  site: string;
  api: string;
  requests: Recorded[];
  /** All events of all requests, those of a retry twice. */
  events(): Event[];
  /** Statuses of the next POSTs; 200 when empty. */
  statuses: number[];
  /** The HTML between `<body>` tags of every page. */
  body: string;
  /** Of every page. */
  headers: Record<string, string>;
  /** Scripts of the site, by path. */
  scripts: Map<string, string>;
  /** What a list is answered with. */
  items: Record<string, unknown>[];
  stop(): Promise<void>;
}

export async function startRecordingServer(): Promise<RecordingServer> {
  const folder = await mkdtemp(path.join(tmpdir(), "lakeshore-beacon-"));
  await bundleScript("src/beacon/index.ts", path.join(folder, "beacon.js"));
  const beacon = await readFile(path.join(folder, "beacon.js"));
  await rm(folder, { recursive: true });

  const api = createServer(async (request, response) => {
    const url = new URL(request.url ?? "/", "http://api");
    response.setHeader("access-control-allow-origin", "*");
    if (url.pathname === "/beacon.js") {
      response.setHeader("content-type", "text/javascript").end(beacon);
      return;
    }
    const body = await readBody(request);
    const { method = "", headers } = request;
    const events = method === "POST" ? (JSON.parse(body) as Event[]) : [];
    recorder.requests.push({ method, url, contentType: headers["content-type"] ?? "", events });
    response.statusCode = method === "POST" ? (recorder.statuses.shift() ?? 200) : 200;
    response.end(
      JSON.stringify({ recommendation_id: "r-1", model_version: null, variant: "a", items: recorder.items }),
    );
  });
  const site = createServer((request, response) => {
    const script = recorder.scripts.get(request.url ?? "");
    if (script !== undefined) {
      response.setHeader("content-type", "text/javascript").end(script);
      return;
    }
    for (const [name, value] of Object.entries(recorder.headers)) response.setHeader(name, value);
    response.setHeader("content-type", "text/html").end(`<!doctype html><body>${recorder.body}</body>`);
  });
  const recorder: RecordingServer = {
    site: await listen(site),
    api: await listen(api),
    requests: [],
    events: () => recorder.requests.flatMap(({ events }) => events),
    statuses: [],
    body: "",
    headers: {},
    scripts: new Map(),
    items: [],
    async stop() {
      for (const server of [site, api]) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  };
  return recorder;
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function readBody(request: IncomingMessage): Promise<string> {
  let body = "";
  for await (const chunk of request) body += chunk;
  return body;
}
