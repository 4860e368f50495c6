import { setTimeout as sleep } from "node:timers/promises";
import { type LocalOptions, type LocalRuntime, startLocal } from "../../scripts/local/runtime.ts";
import { MINUTE_MS, r2ObjectStore } from "../../src/base/index.ts";
import type { CatalogItem } from "../../src/catalogue/index.ts";
import { goLive } from "../scoring/tiny-model.ts";

const ADMIN_TOKEN = "root-token-of-the-tests";
const POLL_MS = 250;

export interface Keys {
  publishable: string;
  secret: string;
}

// biome-ignore lint/suspicious/noExplicitAny: the shape is what each test looks at
export type Reply = { status: number; headers: Headers; json: any };

interface AskOptions {
  body?: unknown;
  method?: string;
  headers?: Record<string, string>;
}

/** The four Workers with tenants whose models answer by what their items are. */
export interface AnsweringSite {
  runtime: LocalRuntime;
  /** A body is posted as JSON; the key goes into the header. */
  ask(key: string, path: string, options?: AskOptions): Promise<Reply>;
  /** The same where nothing but success will do. */
  must(key: string, path: string, options?: AskOptions): Promise<Reply>;
  tenant(name: string): Promise<Keys>;
  /** The items in the catalogue and in the lists; with `isLive` also in a model that answers. */
  stock(
    name: string,
    items: readonly CatalogItem[],
    options: { isLive: boolean; beside?: Record<string, Uint8Array<ArrayBuffer>> },
  ): Promise<void>;
  /** What the ask comes to once `isIt`; the test's own time is the limit. Also how long it took, in ms. */
  until(
    ask: () => Promise<Reply>,
    isIt: (reply: Reply) => boolean,
  ): Promise<{ reply: Reply; tookMs: number }>;
}

export async function openAnsweringSite(
  options: Pick<LocalOptions, "entries" | "queueTimeoutS" | "assetsPath"> = {},
): Promise<AnsweringSite> {
  const secrets = { ADMIN_TOKEN, SIGNING_SECRET: "the signing secret of the tests" };
  const runtime = await startLocal({ secrets, onLog: () => {}, ...options });
  const keys = new Map<string, Keys>();

  async function ask(key: string, path: string, { body, method, headers }: AskOptions = {}): Promise<Reply> {
    const response = await fetch(new URL(path, runtime.url), {
      method: method ?? (body === undefined ? "GET" : "POST"),
      headers: { authorization: `Bearer ${key}`, ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, headers: response.headers, json: await response.json() };
  }

  const site: AnsweringSite = {
    runtime,
    ask,
    async must(key, path, options) {
      const reply = await ask(key, path, options);
      if (reply.status >= 300) throw new Error(`${path}: ${reply.status} ${JSON.stringify(reply.json)}`);
      return reply;
    },
    async tenant(name) {
      const made = await site.must(ADMIN_TOKEN, "/v1/admin/tenants", { body: { tenant: name, origins: [] } });
      const own = { publishable: made.json.publishable_key, secret: made.json.secret_key };
      keys.set(name, own);
      return own;
    },
    async stock(name, items, { isLive, beside = {} }) {
      const { secret } = keys.get(name) ?? { secret: "" };
      const body = { items: items.map(({ popularity: _, ...item }) => item) };
      const stored = await ask(secret, "/v1/items", { body });
      if (stored.json.upserted !== items.length) throw new Error(JSON.stringify(stored.json));
      await site.must(secret, "/v1/admin/refresh", { body: {} });
      if (!isLive) return;
      // Later than the items by the margin that two clocks are given: what changes from now on is in the overlay, and nothing else.
      const createdAtMs = Date.now() + MINUTE_MS;
      await goLive(r2ObjectStore(await runtime.lake()), name, items, { createdAtMs, beside });
      const first = items[0]?.item_id ?? "";
      await site.until(
        () => ask(secret, `/v1/items/${first}/similar`),
        ({ json }) => json.items[0]?.source === "model",
      );
    },
    async until(asked, isIt) {
      const startMs = Date.now();
      for (;;) {
        const reply = await asked();
        if (isIt(reply)) return { reply, tookMs: Date.now() - startMs };
        await sleep(POLL_MS);
      }
    },
  };
  return site;
}

export const idsOf = ({ json }: Reply): string[] =>
  json.items.map(({ item_id }: { item_id: string }) => item_id);
