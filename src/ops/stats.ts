import type { D1Database } from "@cloudflare/workers-types";
import type { TenantStats } from "./admin.ts";

/** Counted afresh: rows read by the thousand, for a person who asks, not for the hot path. */
export async function readStats(
  { core, profiles }: { core: D1Database; profiles: D1Database },
  tenant: string,
): Promise<TenantStats> {
  const count = (database: D1Database, from: string) =>
    database.prepare(`SELECT count(*) AS count FROM ${from}`).bind(tenant).first<number>("count");
  const [featureEvents, quarantined, items, users] = await Promise.all([
    count(profiles, "event_ledger WHERE tenant = ?"),
    count(core, "quarantine WHERE tenant = ?"),
    count(core, "items WHERE tenant = ? AND deleted = 0"),
    count(core, "users WHERE tenant = ? AND deleted = 0"),
  ]);
  return {
    featureEvents: featureEvents ?? 0,
    quarantined: quarantined ?? 0,
    items: items ?? 0,
    users: users ?? 0,
  };
}
