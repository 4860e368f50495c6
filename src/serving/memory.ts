import type { KeyRecord } from "../events/index.ts";
import type { TenantConfig } from "../features/index.ts";
import { type AllowedLists, countItems } from "./allowed-lists.ts";
import type { LastGoodPool } from "./last-good.ts";
import {
  ASKED_AGAIN_LIFE_MS,
  CONFIG_LIFE_MS,
  KEY_LIFE_MS,
  KEYS_IN_MEMORY_MAX,
  LAST_GOOD_LIFE_MS,
  LATE_LISTS_LIFE_MS,
  LATE_SCENARIOS_LIFE_MS,
  LISTS_ITEMS_IN_MEMORY_MAX,
  PROVEN_KEY_LIFE_MS,
  RANKED_IN_MEMORY_MAX,
  RANKED_ITEMS_IN_MEMORY_MAX,
  RANKED_LIFE_MS,
  TENANTS_IN_MEMORY_MAX,
} from "./limits.ts";
import { Lru } from "./lru.ts";
import type { OwnList, RankedList } from "./ports.ts";
import type { Scenarios } from "./scenario-reader.ts";

/** What the scorer named last for a tenant, and when. */
export interface LiveModel {
  modelVersion: string;
  overlayEtag: string | null;
  /** Its lists depend on where and when they are asked for, too. */
  usesContext: boolean;
  seenAtMs: number;
}

/** A key that proved good, for when neither store answers. */
export interface ProvenKey {
  record: KeyRecord;
  /** When last neither did. */
  unansweredAtMs: number;
}

/** The first cache tier: what one isolate remembers. Every key begins with the tenant. */
export interface ServingMemory {
  keys: Lru<KeyRecord>;
  /** Apart from the good ones, so that a flood of wrong keys pushes no good one out. */
  unknownKeys: Lru<true>;
  /** Longer than `keys`, and no longer than until one is found revoked. */
  provenKeys: Lru<ProvenKey>;
  configs: Lru<TenantConfig>;
  /** Older ones than `CONFIG_LIFE_MS` stand in while their store is late. */
  scenarios: Lru<{ scenarios: Scenarios; readAtMs: number }>;
  ranked: Lru<{ list: RankedList; shared: boolean }>;
  live: Lru<LiveModel>;
  lists: Lru<AllowedLists>;
  /** A visitor's own last list. */
  lastGood: Lru<OwnList>;
  /** Per tenant, the questions that are asked once more, as the scorer was cold. */
  askedAgain: Lru<Set<string>>;
  pools: Lru<LastGoodPool>;
}

export function createMemory(): ServingMemory {
  return {
    keys: new Lru({ entriesMax: KEYS_IN_MEMORY_MAX, lifeMs: KEY_LIFE_MS }),
    unknownKeys: new Lru({ entriesMax: KEYS_IN_MEMORY_MAX, lifeMs: KEY_LIFE_MS }),
    provenKeys: new Lru({ entriesMax: KEYS_IN_MEMORY_MAX, lifeMs: PROVEN_KEY_LIFE_MS }),
    configs: new Lru({ entriesMax: TENANTS_IN_MEMORY_MAX, lifeMs: CONFIG_LIFE_MS }),
    scenarios: new Lru({ entriesMax: TENANTS_IN_MEMORY_MAX, lifeMs: LATE_SCENARIOS_LIFE_MS }),
    ranked: new Lru({
      entriesMax: RANKED_IN_MEMORY_MAX,
      lifeMs: RANKED_LIFE_MS,
      weightMax: RANKED_ITEMS_IN_MEMORY_MAX,
      weightOf: ({ list }) => list.items.length,
    }),
    live: new Lru({ entriesMax: TENANTS_IN_MEMORY_MAX, lifeMs: RANKED_LIFE_MS }),
    lists: new Lru({
      entriesMax: TENANTS_IN_MEMORY_MAX,
      lifeMs: LATE_LISTS_LIFE_MS,
      weightMax: LISTS_ITEMS_IN_MEMORY_MAX,
      weightOf: countItems,
    }),
    lastGood: new Lru({
      entriesMax: RANKED_IN_MEMORY_MAX,
      lifeMs: LAST_GOOD_LIFE_MS,
      weightMax: RANKED_ITEMS_IN_MEMORY_MAX,
      weightOf: (list) => list.items.length,
    }),
    askedAgain: new Lru({ entriesMax: TENANTS_IN_MEMORY_MAX, lifeMs: ASKED_AGAIN_LIFE_MS }),
    pools: new Lru({ entriesMax: TENANTS_IN_MEMORY_MAX, lifeMs: LAST_GOOD_LIFE_MS }),
  };
}
