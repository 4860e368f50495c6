import type { D1Database, D1PreparedStatement } from "@cloudflare/workers-types";
import { D1_JSON_BYTES_MAX } from "../base/index.ts";
import type { Item, ItemPatch, StoredItem } from "../events/index.ts";
import { NOTE_FACETS } from "./facets.ts";
import type { Page, PageRequest } from "./page.ts";
import { splitJson } from "./split-json.ts";

/** An item as D1 has it; a tombstone tells `deleted`. */
export type ItemState = StoredItem & { deleted?: boolean };

interface ItemRow {
  item_id: string;
  body: string;
  published_at: number;
  updated_at: number;
  deleted: number;
}

const COLUMNS = "item_id, body, published_at, updated_at, deleted";

/**
 * The items as they will be stored at `nowMs`, later than what each replaces: what names no `published_at` keeps the one it
 * had, else it counts as published now.
 */
export async function completeItems(
  core: D1Database,
  tenant: string,
  { items, nowMs }: { items: readonly Item[]; nowMs: number },
): Promise<StoredItem[]> {
  const { results } = await core
    .prepare(
      `SELECT item_id, published_at, updated_at FROM items
       WHERE tenant = ? AND item_id IN (SELECT value FROM json_each(?))`,
    )
    .bind(tenant, JSON.stringify(items.map((item) => item.item_id)))
    .all<Pick<ItemRow, "item_id" | "published_at" | "updated_at">>();
  const known = new Map(results.map((row) => [row.item_id, row]));
  return items.map((item) => {
    const before = known.get(item.item_id);
    return {
      ...item,
      published_at: item.published_at ?? before?.published_at ?? nowMs,
      updated_at: before === undefined ? nowMs : Math.max(nowMs, before.updated_at + 1),
    };
  });
}

/** Replaces whole items in one transaction, but none whose state is as late or later; returns the ids of those replaced. */
export async function putItems(
  core: D1Database,
  tenant: string,
  items: readonly StoredItem[],
): Promise<Set<string>> {
  const documents = splitJson(items, D1_JSON_BYTES_MAX);
  if (documents.length === 0) return new Set();
  const ids = splitJson(
    items.map((item) => item.item_id),
    D1_JSON_BYTES_MAX,
  );
  const answers = await core.batch<Pick<ItemRow, "item_id">>([
    ...documents.map((document) => core.prepare(PUT).bind(tenant, document)),
    ...ids.map((document) => core.prepare(NOTE_FACETS).bind(tenant, document)),
  ]);
  return new Set(answers.flatMap(({ results }) => results.map((row) => row.item_id)));
}

const BODY = "json_remove(value, '$.item_id', '$.published_at', '$.updated_at')";
const LISTED = "coalesce(value ->> 'hidden', 0) = 0 AND coalesce(value ->> 'stock', 1) <> 0";

const PUT = `
INSERT INTO items (tenant, item_id, body, published_at, listed, updated_at, deleted)
SELECT ?1, value ->> 'item_id', ${BODY}, value ->> 'published_at', ${LISTED}, value ->> 'updated_at', 0
FROM json_each(?2)
WHERE true
ON CONFLICT (tenant, item_id) DO UPDATE SET
  body = excluded.body, published_at = excluded.published_at, listed = excluded.listed,
  updated_at = excluded.updated_at, deleted = 0
WHERE items.updated_at < excluded.updated_at
RETURNING item_id`;

/** The item with the patch laid over it; null takes a field away, and `published_at` stays when it would be taken away. */
export function patchedItem(item: StoredItem, patch: ItemPatch, nowMs: number): StoredItem {
  const given = Object.entries(patch).filter(([, value]) => value !== undefined);
  const merged = { ...item, ...Object.fromEntries(given) } as Record<string, unknown>;
  const kept = Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null));
  return {
    ...(kept as unknown as StoredItem),
    published_at: patch.published_at ?? item.published_at,
    // Later than what it replaces even within one millisecond: the time tells the order of changes.
    updated_at: Math.max(nowMs, item.updated_at + 1),
  };
}

/** Puts `next` in the place of the item last changed at `seenMs`; false when somebody changed it meanwhile. */
export async function replaceItem(
  core: D1Database,
  tenant: string,
  { next, seenMs }: { next: StoredItem; seenMs: number },
): Promise<boolean> {
  return changeNoted(core, tenant, {
    itemId: next.item_id,
    change: core.prepare(REPLACE).bind(tenant, JSON.stringify(next), seenMs),
  });
}

