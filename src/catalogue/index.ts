/**
 * catalogue: the items of a model as columns in model order (`catalog.parquet`), the overlay of what changed or came
 * since, and the content features that place an item no learner has seen. What may be answered is decided by `rules`.
 */
export type { CatalogItem } from "./columns.ts";
export { contentFeatures, LATE_FEATURES, LIKENESS_WIDTH } from "./content.ts";
export { itemFields } from "./fields.ts";
export { heldBytes } from "./held.ts";
export {
  mergeOverlay,
  type Overlay,
  type OverlayItem,
  overlayKey,
  readOverlay,
  writeOverlay,
} from "./overlay.ts";
export {
  RANKING_COUNTERS,
  type RankingCandidate,
  type RankingFeature,
  type RankingWriter,
  rankingCounter,
  rankingFeatures,
  rankingWriter,
  readsContext,
} from "./ranking/features.ts";
export { decodeRankingItems, encodeRankingItems, RANKING_ITEMS_FILE } from "./ranking/file.ts";
export { createRankingItems, type RankingItems, type RankingTable, rankingTable } from "./ranking/items.ts";
export {
  type RankingContext,
  type RankingEntry,
  type RankingVisitor,
  rankingVisitor,
} from "./ranking/visitor.ts";
export { type Catalogue, readCatalog } from "./read.ts";
export { ruleColumnsOf } from "./rule-columns.ts";
export {
  encodeTogether,
  type ItemsTogether,
  readTogether,
  TOGETHER_FILE,
  type TogetherLists,
} from "./together.ts";
export { type ItemVectors, readVectors, VECTORS_FILE, type VectorsWriter, vectorsWriter } from "./vectors.ts";
export { writeCatalog } from "./write.ts";
