import type { D1Database } from "@cloudflare/workers-types";
import type { Item, ItemPatch, StoredItem } from "../events/index.ts";
import {
  completeItems,
  countItemChange,
  deleteItem,
  getItemState,
  type ItemState,
  patchedItem,
  putItems,
  replaceItem,
} from "../features/index.ts";
import { ITEM_CHANGES, type ItemChange, type Lake } from "../lake/index.ts";
import type { Contended } from "./admin.ts";

/** Where a change of the catalogue or of a user goes: the lake first, it is the truth; then D1. */
export interface ChangePorts {
  core: D1Database;
  lake: Pick<Lake, "append">;
}

/*
 * The lake is written before D1, so a state that loses against somebody else's change of the same item is in the lake
 * already. What makes it harmless is time: D1 takes a state only if it is later than the one it replaces, and each attempt
 * of a call is later than the call's own ones before. So what a call lost is older than what it wrote in the end, that is
 * older than what came after it, and of an item's rows the latest is the state in D1. A call that gives up is to be
 * repeated, and that makes up for its last row too.
 */

/** Of n calls at once one gets through in each round: so many may change one item, or user, at the same moment. */
export const ATTEMPTS_MAX = 40;

/**
 * How many distinct items were put. Rejects when lake or D1 does, or others change the same items all the time: the caller
 * repeats the call, which then changes nothing twice.
 */
export async function changeItems(
  ports: ChangePorts,
  tenant: string,
  { items, nowMs }: { items: readonly Item[]; nowMs: number },
): Promise<{ upserted: number } | Contended> {
  const distinct = lastOfEach(items);
  let waiting = distinct;
  for (let attempt = 0; attempt < ATTEMPTS_MAX && waiting.length > 0; attempt++) {
    const stored = await completeItems(ports.core, tenant, { items: waiting, nowMs });
    await ports.lake.append(
      ITEM_CHANGES,
      stored.map((item) => toChange(tenant, item)),
      { nowMs },
    );
    const written = await putItems(ports.core, tenant, stored);
    waiting = waiting.filter((item) => !written.has(item.item_id));
  }
  await countItemChange(ports.core, tenant);
  return waiting.length === 0 ? { upserted: distinct.length } : { error: "contended" };
}

/** One state per item and call: the lake orders an item's changes by time. */
function lastOfEach(items: readonly Item[]): Item[] {
  return [...new Map(items.map((item) => [item.item_id, item])).values()];
}

/** The item after the change; null when there is no such item. */
export async function changeItem(
  ports: ChangePorts,
  tenant: string,
  { itemId, patch, nowMs }: { itemId: string; patch: ItemPatch; nowMs: number },
): Promise<StoredItem | null | Contended> {
  const change = (item: StoredItem, atMs: number) => patchedItem(item, patch, atMs);
  const outcome = await replaceState(ports, tenant, { itemId, nowMs, change });
  return outcome === null || "error" in outcome ? outcome : outcome.next;
}

/** False when there is no such item. */
export async function removeItem(
  ports: ChangePorts,
  tenant: string,
  { itemId, nowMs }: { itemId: string; nowMs: number },
): Promise<boolean | Contended> {
  const outcome = await replaceState(ports, tenant, { itemId, nowMs, change: () => null });
  if (outcome === null) return false;
  return "error" in outcome ? outcome : outcome.seen.deleted !== true;
}

interface Replacement {
  itemId: string;
  nowMs: number;
  /** The state to come, last changed at `atMs`; null deletes the item. */
  change(item: StoredItem, atMs: number): StoredItem | null;
}

/** The state that was replaced, and what came in its place; null when there is no such item. */
async function replaceState(
  { core, lake }: ChangePorts,
  tenant: string,
  { itemId, nowMs, change }: Replacement,
): Promise<{ seen: ItemState; next: StoredItem | null } | null | Contended> {
  let atMs = nowMs;
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const seen = await getItemState(core, tenant, itemId);
    if (seen === null || (seen.deleted && attempt === 0)) return null;
    atMs = Math.max(atMs, seen.updated_at + 1);
    // Deleted by somebody else meanwhile: deleted once more, later than the row that this call lost.
    const next = seen.deleted ? null : change(seen, atMs);
    const row =
      next === null ? { tenant, item_id: itemId, changed_at: atMs, deleted: true } : toChange(tenant, next);
    await lake.append(ITEM_CHANGES, [row], { nowMs: atMs });
    const seenMs = seen.updated_at;
    const done =
      next === null
        ? await deleteItem(core, tenant, { itemId, nowMs: atMs, seenMs })
        : await replaceItem(core, tenant, { next, seenMs });
    if (done) {
      await countItemChange(core, tenant);
      return { seen, next };
    }
    atMs += 1;
  }
  return { error: "contended" };
}

function toChange(tenant: string, { updated_at, ...item }: StoredItem): ItemChange {
  return { ...item, tenant, changed_at: updated_at, deleted: false };
}
