import { ITEM_FEATURES, USER_FEATURES } from "../../lake/index.ts";
import { declareChecks } from "../check.ts";

const WINDOWS = ["1h", "24h", "7d", "30d"] as const;

export const ITEM_FEATURE_CHECKS = declareChecks({
  table: ITEM_FEATURES,
  rewritten: true,
  checks: [
    { kind: "unique", name: "moment_once", columns: ["tenant", "as_of", "item_id"], severity: "error" },
    ...WINDOWS.flatMap((window) =>
      (["views", "clicks", "purchases", "ctr", "time_spent_ms"] as const).map((name) => ({
        kind: "range" as const,
        name: `${name}_${window}`,
        column: `${name}_${window}` as const,
        min: 0,
        warnAbove: 0,
        errorAbove: 0,
      })),
    ),
    { kind: "range", name: "freshness", column: "freshness", min: 0, max: 1, warnAbove: 0, errorAbove: 0 },
  ],
});

export const USER_FEATURE_CHECKS = declareChecks({
  table: USER_FEATURES,
  rewritten: true,
  checks: [
    { kind: "unique", name: "moment_once", columns: ["tenant", "as_of", "subject"], severity: "error" },
    { kind: "set", name: "subject", column: "subject", pattern: /^[ua]:./s, warnAbove: 0, errorAbove: 0 },
    { kind: "range", name: "local_hour", column: "local_hour", min: 0, max: 23, warnAbove: 0, errorAbove: 0 },
    {
      kind: "range",
      name: "interest_distance",
      column: "interest_distance",
      min: 0,
      max: 1,
      warnAbove: 0,
      errorAbove: 0,
    },
  ],
});
