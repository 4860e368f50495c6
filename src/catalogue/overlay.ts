import { type ObjectStore, OVERLAY_ITEMS_MAX, type PutCondition } from "../base/index.ts";
import type { Item } from "../events/index.ts";

/** An item as it is now. `updated_at`, ms, tells the later of two changes; absent counts as oldest. */
export type OverlayItem = Item & { updated_at?: number; deleted?: boolean };

/** Every item changed or created since the live model's data, by id: what serving lays over the model's catalogue. */
export interface Overlay {
  v: 1;
  writtenAtMs: number;
  items: Record<string, OverlayItem>;
}

export function overlayKey(tenant: string): string {
  return `overlay/${tenant}.json`;
}

/** Null when the tenant has none. Throws when the object is not an overlay. */
export async function readOverlay(
  store: ObjectStore,
  tenant: string,
): Promise<{ overlay: Overlay; etag: string } | null> {
  const object = await store.get(overlayKey(tenant));
  if (object === null) return null;
  const overlay = JSON.parse(new TextDecoder().decode(object.bytes)) as Partial<Overlay>;
  if (overlay.v !== 1 || typeof overlay.items !== "object")
    throw new Error(`${overlayKey(tenant)} is no overlay`);
  return { overlay: overlay as Overlay, etag: object.etag };
}

/**
 * Replaces the overlay that was read with `etag` (null: there was none). Null when somebody else wrote meanwhile: read
 * and merge again. The write is the commit point of the changes' way to serving.
 */
export async function writeOverlay(
  store: ObjectStore,
  tenant: string,
  overlay: Overlay,
  etag: string | null,
): Promise<{ etag: string } | null> {
  const condition: PutCondition = etag === null ? { ifAbsent: true } : { ifEtag: etag };
  return store.put(overlayKey(tenant), new TextEncoder().encode(JSON.stringify(overlay)), condition);
}

/**
 * The overlay with changes laid over it; of two states of one item the later stays, whatever the order they came in.
 * Over `OVERLAY_ITEMS_MAX` the oldest edits go first, and exclusions last: a forgotten price is late news, a hidden item
 * that comes back is a fault.
 */
export function mergeOverlay(
  overlay: Overlay | null,
  changes: Iterable<OverlayItem>,
  { nowMs, itemsMax = OVERLAY_ITEMS_MAX }: { nowMs: number; itemsMax?: number },
): Overlay {
  const items = new Map(Object.entries(overlay?.items ?? {}));
  for (const change of changes) {
    const known = items.get(change.item_id);
    if (known === undefined || updatedAt(known) <= updatedAt(change)) items.set(change.item_id, change);
  }
  const kept = items.size <= itemsMax ? [...items] : [...items].sort(byImportance).slice(0, itemsMax);
  return { v: 1, writtenAtMs: nowMs, items: Object.fromEntries(kept) };
}

function byImportance([idA, a]: [string, OverlayItem], [idB, b]: [string, OverlayItem]): number {
  return Number(isExcluded(b)) - Number(isExcluded(a)) || updatedAt(b) - updatedAt(a) || (idA < idB ? -1 : 1);
}

function isExcluded(item: OverlayItem): boolean {
  return item.deleted === true || item.hidden === true || item.stock === 0;
}

function updatedAt(item: OverlayItem): number {
  return item.updated_at ?? 0;
}
