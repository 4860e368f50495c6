import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createPrng, r2ObjectStore } from "../../src/base/index.ts";
import { makeUuidV7, type StoredEvent } from "../../src/events/index.ts";
import { applyEvents, listsName, type TenantLists } from "../../src/features/index.ts";
import { ROOT } from "../local/workers.ts";
import type { MadeModel } from "./serve-model.ts";
import { itemId, makeLive, publishModel } from "./serve-model.ts";
import { type Identity, openSite, reopenSite, type Site, TENANT } from "./site.ts";

/** What a site leaves behind and others start from, each on a copy of its own: a published model, lists, people with profiles. */
export interface PreparedState {
  identity: Identity;
  version: string;
  users: string[];
  /** Opens a site on a copy, in processes that nothing has asked anything yet. */
  open(options: { entries?: Entries; inspectorPort?: number }): Promise<Site>;
  /** Once all sites are closed. */
  remove(): Promise<void>;
}

type Entries = { edge?: string; scorer?: string };

/** Entries of a bench's own, by their file in this folder. */
export function benchEntry(file: string): string {
  return path.join(ROOT, "scripts/bench", file);
}

export async function prepareState(
  model: MadeModel,
  { users, history, seed }: { users: number; history: number; seed: number },
): Promise<PreparedState> {
  const folder = await mkdtemp(path.join(tmpdir(), "lakeshore-bench-"));
  const origin = path.join(folder, "origin");
  const site = await openSite({ statePath: origin });
  const nowMs = Date.now();
  const names = Array.from({ length: users }, (_, user) => `user-${user}`);
  try {
    const version = await publish(site, model, nowMs);
    await writeLists(site, model, nowMs);
    await writeProfiles(site, names, { items: model.items.length, history, seed, nowMs });
    const { identity } = site;
    let copies = 0;
    return {
      ...{ identity, version, users: names },
      async open(options) {
        const statePath = path.join(folder, `copy-${copies++}`);
        await cp(origin, statePath, { recursive: true });
        return reopenSite(identity, { ...options, statePath });
      },
      remove: () => rm(folder, { recursive: true, force: true }),
    };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  } finally {
    await site.runtime.dispose();
  }
}

async function publish(site: Site, model: MadeModel, nowMs: number): Promise<string> {
  const store = r2ObjectStore(await site.runtime.lake());
  const version = await publishModel(store, TENANT, model, { mark: "a", createdAtMs: nowMs });
  await makeLive(store, TENANT, version, nowMs);
  return version;
}

/** Of 200 items, as the pipeline writes them. */
async function writeLists(site: Site, { items }: MadeModel, nowMs: number): Promise<void> {
  const listed = items.slice(0, 200);
  const none = { at: [], scores: [] };
  const all = { at: listed.map((_, at) => at), scores: listed.map((_, at) => listed.length - at) };
  const lists: TenantLists = {
    v: 1,
    createdAtMs: nowMs,
    items: {
      itemIds: listed.map((item) => item.item_id),
      fields: {
        title: listed.map(({ title }) => title),
        brand: listed.map(({ brand }) => brand),
        price: listed.map(({ price }) => price),
        categories: listed.map(({ categories }) => categories),
        attributes: listed.map(({ attributes }) => attributes),
      },
    },
    lists: { trending_1h: none, trending_24h: none, trending_7d: none, popular: all, newest: none },
    segments: {},
  };
  await (await site.runtime.kv()).put(listsName(TENANT), JSON.stringify(lists));
}

async function writeProfiles(
  { runtime }: Site,
  users: readonly string[],
  { items, history, seed, nowMs }: { items: number; history: number; seed: number; nowMs: number },
): Promise<void> {
  const prng = createPrng(`bench/users/${seed}`);
  const events = users.flatMap((user_id) =>
    Array.from({ length: history }, (_, place): StoredEvent => {
      const atMs = nowMs - 60_000 * (history - place);
      const random = Uint8Array.from({ length: 10 }, () => prng.int(256));
      return {
        ...{ tenant: TENANT, event_id: makeUuidV7(atMs, random), type: "view", user_id },
        ...{ session_id: `visit-${user_id}`, item_id: itemId(prng.int(items)) },
        ...{ occurred_at: atMs, sent_at: atMs, received_at: atMs },
        ...{ consent: "granted", country: "DE", device: "desktop", is_bot: false },
      };
    }),
  );
  const stores = {
    core: await runtime.database("DB"),
    profiles: [await runtime.database("PROFILES_0")],
  };
  await applyEvents(stores, events, nowMs);
}
