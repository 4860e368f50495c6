import { Agent, type IncomingMessage, request } from "node:http";
import { parentPort } from "node:worker_threads";
import type { LoadAnswer, LoadOrder, LoadRequest } from "./load.ts";

/** Looks like a person's browser: what calls itself a program is taken for a robot and counts nowhere. */
const USER_AGENT =
  "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36";

let client = 0;

/** Runs as a thread of its own: sends the requests over kept-alive connections, each as soon as one is free. */
parentPort?.on("message", async (order: LoadOrder) => {
  try {
    parentPort?.postMessage(await run(order));
  } catch (error) {
    parentPort?.postMessage({ error: error instanceof Error ? error.message : String(error) });
  }
});

async function run({ url, requests, connections, refuse }: LoadOrder): Promise<LoadAnswer> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const target = new URL(url);
  const latenciesMs: number[] = [];
  let next = 0;
  async function lane(): Promise<void> {
    for (let index = next++; index < requests.length; index = next++) {
      const one = requests[index] as LoadRequest;
      const startedMs = performance.now();
      const { status, text } = await send(target, agent, one);
      latenciesMs.push(performance.now() - startedMs);
      if (status !== 200) throw new Error(`${one.path} answered ${status}: ${text.slice(0, 300)}`);
      const refused = refuse.find((word) => text.includes(word));
      if (refused !== undefined)
        throw new Error(`${one.path} answered with ${refused}: ${text.slice(0, 300)}`);
    }
  }
  const startedMs = performance.now();
  try {
    await Promise.all(Array.from({ length: connections }, lane));
    return { latenciesMs, seconds: (performance.now() - startedMs) / 1_000 };
  } finally {
    agent.destroy();
  }
}

function send(
  target: URL,
  agent: Agent,
  { path, body }: LoadRequest,
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        agent,
        host: target.hostname,
        port: target.port,
        path,
        method: body === undefined ? "GET" : "POST",
        headers: {
          "user-agent": USER_AGENT,
          // Each request from another visitor: rate limits count per address.
          "cf-connecting-ip": address(client++),
          ...(body === undefined
            ? {}
            : { "content-type": "application/json", "content-length": Buffer.byteLength(body) }),
        },
      },
      (incoming: IncomingMessage) => {
        let text = "";
        incoming.setEncoding("utf8").on("data", (part: string) => {
          text += part;
        });
        incoming.on("end", () => resolve({ status: incoming.statusCode ?? 0, text }));
        incoming.on("error", reject);
      },
    );
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

/** An address of 10.0.0.0/8. */
function address(index: number): string {
  return `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`;
}
