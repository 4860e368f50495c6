import { LATE_ITEMS_MAX } from "../base/index.ts";
import type { OverlayItem } from "../catalogue/index.ts";
import type { LiveModel } from "./model.ts";
import { layOverlay, type ModelView } from "./view.ts";

/**
 * A version as it would answer if it were live now: what the live one knows to be available may be answered, nothing else, and items that came since stand
 * among the late ones. The live overlay alone would not do, as it lets go of what the live model learned. All other fields are as the version learned them,
 * unless the overlay has them. A few passes over the items: for people.
 */
export function viewToday(model: LiveModel, live: ModelView | null): ModelView {
  const own = layOverlay(model, null, null);
  if (live === null) return own;
  const changes = [...changedSince(own, live), ...newSince(own, live)];
  const items = Object.fromEntries(changes.map((item) => [item.item_id, item]));
  const writtenAtMs = live.overlay?.writtenAtMs ?? 0;
  return layOverlay(
    model,
    { v: 1, writtenAtMs, items: { ...items, ...live.overlay?.items } },
    live.overlayEtag,
  );
}

function* changedSince(own: ModelView, live: ModelView): Generator<OverlayItem> {
  for (const [index, itemId] of own.model.catalogue.ids.entries()) {
    const now = live.indexOf(itemId);
    if (now === undefined) yield { item_id: itemId, deleted: true };
    else if (live.space.isAvailable(now) !== own.space.isAvailable(index)) yield live.itemAt(now);
  }
}

/** The newest that a view takes. */
function newSince(own: ModelView, live: ModelView): OverlayItem[] {
  const { ids, publishedAtMs } = live.model.catalogue;
  const time = (index: number) => publishedAtMs[index] || 0;
  return [...ids.keys()]
    .filter((index) => live.space.isAvailable(index) && own.indexOf(live.idAt(index)) === undefined)
    .sort((a, b) => time(b) - time(a) || a - b)
    .slice(0, LATE_ITEMS_MAX)
    .map((index) => ({ ...live.itemAt(index), updated_at: time(index) }));
}
