import type { D1Database, KVNamespace } from "@cloudflare/workers-types";
import { HOUR_MS, MINUTE_MS } from "../base/index.ts";
import { ItemPacker } from "./item-packer.ts";
import { ListedItems } from "./listed-items.ts";
import type { PackedItems, PackedList } from "./packed-items.ts";

/**
 * What lists made before do not know. Items that may not be answered any more, though lists made before still name them. Written whole from D1 each time, so
 * that of two writers none loses the other's items; an item that is shown again is simply not in the next one.
 */
export interface WithdrawnItems {
  v: 1;
  /** Names every item withdrawn at or after this time. */
  sinceMs: number;
  itemIds: string[];
  /** Items published since the lists were made, the newest first; absent where there are none. */
  arrived?: ArrivedItems;
  /** Items edited since, as they are now; absent where there are none. */
  edited?: PackedItems;
}

export interface ArrivedItems {
  items: PackedItems;
  list: PackedList;
}

/** Longer than any list outside the scorer lives: a last good list stays a day, and was gathered for up to an hour. */
const WITHDRAWN_MS = 26 * HOUR_MS;
/** At 20 B an id 200 KB, parsed in about a millisecond. */
const WITHDRAWN_ITEMS_MAX = 10_000;
/** Three times as long as lists stand before they are made anew. */
const LATELY_MS = 15 * MINUTE_MS;
/** The longest answer. At some 300 B an item 30 KB. */
const ARRIVED_ITEMS_MAX = 100;
/** Of a catalogue that is sent whole the last ones: lists know the others' new fields when they are made anew. */
const EDITED_ITEMS_MAX = 200;
const ITEMS_CHARS_MAX = 100_000;
/**
 * KV may answer with what stood there a minute ago: while anything was withdrawn so lately, what is read is not relied upon, and the value
 * is written whatever it is.
 */
const KV_LAG_MS = 2 * MINUTE_MS;

export function withdrawnName(tenant: string): string {
  return `list:${tenant}:withdrawn`;
}

/**
 * Tells those who answer from lists which items to leave out, and which are new; returns how many to leave out. Nothing is written while they are
 * those that KV has.
 */
export async function writeWithdrawn(
  { core, kv }: { core: D1Database; kv: Pick<KVNamespace, "get" | "put"> },
  tenant: string,
  nowMs: number,
): Promise<number> {
  const { results } = await core
    .prepare(
      `SELECT item_id, updated_at FROM items WHERE tenant = ? AND listed = 0 AND updated_at >= ?
       ORDER BY updated_at DESC, item_id LIMIT ?`,
    )
    .bind(tenant, nowMs - WITHDRAWN_MS, WITHDRAWN_ITEMS_MAX)
    .all<{ item_id: string; updated_at: number }>();
  const name = withdrawnName(tenant);
  const shelf = new ListedItems(core, tenant);
  const arrived = await arrivedItems(shelf, nowMs);
  const edited = await editedItems(shelf, nowMs);
  const newestMs = results[0]?.updated_at ?? 0;
  if (newestMs < nowMs - KV_LAG_MS && arrived === null && edited === null) {
    // An older value of the same items names all of a longer time.
    const held = await kv.get<WithdrawnItems>(name, "json");
    const ids = held?.itemIds ?? [];
    const isSame = ids.length === results.length && results.every((row, rank) => row.item_id === ids[rank]);
    if (isSame && held?.arrived === undefined && held?.edited === undefined) return results.length;
  }
  const oldestMs = results.at(-1)?.updated_at;
  const isWhole = results.length < WITHDRAWN_ITEMS_MAX || oldestMs === undefined;
  const withdrawn: WithdrawnItems = {
    v: 1,
    sinceMs: isWhole ? nowMs - WITHDRAWN_MS : oldestMs + 1,
    itemIds: results.map((row) => row.item_id),
    ...(arrived === null ? {} : { arrived }),
    ...(edited === null ? {} : { edited }),
  };
  await kv.put(name, JSON.stringify(withdrawn));
  return results.length;
}

/** Null where nothing was published so lately. */
async function arrivedItems(shelf: ListedItems, nowMs: number): Promise<ArrivedItems | null> {
  const newest = await shelf.newest(ARRIVED_ITEMS_MAX, nowMs);
  const ranking = newest
    .filter(({ publishedAtMs }) => publishedAtMs > nowMs - LATELY_MS)
    .map(({ itemId, publishedAtMs }) => ({ itemId, score: publishedAtMs }));
  if (ranking.length === 0) return null;
  const packer = new ItemPacker(shelf, ITEMS_CHARS_MAX);
  const list = packer.pack(ranking, ARRIVED_ITEMS_MAX);
  return { items: packer.items(), list };
}

/** Null where nothing was edited so lately. */
async function editedItems(shelf: ListedItems, nowMs: number): Promise<PackedItems | null> {
  const edited = await shelf.edited(EDITED_ITEMS_MAX, nowMs - LATELY_MS);
  if (edited.length === 0) return null;
  const packer = new ItemPacker(shelf, ITEMS_CHARS_MAX);
  packer.pack(
    edited.map(({ itemId }) => ({ itemId, score: 0 })),
    EDITED_ITEMS_MAX,
  );
  return packer.items();
}
