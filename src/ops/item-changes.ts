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

/** Where a change of the catalogue or of a user goes: the lake first, it is the truth; then D1. */
export interface ChangePorts {
  core: D1Database;
  lake: Pick<Lake, "append">;
}

/** Somebody else's change of the same item comes between at most this often before we give up. */
const PATCH_ATTEMPTS_MAX = 5;

/** Rejects when lake or D1 does: the caller repeats the call, which then changes nothing twice. */
export async function changeItems(
  ports: ChangePorts,
  tenant: string,
  { items, nowMs }: { items: readonly Item[]; nowMs: number },
): Promise<void> {
  const stored = await completeItems(ports.core, tenant, { items: lastOfEach(items), nowMs });
  await ports.lake.append(
    ITEM_CHANGES,
    stored.map((item) => toChange(tenant, item)),
  );
  await putItems(ports.core, tenant, stored);
  await countItemChange(ports.core, tenant);
}

/** One state per item and call: the lake orders changes by time, which is the same for all of a call. */
function lastOfEach(items: readonly Item[]): Item[] {
  return [...new Map(items.map((item) => [item.item_id, item])).values()];
}

/** The item after the change; null when there is no such item. */
export async function changeItem(
  ports: ChangePorts,
  tenant: string,
  { itemId, patch, nowMs }: { itemId: string; patch: ItemPatch; nowMs: number },
): Promise<StoredItem | null> {
  for (let attempt = 0; attempt < PATCH_ATTEMPTS_MAX; attempt++) {
    const item = await getItem(ports.core, tenant, itemId);
    if (item === null) return null;
    const next = patchedItem(item, patch, nowMs);
    await ports.lake.append(ITEM_CHANGES, [toChange(tenant, next)]);
    // If another change came between, the lake keeps a state that never was, and right after it the one that is.
    if (await replaceItem(ports.core, tenant, { next, seenMs: item.updated_at })) {
      await countItemChange(ports.core, tenant);
      return next;
    }
  }
  throw new Error(`item ${itemId} is being changed by others all the time`);
}

/** False when there is no such item. */
export async function removeItem(
  ports: ChangePorts,
  tenant: string,
  { itemId, nowMs }: { itemId: string; nowMs: number },
): Promise<boolean> {
  const item = await getItem(ports.core, tenant, itemId);
  if (item === null) return false;
  const atMs = Math.max(nowMs, item.updated_at + 1);
  await ports.lake.append(ITEM_CHANGES, [{ tenant, item_id: itemId, changed_at: atMs, deleted: true }]);
  const removed = await deleteItem(ports.core, tenant, { itemId, nowMs: atMs });
  await countItemChange(ports.core, tenant);
  return removed;
}

function toChange(tenant: string, { updated_at, ...item }: StoredItem): ItemChange {
  return { ...item, tenant, changed_at: updated_at, deleted: false };
}
