import { INTERACTIONS, ITEM_DAILY, SEGMENTS, TRAINING_RUNS, USER_HISTORIES } from "../../lake/index.ts";
import { declareChecks } from "../check.ts";
import { REFINED } from "./silver.ts";

export const ITEM_DAILY_CHECKS = declareChecks({
  table: ITEM_DAILY,
  rewritten: true,
  checks: [
    { kind: "fresh", name: "refined", input: INTERACTIONS, ...REFINED },
    { kind: "unique", name: "day_once", columns: ["tenant", "item_id", "day"], severity: "error" },
    ...(["views", "clicks", "carts", "purchases", "impressions", "subjects"] as const).map((column) => ({
      kind: "range" as const,
      name: column,
      column,
      min: 0,
      warnAbove: 0,
      errorAbove: 0,
    })),
  ],
});

export const USER_HISTORY_CHECKS = declareChecks({
  table: USER_HISTORIES,
  rewritten: true,
  checks: [
    { kind: "fresh", name: "refined", input: INTERACTIONS, ...REFINED },
    { kind: "unique", name: "entry_once", columns: ["tenant", "subject", "event_id"], severity: "error" },
    { kind: "range", name: "weight", column: "weight", min: 0, max: 1_000, warnAbove: 0, errorAbove: 0 },
    { kind: "range", name: "type_code", column: "type_code", min: 1, max: 63, warnAbove: 0, errorAbove: 0 },
    { kind: "set", name: "subject", column: "subject", pattern: /^[ua]:./s, warnAbove: 0, errorAbove: 0 },
  ],
});

export const SEGMENT_CHECKS = declareChecks({
  table: SEGMENTS,
  rewritten: true,
  checks: [
    { kind: "unique", name: "member_once", columns: ["tenant", "subject", "segment"], severity: "error" },
    { kind: "set", name: "subject", column: "subject", pattern: /^[ua]:./s, warnAbove: 0, errorAbove: 0 },
  ],
});

export const TRAINING_RUN_CHECKS = declareChecks({
  table: TRAINING_RUNS,
  rewritten: false,
  checks: [
    {
      kind: "set",
      name: "status",
      column: "status",
      values: ["published", "refused", "too_little_data", "reproduced"],
      warnAbove: 0,
    },
  ],
});
