import type { D1Database } from "@cloudflare/workers-types";
import {
  type ActiveUser,
  findItems,
  findUsers,
  type ItemCounts,
  type ItemSight,
  readItemCounts,
  readProfile,
  readSights,
  userSubject,
} from "../features/index.ts";

/** One interaction of a user, with what tells its item from others; without that where the item is gone. */
export interface HistoryEvent extends ItemSight {
  type: string;
  value?: number;
  occurredAtMs: number;
}

/** The RPC for those who look at single users and items; read from D1 by key or within bounds. */
export interface ExploreAdmin {
  /** Newest first; of the interactions that serving goes by, HISTORY_MAX at most. */
  userHistory(tenant: string, question: { userId: string; limit: number }): Promise<HistoryEvent[]>;
  findUsers(
    tenant: string,
    question: { prefix: string; limit: number },
  ): Promise<{ users: ActiveUser[]; complete: boolean }>;
  findItems(tenant: string, question: { text: string; limit: number }): Promise<ItemSight[]>;
  itemCounts(tenant: string, itemId: string): Promise<ItemCounts>;
}

export interface ExplorePorts {
  core: D1Database;
  profiles: D1Database;
  nowMs: number;
}

export function explorer({ core, profiles, nowMs }: ExplorePorts): ExploreAdmin {
  return {
    async userHistory(tenant, { userId, limit }) {
      const profile = await readProfile(profiles, tenant, [userSubject(userId)], nowMs);
      const newest = (profile?.history ?? []).toReversed().slice(0, limit);
      const sights = await readSights(core, tenant, [...new Set(newest.map(({ itemId }) => itemId))]);
      return newest.map((entry) => ({ ...entry, ...sights.get(entry.itemId) }));
    },
    findUsers: (tenant, question) => findUsers(profiles, tenant, question),
    findItems: (tenant, question) => findItems(core, tenant, question),
    itemCounts: (tenant, itemId) => readItemCounts(profiles, tenant, { itemId, nowMs }),
  };
}
