import type { Cache, KVNamespace } from "@cloudflare/workers-types";
import { SECOND_MS } from "../base/index.ts";
import {
  categoriesName,
  listsName,
  readKeyRecord,
  readScenarios,
  readTenantConfig,
  type TenantCategories,
  type TenantLists,
  type WithdrawnItems,
  withdrawnName,
} from "../features/index.ts";
import { LAST_GOOD_WRITE_MS, OWN_LIST_LIFE_MS, RANKED_LIFE_MS } from "./limits.ts";
import type {
  ConfigStore,
  KeyStore,
  LastGoodList,
  ListStore,
  OwnLists,
  ScenarioStore,
  SeenLists,
} from "./ports.ts";

/** How long a location may answer from its own copy of a KV value: the platform's least. */
export const KV_CACHE_TTL_S = 30;
/** A last good list that nobody renews for a day is not good any more. */
const LAST_GOOD_TTL_S = 86_400;
/** Lists do not depend on segments: all visitors are of one. */
const LAST_GOOD_SEGMENT = "all";

export function kvKeys(kv: KVNamespace, stored: KeyStore["stored"]): KeyStore {
  return { cached: (hash) => readKeyRecord(kv, hash, KV_CACHE_TTL_S), stored };
}

/** KV first, `stored` for a tenant that KV does not show yet. */
export function kvConfigs(kv: KVNamespace, stored: ConfigStore["read"]): ConfigStore {
  return {
    read: async (tenant) => (await readTenantConfig(kv, tenant, KV_CACHE_TTL_S)) ?? stored(tenant),
  };
}

/** KV alone: whoever stores a scenario writes it there, and most tenants have none to be asked for elsewhere. */
export function kvScenarios(kv: KVNamespace): ScenarioStore {
  return { read: (tenant) => readScenarios(kv, tenant, KV_CACHE_TTL_S) };
}

export function kvLists(kv: KVNamespace, now: () => number): ListStore {
  return {
    async read(tenant, { categories }) {
      const lastGood = lastGoodName(tenant);
      const withdrawn = withdrawnName(tenant);
      const lists = listsName(tenant);
      const byCategory = categoriesName(tenant);
      const names = [lastGood, withdrawn, lists, ...(categories ? [byCategory] : [])];
      // One operation for all of them.
      const found = await kv.get<unknown>(names, { type: "json", cacheTtl: KV_CACHE_TTL_S });
      return {
        lastGood: (found.get(lastGood) ?? null) as LastGoodList | null,
        lists: (found.get(lists) ?? null) as TenantLists | null,
        categories: (found.get(byCategory) ?? null) as TenantCategories | null,
        withdrawn: (found.get(withdrawn) ?? null) as WithdrawnItems | null,
      };
    },
    async writeLastGood(tenant, list) {
      const name = lastGoodName(tenant);
      const current = await kv.get<LastGoodList>(name, { type: "json", cacheTtl: KV_CACHE_TTL_S });
      // Another isolate has just written it: KV is billed by the write and takes one a second.
      if (current !== null && now() - current.createdAtMs < LAST_GOOD_WRITE_MS) return;
      await kv.put(name, JSON.stringify(list), { expirationTtl: LAST_GOOD_TTL_S });
    },
  };
}

function lastGoodName(tenant: string): string {
  return `last:${tenant}:recommendations:${LAST_GOOD_SEGMENT}`;
}

type OpenCache = () => Promise<Cache> | Cache;

export function cacheApiSeenLists(open: OpenCache): SeenLists {
  return cacheApiLists(open, { name: "ranked-lists", lifeMs: RANKED_LIFE_MS });
}

/** A release that keeps another shape there takes another name. */
export function cacheApiOwnLists(open: OpenCache): OwnLists {
  return cacheApiLists(open, { name: "own-lists", lifeMs: OWN_LIST_LIFE_MS });
}

/** `.invalid` never resolves: these addresses name entries of the cache and nothing else. */
function cacheApiLists<L>(open: OpenCache, { name, lifeMs }: { name: string; lifeMs: number }) {
  const origin = `https://${name}.lakeshore.invalid/`;
  return {
    async get(key: string): Promise<L | null> {
      const response = await (await open()).match(origin + key);
      return response === undefined ? null : ((await response.json()) as L);
    },
    async put(key: string, list: L): Promise<void> {
      const headers = { "cache-control": `max-age=${lifeMs / SECOND_MS}` };
      const response = new Response(JSON.stringify(list), { headers });
      await (await open()).put(origin + key, response as unknown as Parameters<Cache["put"]>[1]);
    },
  };
}
