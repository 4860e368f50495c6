import { HOUR_MS, MINUTE_MS } from "../../base/index.ts";
import { DEVICES } from "../../events/index.ts";
import { EVENTS, IDENTITY_LINKS, ITEM_CHANGES, USER_CHANGES } from "../../lake/index.ts";
import type { AnomalyRule } from "../anomaly.ts";
import { declareChecks, type FreshCheck } from "../check.ts";

/** Four weeks of history, two at the least; the limits are the textbook's. */
const WEEKS = { trailingDays: 28, historyDaysMin: 14, zMax: 3.5, fenceIqrs: 1.5 } as const;

/** Days of a small site differ by a tenth, or a handful of rows, without meaning anything. */
const VOLUME: Omit<AnomalyRule, "direction"> = { ...WEEKS, spreadMin: { share: 0.1, amount: 5 } };

/** One percentage point: below it a rate may be as steady as it likes. */
export const RATE: AnomalyRule = { ...WEEKS, direction: "rise", spreadMin: { share: 0, amount: 0.01 } };
export const RATE_ROWS_MIN = 100;

/** A commit a minute and table: entries that wait for an hour mean that the committer stands still. */
const COMMITTED: FreshCheck = {
  kind: "fresh",
  name: "committed",
  warnAfterMs: 10 * MINUTE_MS,
  errorAfterMs: HOUR_MS,
};

export const EVENT_CHECKS = declareChecks({
  table: EVENTS,
  rewritten: false,
  receivedColumn: "received_at",
  idColumn: "event_id",
  checks: [
    COMMITTED,
    {
      kind: "required",
      name: "session_named",
      column: "session_id",
      when: { column: "consent", in: ["granted"] },
      warnAbove: 0,
      errorAbove: 0.01,
    },
    {
      kind: "required",
      name: "impression_items",
      column: "items",
      orColumn: "item_id",
      when: { column: "type", in: ["impression"] },
      warnAbove: 0,
      errorAbove: 0.01,
    },
    {
      kind: "range",
      name: "occurred_before_received",
      column: "occurred_at",
      min: 0,
      maxColumn: "received_at",
      warnAbove: 0,
      errorAbove: 0.01,
    },
    {
      kind: "range",
      name: "quantity",
      column: "quantity",
      min: 0,
      max: 1_000_000,
      warnAbove: 0,
      errorAbove: 0.01,
    },
    {
      kind: "range",
      name: "duration",
      column: "duration_ms",
      min: 0,
      max: 86_400_000,
      warnAbove: 0,
      errorAbove: 0.01,
    },
    {
      kind: "set",
      name: "consent",
      column: "consent",
      values: ["granted", "denied"],
      warnAbove: 0,
      errorAbove: 0,
    },
    {
      kind: "set",
      name: "type",
      column: "type",
      pattern: /^[a-z][a-z0-9_]{0,39}$/,
      warnAbove: 0,
      errorAbove: 0.01,
    },
    {
      kind: "set",
      name: "currency",
      column: "currency",
      pattern: /^[A-Z]{3}$/,
      warnAbove: 0,
      errorAbove: 0.01,
    },
    {
      kind: "set",
      name: "device",
      column: "device",
      values: [...DEVICES],
      warnAbove: 0,
      errorAbove: 0.01,
    },
    // A drop is data that is missing; a rise may be a good day, or somebody's script.
    { kind: "volume", name: "volume_drop", rule: { ...VOLUME, direction: "drop" }, severity: "error" },
    { kind: "volume", name: "volume_rise", rule: { ...VOLUME, direction: "rise" }, severity: "warn" },
    // Nothing can be learnt of interactions without an item; the others cost accuracy.
    {
      kind: "null_rate",
      name: "item_id_nulls",
      column: "item_id",
      rule: RATE,
      rowsMin: RATE_ROWS_MIN,
      severity: "error",
    },
    {
      kind: "null_rate",
      name: "user_id_nulls",
      column: "user_id",
      rule: RATE,
      rowsMin: RATE_ROWS_MIN,
      severity: "warn",
    },
    {
      kind: "null_rate",
      name: "anonymous_id_nulls",
      column: "anonymous_id",
      rule: RATE,
      rowsMin: RATE_ROWS_MIN,
      severity: "warn",
    },
    {
      kind: "null_rate",
      name: "country_nulls",
      column: "country",
      rule: RATE,
      rowsMin: RATE_ROWS_MIN,
      severity: "warn",
    },
    // Times are corrected at the door; so many wrong clocks mean that a client sends the wrong field, or the wrong unit.
    {
      kind: "clock_skew",
      name: "clock_skew",
      sent: "sent_at",
      received: "received_at",
      maxAbsMs: HOUR_MS,
      warnAbove: 0.05,
      errorAbove: 0.5,
    },
  ],
});

export const ITEM_CHANGE_CHECKS = declareChecks({
  table: ITEM_CHANGES,
  rewritten: false,
  checks: [
    COMMITTED,
    { kind: "range", name: "price", column: "price", min: 0, warnAbove: 0, errorAbove: 0.01 },
    { kind: "range", name: "stock", column: "stock", min: 0, warnAbove: 0, errorAbove: 0.01 },
    {
      kind: "set",
      name: "currency",
      column: "currency",
      pattern: /^[A-Z]{3}$/,
      warnAbove: 0,
      errorAbove: 0.01,
    },
  ],
});

export const USER_CHANGE_CHECKS = declareChecks({
  table: USER_CHANGES,
  rewritten: false,
  checks: [COMMITTED],
});

export const IDENTITY_LINK_CHECKS = declareChecks({
  table: IDENTITY_LINKS,
  rewritten: false,
  idColumn: "event_id",
  checks: [
    COMMITTED,
    {
      kind: "range",
      name: "linked_before_received",
      column: "linked_at",
      min: 0,
      maxColumn: "received_at",
      warnAbove: 0,
      errorAbove: 0.01,
    },
  ],
});
