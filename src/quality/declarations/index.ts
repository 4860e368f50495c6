import type { AnyTableChecks } from "../check.ts";
import { EVENT_CHECKS, IDENTITY_LINK_CHECKS, ITEM_CHANGE_CHECKS, USER_CHANGE_CHECKS } from "./bronze.ts";
import { ITEM_DAILY_CHECKS, SEGMENT_CHECKS, TRAINING_RUN_CHECKS, USER_HISTORY_CHECKS } from "./gold.ts";
import { ITEM_FEATURE_CHECKS, USER_FEATURE_CHECKS } from "./gold-features.ts";
import { INTERACTION_CHECKS, ITEM_STATE_CHECKS, USER_STATE_CHECKS } from "./silver.ts";

/** All that is checked, in the order in which a run goes through it: upstream first. */
export const DECLARED_CHECKS: readonly AnyTableChecks[] = [
  EVENT_CHECKS,
  ITEM_CHANGE_CHECKS,
  USER_CHANGE_CHECKS,
  IDENTITY_LINK_CHECKS,
  INTERACTION_CHECKS,
  ITEM_STATE_CHECKS,
  USER_STATE_CHECKS,
  ITEM_DAILY_CHECKS,
  USER_HISTORY_CHECKS,
  SEGMENT_CHECKS,
  ITEM_FEATURE_CHECKS,
  USER_FEATURE_CHECKS,
  TRAINING_RUN_CHECKS,
];