/** One transaction: the change, and what features need of the item after it. Whether it changed anything. */
async function changeNoted(
  core: D1Database,
  tenant: string,
  { itemId, change }: { itemId: string; change: D1PreparedStatement },
): Promise<boolean> {
  const note = core.prepare(NOTE_FACETS).bind(tenant, JSON.stringify([itemId]));
  const [changed] = await core.batch([change, note]);
  return changed !== undefined && changed.meta.changes > 0;
}

const REPLACE = `
UPDATE items SET
  body = next.body, published_at = next.published_at, listed = next.listed, updated_at = next.updated_at
FROM (
  SELECT value ->> 'item_id' AS item_id, ${BODY} AS body, value ->> 'published_at' AS published_at,
    ${LISTED} AS listed, value ->> 'updated_at' AS updated_at
  FROM (SELECT ?2 AS value)
) AS next
WHERE items.tenant = ?1 AND items.item_id = next.item_id AND items.updated_at = ?3 AND items.deleted = 0`;

/** Null when there is none, or it was deleted. */
export async function getItem(core: D1Database, tenant: string, itemId: string): Promise<StoredItem | null> {
  const item = await getItemState(core, tenant, itemId);
  return item?.deleted === true ? null : item;
}

/** Null when there never was one: what was deleted is a tombstone. */
export async function getItemState(
  core: D1Database,
  tenant: string,
  itemId: string,
): Promise<ItemState | null> {
  const row = await core
    .prepare(`SELECT ${COLUMNS} FROM items WHERE tenant = ? AND item_id = ?`)
    .bind(tenant, itemId)
    .first<ItemRow>();
  return row === null ? null : toState(row);
}

/** Leaves a tombstone, so that the overlay can tell. False when somebody changed the item after `seenMs`. */
export async function deleteItem(
  core: D1Database,
  tenant: string,
  { itemId, nowMs, seenMs }: { itemId: string; nowMs: number; seenMs: number },
): Promise<boolean> {
  const change = core
    .prepare(
      `UPDATE items SET body = '{}', listed = 0, deleted = 1, updated_at = ?3
       WHERE tenant = ?1 AND item_id = ?2 AND updated_at = ?4`,
    )
    .bind(tenant, itemId, nowMs, seenMs);
  return changeNoted(core, tenant, { itemId, change });
}

/** A page in the order of the ids; the cursor is the last id of the page before. */
export async function listItems(
  core: D1Database,
  tenant: string,
  { cursor = "", limit }: PageRequest,
): Promise<Page<StoredItem>> {
  const { results } = await core
    .prepare(
      `SELECT ${COLUMNS} FROM items WHERE tenant = ? AND item_id > ? AND deleted = 0 ORDER BY item_id LIMIT ?`,
    )
    .bind(tenant, cursor, limit + 1)
    .all<ItemRow>();
  const items = results.slice(0, limit).map(toState);
  const last = items.at(-1);
  return { items, ...(results.length > limit && last !== undefined ? { cursor: last.item_id } : {}) };
}

/** Rows of one answer of D1: some 500 KB. */
const ROWS_PER_READ = 1_000;

/** The whole catalogue of a tenant, by id, without what was deleted. About 500 B per item in memory. */
export async function readAllItems(core: D1Database, tenant: string): Promise<StoredItem[]> {
  const all: StoredItem[] = [];
  let cursor: string | undefined = "";
  while (cursor !== undefined) {
    const page: Page<StoredItem> = await listItems(core, tenant, { cursor, limit: ROWS_PER_READ });
    all.push(...page.items);
    cursor = page.cursor;
  }
  return all;
}

/** Items changed at or after a time, tombstones too; what may not be answered first, then the latest changes. */
export async function changedItems(
  core: D1Database,
  tenant: string,
  { sinceMs, limit }: { sinceMs: number; limit: number },
): Promise<ItemState[]> {
  const { results } = await core
    .prepare(
      `SELECT ${COLUMNS} FROM items WHERE tenant = ? AND updated_at >= ?
       ORDER BY listed, updated_at DESC, item_id LIMIT ?`,
    )
    .bind(tenant, sinceMs, limit)
    .all<ItemRow>();
  return results.map(toState);
}

function toState(row: ItemRow): ItemState {
  return {
    item_id: row.item_id,
    ...(JSON.parse(row.body) as Omit<Item, "item_id">),
    published_at: row.published_at,
    updated_at: row.updated_at,
    ...(row.deleted === 1 ? { deleted: true } : {}),
  };
}
