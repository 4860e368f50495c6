/**
 * features: what serving and training need by key, in D1: profiles, item counters over windows, the catalogue and users,
 * and the lists made from them. Declared once in `declarations.ts`; written once per event, whatever is delivered again.
 * Nothing here is the truth: all of it can be rebuilt from the lake.
 */
export { applyEvents, applyLate, type FeatureStores } from "./apply-events.ts";
export {
  type AsOf,
  FeatureFold,
  featuresAsOf,
  LAKE_EVENT_NAMES,
  type LakeEvent,
  type LakeFeatures,
} from "./as-of.ts";
export type { Bought } from "./bought.ts";
export { type DeletedUser, ERASE_EVERY_MS, noteErased, usersToErase } from "./erasures.ts";
export { type FacetStates, facetStates, type ItemInterval } from "./facets.ts";
export { FEATURES, type Feature } from "./feature-list.ts";
export { type ActiveUser, findItems, findUsers, type ItemSight, readSights } from "./find.ts";
export { foldCounters } from "./fold-counters.ts";
export { forgetUser, isKnownByEvents, restoreDeletions } from "./forget-user.ts";
export {
  type HourRange,
  type IntakeCount,
  type IntakeHour,
  readIntakeCounts,
  readLedgerCounts,
  recordIntake,
} from "./intake-counts.ts";
export { type ItemCounts, readItemCounts } from "./item-counts.ts";
export {
  changedItems,
  completeItems,
  deleteItem,
  getItem,
  getItemState,
  type ItemState,
  listItems,
  patchedItem,
  putItems,
  readAllItems,
  replaceItem,
} from "./items.ts";
export { newestInteractions } from "./lake-histories.ts";
export type { Deletion, Link } from "./lake-identities.ts";
export {
  CATEGORY_ITEMS_MAX,
  categoriesName,
  categoryList,
  LIST_CATEGORIES_MAX,
  LIST_ITEMS_MAX,
  LIST_NAMES,
  type ListName,
  listsName,
  SEGMENT_DIMENSIONS,
  type SegmentDimension,
  type SegmentList,
  type TenantCategories,
  type TenantLists,
} from "./list.ts";
export { type ListCounts, type ListPorts, refreshLists } from "./materialise.ts";
export { claimOverlay, countItemChange, coverOverlay, overlayStates } from "./overlay-state.ts";
export {
  fieldsAt,
  LIST_FIELDS,
  type ListedItem,
  type ListField,
  type PackedItems,
  type PackedList,
  unpacked,
} from "./packed-items.ts";
export type { Page, PageRequest } from "./page.ts";
export {
  anonymousSubject,
  type Profile,
  type ProfileEntry,
  readProfile,
  userSubject,
} from "./profile.ts";
export { pruneFacets, pruneFeatures } from "./prune.ts";
export {
  forgetQuarantine,
  type QuarantinedEvent,
  recordQuarantine,
  restoreQuarantine,
} from "./quarantine.ts";
export { type FeatureRequest, type Features, readFeatures } from "./read-features.ts";
export { referrerGroup } from "./referrer-group.ts";
export {
  type Restored,
  restoreItems,
  restoreKeys,
  restoreScenarios,
  restoreTenants,
  restoreUsers,
  settleRestored,
} from "./restore.ts";
export {
  readScenarios,
  type ScenarioSet,
  type ScenarioVersion,
  type StoredScenario,
  scenariosName,
} from "./scenarios.ts";
export {
  readJson,
  SEGMENT_HALF_LIFE_DAYS,
  SEGMENT_MANIFEST,
  SEGMENTS_PREFIX,
  type SegmentCount,
  type SegmentCounts,
  type SegmentManifest,
} from "./segment-counts.ts";
export { type SegmentVisitor, segmentTrending, segmentValues } from "./segment-trending.ts";
export { publishSegments, readSegments, type SegmentRow } from "./segments.ts";
export {
  foldServed,
  readServed,
  recordServed,
  SERVED_DAYS,
  SERVED_SLOT_MS,
  type Served,
  type ServedCounts,
  sumServed,
  WAITED_BOUNDS_MS,
} from "./served.ts";
export {
  automatedRows,
  endsSession,
  type PatternEvent,
  SESSION_PATTERN,
  type SessionState,
  type SessionVerdict,
  sessionActor,
  sessionPattern,
} from "./session-pattern.ts";
export type { Shown } from "./shown.ts";
export {
  type KeyRow,
  keyFromRow,
  keyName,
  listTenants,
  readKeyRecord,
  readStoredKey,
  readStoredTenant,
  readTenantConfig,
  type TenantConfig,
  tenantName,
} from "./tenant.ts";
export { type KeptLink, type UnnamedEvent, unlinkUsers } from "./unlink-users.ts";
export {
  completeUsers,
  deleteUser,
  getUser,
  getUserState,
  listUsers,
  putUsers,
  replaceUser,
} from "./users.ts";
export { readVisitorFacts, type StoredVisitor, type VisitorQuestion } from "./visitor-facts.ts";
export { type ArrivedItems, type WithdrawnItems, withdrawnName, writeWithdrawn } from "./withdraw.ts";
