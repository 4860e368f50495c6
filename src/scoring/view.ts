import { LATE_ITEMS_MAX, type Tensor } from "../base/index.ts";
import {
  type Catalogue,
  contentFeatures,
  type ItemVectors,
  itemFields,
  type Overlay,
  type OverlayItem,
  type RankingTable,
  rankingTable,
  ruleColumnsOf,
} from "../catalogue/index.ts";
import type { Item } from "../events/index.ts";
import {
  type BiasPool,
  CompiledColumns,
  compileAvailability,
  createBiasPool,
  ItemSpace,
} from "../rules/index.ts";
import type { LiveModel } from "./model.ts";

/** An item of an overlay in memory: its object, its texts. */
const OVERLAY_ITEM_BYTES = 1_000;

/**
 * A model with an overlay laid over it: what one request answers from. Immutable; a new overlay makes a new view of the
 * same model, so a request under way is never half old and half new.
 */
export interface ModelView {
  model: LiveModel;
  overlay: Overlay | null;
  overlayEtag: string | null;
  /** N + M. */
  size: number;
  bytes: number;
  /** [M, F] */
  lateFeatures: Tensor;
  bias: BiasPool;
  /** What the second stage knows of the items; null without one. */
  ranking: RankingTable | null;
  /** What rules say of the items. */
  space: ItemSpace;
  /** How alike items are, late ones included; null where the model does not say. */
  vectors: ItemVectors | null;
  /** Index of an item of the model, or N + j of late item j; undefined when neither knows it. */
  indexOf(itemId: string): number | undefined;
  idAt(index: number): string;
  fieldsAt(index: number, fields: readonly string[]): Record<string, unknown>;
  /** The whole item, as it is now. */
  itemAt(index: number): Item & { popularity?: number };
}

/** Cost: one pass over N items and one feature vector per late item. Paid in the background. */
export function layOverlay(model: LiveModel, overlay: Overlay | null, overlayEtag: string | null): ModelView {
  const { catalogue, manifest } = model;
  const changed = new Map(Object.entries(overlay?.items ?? {}));
  const late = manifest.lateFeatureCount === 0 ? [] : lateItems(changed, catalogue.idToIndex);
  const lateIndex = new Map(late.map((item, j) => [item.item_id, catalogue.size + j]));
  const { bias } = compileAvailability(
    catalogue,
    availabilityChanges(changed, catalogue.idToIndex),
    late.length,
  );
  const idAt = (index: number) =>
    catalogue.ids[index] ?? (late[index - catalogue.size] as OverlayItem).item_id;
  const indexOf = (itemId: string) => catalogue.idToIndex.get(itemId) ?? lateIndex.get(itemId);
  const known = [...changed.values()].filter(({ item_id }) => indexOf(item_id) !== undefined);
  const extra = known.map((item) => withPopularity(item, model));
  return {
    model,
    overlay,
    overlayEtag,
    size: bias.length,
    bytes: model.bytes + changed.size * OVERLAY_ITEM_BYTES,
    lateFeatures: featureMatrix(late, manifest.lateFeatureCount),
    bias: createBiasPool(bias),
    ranking: rankingOf(model, { changed, late }),
    space: new ItemSpace({
      base: model.items.rules,
      extra: new CompiledColumns(ruleColumnsOf(extra)),
      extraIndex: Uint32Array.from(extra, ({ item_id }) => indexOf(item_id) as number),
      size: bias.length,
      availability: bias,
      indexOf,
      idAt,
    }),
    vectors: vectorsOf(model, late),
    indexOf,
    idAt,
    fieldsAt(index, fields) {
      const edited = changed.get(idAt(index));
      // The overlay holds whole items: a field that it lacks has been taken away.
      return edited === undefined ? catalogue.fieldsOf(index, fields) : itemFields(edited, fields);
    },
    itemAt(index) {
      const edited = changed.get(idAt(index));
      return edited === undefined ? catalogue.itemAt(index) : withPopularity(edited, model);
    },
  };
}

/** How popular an item is the model's data say, not its owner. */
function withPopularity(item: OverlayItem, { catalogue }: LiveModel): OverlayItem & { popularity?: number } {
  const popularity = catalogue.popularity[catalogue.idToIndex.get(item.item_id) ?? -1];
  return popularity === undefined || Number.isNaN(popularity) ? item : { ...item, popularity };
}

function vectorsOf({ items, manifest }: LiveModel, late: readonly OverlayItem[]): ItemVectors | null {
  const width = manifest.lateFeatureCount;
  return items.vectors?.withLate(late.map((item) => contentFeatures(item, width))) ?? null;
}

function rankingOf(
  { ranker, catalogue }: LiveModel,
  { changed, late }: { changed: ReadonlyMap<string, OverlayItem>; late: readonly OverlayItem[] },
): RankingTable | null {
  if (ranker === null) return null;
  const edited = [...changed.values()].flatMap((item) => {
    const index = catalogue.idToIndex.get(item.item_id);
    return index === undefined ? [] : [{ index, item }];
  });
  const added = late.map((item, j) => ({ index: catalogue.size + j, item }));
  return rankingTable(ranker.items, [...edited, ...added]);
}

/** The newest items that the model has not seen and that may be answered. */
function lateItems(changed: ReadonlyMap<string, OverlayItem>, known: Catalogue["idToIndex"]): OverlayItem[] {
  const late = [...changed.values()].filter(
    (item) => isAvailable(item) && known.get(item.item_id) === undefined,
  );
  late.sort((a, b) => (b.updated_at ?? 0) - (a.updated_at ?? 0) || (a.item_id < b.item_id ? -1 : 1));
  return late.slice(0, LATE_ITEMS_MAX);
}

function* availabilityChanges(
  changed: ReadonlyMap<string, OverlayItem>,
  known: Catalogue["idToIndex"],
): Generator<{ index: number; available: boolean }> {
  for (const [itemId, item] of changed) {
    const index = known.get(itemId);
    if (index !== undefined) yield { index, available: isAvailable(item) };
  }
}

function isAvailable(item: OverlayItem): boolean {
  return item.deleted !== true && item.hidden !== true && item.stock !== 0;
}

function featureMatrix(items: readonly OverlayItem[], width: number): Tensor {
  const data = new Float32Array(items.length * width);
  for (const [j, item] of items.entries()) data.set(contentFeatures(item, width), j * width);
  return { type: "float32", dims: [items.length, width], data };
}
