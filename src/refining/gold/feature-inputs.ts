import type { Deletion, ItemInterval, Link } from "../../features/index.ts";
import { IDENTITY_LINKS, ITEM_STATES, type Lake, USER_CHANGES } from "../../lake/index.ts";
import { rowsOf } from "../rewrite/index.ts";

const STATE_COLUMNS = [
  "tenant",
  "item_id",
  "valid_from",
  "valid_to",
  "categories",
  "tags",
  "price",
  "published_at",
] as const;

/** All states that the tenant's items ever had: about 300 bytes each. */
export async function readItemIntervals(lake: Lake, tenant: string): Promise<ItemInterval[]> {
  const intervals: ItemInterval[] = [];
  for await (const rows of rowsOf(lake.scan(ITEM_STATES, { columns: STATE_COLUMNS, tenant })))
    intervals.push(...rows);
  return intervals;
}

/** Every `identify` of the tenant. */
export async function readTenantLinks(lake: Lake, tenant: string): Promise<Link[]> {
  const links: Link[] = [];
  const columns = ["anonymous_id", "user_id", "linked_at", "received_at"] as const;
  for await (const rows of rowsOf(lake.scan(IDENTITY_LINKS, { columns, tenant }))) {
    for (const { anonymous_id: anonymousId, user_id: userId, linked_at, received_at } of rows)
      links.push({ anonymousId, userId, linkedAtMs: linked_at, receivedAtMs: received_at });
  }
  return links;
}

export async function readDeletions(lake: Lake, tenant: string): Promise<Deletion[]> {
  const deletions: Deletion[] = [];
  const columns = ["user_id", "changed_at", "deleted"] as const;
  for await (const rows of rowsOf(lake.scan(USER_CHANGES, { columns, tenant }))) {
    for (const { user_id: userId, changed_at: deletedAtMs, deleted } of rows)
      if (deleted) deletions.push({ userId, deletedAtMs });
  }
  return deletions;
}
