import { Agent, type IncomingMessage, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { parentPort } from "node:worker_threads";
import type { LoadedAnswer, LoadOrder, LoadOutcome, LoadRequest } from "./load.ts";

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

async function run(order: LoadOrder): Promise<LoadOutcome> {
  const { requests, connections, ratePerSecond } = order;
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const target = new URL(order.url);
  const latenciesMs: number[] = new Array(requests.length);
  const answers: LoadedAnswer[] = [];
  async function ask(index: number, dueMs: number): Promise<void> {
    const one = requests[index] as LoadRequest;
    const answer = await send(target, agent, one).catch((error: Error) => ({
      status: 0,
      text: error.message,
    }));
    latenciesMs[index] = performance.now() - dueMs;
    if (order.keepAnswers) answers[index] = answer;
    else check(one, answer, order);
  }
  const startedMs = performance.now();
  try {
    if (ratePerSecond === undefined) await inLanes(requests.length, connections, ask);
    else await offered(requests.length, ratePerSecond, ask);
    const seconds = (performance.now() - startedMs) / 1_000;
    return { latenciesMs, seconds, ...(order.keepAnswers ? { answers } : {}) };
  } finally {
    agent.destroy();
  }
}

type Ask = (index: number, dueMs: number) => Promise<void>;

async function inLanes(count: number, lanes: number, ask: Ask): Promise<void> {
  let next = 0;
  async function lane(): Promise<void> {
    for (let index = next++; index < count; index = next++) await ask(index, performance.now());
  }
  await Promise.all(Array.from({ length: lanes }, lane));
}

async function offered(count: number, ratePerSecond: number, ask: Ask): Promise<void> {
  const startedMs = performance.now();
  const asked: Promise<void>[] = [];
  let failure: { error: unknown } | undefined;
  for (let index = 0; index < count && failure === undefined; index++) {
    const dueMs = startedMs + (1_000 * index) / ratePerSecond;
    const waitMs = dueMs - performance.now();
    if (waitMs > 0) await sleep(waitMs);
    asked.push(
      ask(index, dueMs).catch((error: unknown) => {
        failure ??= { error };
      }),
    );
  }
  await Promise.all(asked);
  if (failure !== undefined) throw failure.error;
}

function check({ path }: LoadRequest, { status, text }: LoadedAnswer, { refuse, demand }: LoadOrder): void {
  const shown = text.slice(0, 300);
  if (status !== 200) throw new Error(`${path} answered ${status}: ${shown}`);
  const refused = refuse.find((word) => text.includes(word));
  if (refused !== undefined) throw new Error(`${path} answered with ${refused}: ${shown}`);
  if (demand !== undefined && !text.includes(demand)) {
    throw new Error(`${path} answered without ${demand}: ${shown}`);
  }
}

function send(target: URL, agent: Agent, { path, body, headers }: LoadRequest): Promise<LoadedAnswer> {
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
          ...headers,
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
