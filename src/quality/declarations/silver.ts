import { HOUR_MS } from "../../base/index.ts";
import {
  EVENTS,
  INTERACTIONS,
  ITEM_CHANGES,
  ITEM_STATES,
  USER_CHANGES,
  USER_STATES,
} from "../../lake/index.ts";
import { declareChecks } from "../check.ts";
import { RATE, RATE_ROWS_MIN } from "./bronze.ts";

/** Silver promises ten minutes; an hour is somebody's to look at, a model must not be promoted on half a day's silence. */
export const REFINED = { warnAfterMs: HOUR_MS, errorAfterMs: 6 * HOUR_MS } as const;

export const INTERACTION_CHECKS = declareChecks({
  table: INTERACTIONS,
  rewritten: true,
  receivedColumn: "received_at",
  idColumn: "event_id",
  checks: [
    { kind: "fresh", name: "refined", input: EVENTS, ...REFINED },
    { kind: "unique", name: "event_once", columns: ["tenant", "event_id"], severity: "error" },
    {
      kind: "range",
      name: "event_weight",
      column: "event_weight",
      min: 0,
      max: 1_000,
      warnAbove: 0,
      errorAbove: 0,
    },
    {
      kind: "set",
      name: "subject",
      column: "subject",
      pattern: /^[ua]:./s,
      warnAbove: 0,
      errorAbove: 0.01,
    },
    // Items may come after their events: a few unknown ones are on their way, many are a catalogue that is not kept.
    {
      kind: "referential",
      name: "item_known",
      column: "item_id",
      known: "item_known",
      warnAbove: 0.01,
      errorAbove: 0.5,
    },
    {
      kind: "null_rate",
      name: "subject_nulls",
      column: "subject",
      rule: RATE,
      rowsMin: RATE_ROWS_MIN,
      severity: "warn",
    },
    {
      kind: "null_rate",
      name: "session_nulls",
      column: "session",
      rule: RATE,
      rowsMin: RATE_ROWS_MIN,
      severity: "warn",
    },
  ],
});

export const ITEM_STATE_CHECKS = declareChecks({
  table: ITEM_STATES,
  rewritten: true,
  checks: [
    { kind: "fresh", name: "refined", input: ITEM_CHANGES, ...REFINED },
    { kind: "unique", name: "state_once", columns: ["tenant", "item_id", "valid_from"], severity: "error" },
    {
      kind: "range",
      name: "validity",
      column: "valid_from",
      maxColumn: "valid_to",
      warnAbove: 0,
      errorAbove: 0,
    },
  ],
});

export const USER_STATE_CHECKS = declareChecks({
  table: USER_STATES,
  rewritten: true,
  checks: [
    { kind: "fresh", name: "refined", input: USER_CHANGES, ...REFINED },
    { kind: "unique", name: "state_once", columns: ["tenant", "user_id", "valid_from"], severity: "error" },
    {
      kind: "range",
      name: "validity",
      column: "valid_from",
      maxColumn: "valid_to",
      warnAbove: 0,
      errorAbove: 0,
    },
  ],
});
