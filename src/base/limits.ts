/**
 * Every limit of Lakeshore, with its unit and its reason. What exceeds one gets a clear 4xx that names it.
 * Relations between them are asserted in `test/base/limits.test.ts`.
 */

/** A list of events in one request: ten beacon flushes of 20 events; larger imports send several requests. */
export const EVENTS_PER_REQUEST_MAX = 500;
/** Body of `POST /v1/events`. sendBeacon and keepalive stop at 64 KiB; servers may send more at once. */
export const EVENTS_BODY_BYTES_MAX = 1_000_000;
/** One event as JSON. 500 of them at the average of 400 B stay far below the body limit. */
export const EVENT_BYTES_MAX = 8_000;
/** Body of a question: 500 ids of 200 characters to rank or to leave out, beside rules. */
export const RECOMMEND_BODY_BYTES_MAX = 200_000;
/** Body of a bulk upsert of items or users. */
export const UPSERT_BODY_BYTES_MAX = 2_000_000;
export const ITEMS_PER_REQUEST_MAX = 1_000;
export const USERS_PER_REQUEST_MAX = 1_000;
/** Queues bill by 64 KB and refuse 128 KB: one message is filled to one billing unit, metadata included. */
export const QUEUE_MESSAGE_BYTES_MAX = 63_000;
/** `sendBatch` takes 256 KB; three full messages and the metadata fit. */
export const QUEUE_SEND_BYTES_MAX = 250_000;
export const QUEUE_SEND_MESSAGES_MAX = 100;
/** Ids of items, users, sessions: short enough for keys of KV (512 B) with their prefix. */
export const ID_CHARS_MAX = 200;
export const TENANT_CHARS_MAX = 32;
/** Items of one impression event. */
export const IMPRESSION_ITEMS_MAX = 100;
/** Interactions of a profile, of a request's `recent` and of the graph's history axis. */
export const HISTORY_MAX = 100;
/** What the beacon keeps on the device. */
export const DEVICE_HISTORY_MAX = 50;
/** Items of one answer. */
export const ANSWER_ITEMS_MAX = 100;
export const ANSWER_ITEMS_DEFAULT = 10;
/** Items of `POST /v1/rank`: a list page of the largest shops, and what a second stage orders in a millisecond. */
export const RANK_ITEMS_MAX = 500;
/** Ids in `exclude`. */
export const EXCLUDE_MAX = 500;
/** The JSON bound to one D1 statement: half of D1's 2 MB string limit, which the local simulator does not enforce. */
export const D1_JSON_BYTES_MAX = 1_000_000;
/** The ledger of event ids in D1; older ids cannot be deduplicated there. */
export const LEDGER_HOURS = 48;
export const COUNTER_HOURS = 48;
export const COUNTER_DAYS = 31;
/** A recommendation id travels in every impression. */
export const RECOMMENDATION_ID_BYTES_MAX = 300;
/** Under this a model is noise: the trainer answers "N more interactions needed". */
export const TRAIN_INTERACTIONS_MIN = 1_000;
export const TRAIN_ITEMS_MIN = 20;
/** Interactions that a Worker trains on: their columns are 51 MB of its 128. Of more it takes a sample of the users. */
export const TRAIN_ROWS_MAX = 3_000_000;
/**
 * A part that a model version keeps for later fits to start from, of its two: 60,000 items at 64 dims. They are read while the columns
 * of the data are in memory.
 */
export const WARM_PART_BYTES_MAX = 16_000_000;
/** Interactions that a process on Node trains on, memory permitting: their columns are 1.7 GB, in one file and one buffer. */
export const TRAIN_ROWS_WHOLE_MAX = 100_000_000;
/** Items newer than the model that the overlay places by content. */
export const LATE_ITEMS_MAX = 1_000;
/** Items of an overlay. At about 500 B each, 2.5 MB of JSON: parsed in about 20 ms, once per change. */
export const OVERLAY_ITEMS_MAX = 5_000;
/** Placements with a configuration of their own. All of a tenant's are one value of KV, read and kept by the isolate whole. */
export const SCENARIOS_MAX = 50;
/** One scenario as JSON: rules at their longest and the rest. Fifty of them are 1 MB, parsed in some milliseconds once in 30 s. */
export const SCENARIO_BYTES_MAX = 20_000;
/** Models that a scorer holds, over all tenants: under half of a Worker's 128 MB, as ONNX Runtime itself takes 29 MB and up. */
export const SCORER_MODELS_BYTES_MAX = 60_000_000;
/** A model and the one that takes its place, beside each other for as long as that takes. */
export const SCORER_SWAP_BYTES_MAX = 90_000_000;

/** A purchase so long after a click on its item in a list is that list's: longer, and other things had their part in it. */
export const ATTRIBUTED_HOURS = 24;

/** What an event's `value` may be, either way: beyond any sale in any currency, so that what is beyond it is refused and named, and sums can be read. */
export const EVENT_VALUE_MAX = 1e12;
