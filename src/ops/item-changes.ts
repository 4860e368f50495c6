import type { D1Database } from "@cloudflare/workers-types";
import type { Item, ItemPatch, StoredItem } from "../events/index.ts";
import {
  completeItems,
  countItemChange,
  deleteItem,
  getItem,
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

/** Of n calls at once one gets through in each round: so many may change one item at the same moment. */
const ATTEMPTS_MAX = 40;

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
  let atMs = nowMs;
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const item = await getItem(ports.core, tenant, itemId);
    if (item === null) return null;
    const next = patchedItem(item, patch, atMs);
    await ports.lake.append(ITEM_CHANGES, [toChange(tenant, next)]);
    if (await replaceItem(ports.core, tenant, { next, seenMs: item.updated_at })) {
      await countItemChange(ports.core, tenant);
      return next;
    }
    atMs = next.updated_at + 1;
  }
  return { error: "contended" };
}

/** False when there is no such item. */
export async function removeItem(
  ports: ChangePorts,
  tenant: string,
  { itemId, nowMs }: { itemId: string; nowMs: number },
): Promise<boolean | Contended> {
  let atMs = nowMs;
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const item = await getItem(ports.core, tenant, itemId);
    if (item === null) return false;
    const seenMs = item.updated_at;
    atMs = Math.max(atMs, seenMs + 1);
    await ports.lake.append(ITEM_CHANGES, [{ tenant, item_id: itemId, changed_at: atMs, deleted: true }]);
    if (await deleteItem(ports.core, tenant, { itemId, nowMs: atMs, seenMs })) {
      await countItemChange(ports.core, tenant);
      return true;
    }
    atMs += 1;
  }
  return { error: "contended" };
}

function toChange(tenant: string, { updated_at, ...item }: StoredItem): ItemChange {
  return { ...item, tenant, changed_at: updated_at, deleted: false };
}
