import { randomBytes } from "node:crypto";
import { makeUuidV7 } from "../../src/events/index.ts";
import { ApiClient } from "../client/index.ts";
import type { DemoState, Home } from "./home.ts";

/** The page's address, the keys, and three lines to paste; on stdout, for this is the command's answer. */
export async function printWelcome(demo: DemoState, home: Home): Promise<void> {
  const { url, publishableKey: key, secretKey } = demo;
  const userId = demo.shoppers[0]?.userId ?? "u1";
  const itemId = await someItem(new ApiClient(url, secretKey));
  const nowMs = Date.now();
  // Sent with the secret key, as a server's: with the publishable one, which is for browsers, curl counts as a robot.
  const event = {
    event_id: makeUuidV7(nowMs, randomBytes(10)),
    type: "click",
    user_id: userId,
    session_id: "curl",
    item_id: itemId,
    occurred_at: nowMs,
    sent_at: nowMs,
    consent: "granted",
  };
  console.log(`
Lakeshore runs. The demo shop: ${url}/     Console: ${url}/console/     API: ${url}/docs

  publishable key  ${key}
  secret key       ${secretKey}

Ask for recommendations, tell of a click, ask what is similar:

curl '${url}/v1/recommendations?user_id=${userId}&limit=5&fields=title&key=${key}'
curl '${url}/v1/events' -H 'authorization: Bearer ${secretKey}' -H 'content-type: application/json' -d '${JSON.stringify(event)}'
curl '${url}/v1/items/${itemId}/similar?limit=5&fields=title&key=${key}'

The crons fire on their schedule; the Workers log to ${home.logPath}.
Ctrl-C stops everything; the next \`npm start\` goes on from this state, \`npm start -- --fresh\` begins anew.`);
}

/** One that people like now, else the first of the catalogue. */
async function someItem(client: ApiClient): Promise<string> {
  const { items } = await client.request<{ items: { item_id: string }[] }>("/v1/trending", {
    query: { limit: 1 },
  });
  if (items[0] !== undefined) return items[0].item_id;
  const first = await client.request<{ items: { item_id: string }[] }>("/v1/items", { query: { limit: 1 } });
  return first.items[0]?.item_id ?? "";
}
