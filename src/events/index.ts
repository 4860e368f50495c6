/**
 * events: the vocabulary. The wire form of events, items and users (one zod schema each, types inferred), the ids, the
 * keys, and the column map that lake tables are declared from. No I/O, no storage.
 */
export {
  type Cell,
  type ColumnType,
  EVENT_COLUMNS,
  type EventColumn,
} from "./columns.ts";
export {
  DEVICES,
  type Event,
  type EventMessage,
  eventItemSchema,
  eventSchema,
  type StoredEvent,
} from "./event.ts";
export { idSchema } from "./id.ts";
export {
  ID_EARLY_MAX_MS,
  ID_LATE_MAX_MS,
  isBeyondLedger,
  isReplayedDeadLetter,
  ledgerKnowsUntilMs,
  type SilverPlace,
  silverPlace,
} from "./id-age.ts";
export {
  ITEM_FIELDS,
  type Item,
  type ItemField,
  type ItemPatch,
  itemPatchSchema,
  itemSchema,
  type StoredItem,
  type StoredUser,
  type User,
  type UserPatch,
  userPatchSchema,
  userSchema,
} from "./item.ts";
export {
  hashKey,
  type KeyKind,
  type KeyRecord,
  makeKey,
  type ParsedKey,
  parseKey,
  TENANT_PATTERN,
} from "./keys.ts";
export { LIST_ORIGIN_SEPARATOR, type ListOrigin, readListOrigin } from "./list-origin.ts";
export {
  attributeField,
  countField,
  LAST_SEEN_FIELD,
  SEGMENT_COUNTERS,
  SEGMENTS_MAX,
  type Segment,
  type SegmentCondition,
  type SegmentCounter,
  type SegmentExpression,
  segmentSchema,
  segmentsSchema,
} from "./segment.ts";
export {
  CUSTOM_EVENT,
  EVENT_TYPES,
  eventTypeCode,
  eventTypeWeight,
  isStandardType,
  type StandardEventType,
} from "./types.ts";
export { isUuidV7, makeUuidV7, uuidV7TimeMs } from "./uuid.ts";
