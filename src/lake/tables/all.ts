import { EVENTS, IDENTITY_LINKS, ITEM_CHANGES, USER_CHANGES } from "./bronze.ts";
import { CONFIG_CHANGES } from "./config.ts";
import { ITEM_DAILY, SEGMENTS, TRAINING_RUNS, USER_HISTORIES } from "./gold.ts";
import { ITEM_FEATURES, USER_FEATURES } from "./gold-features.ts";
import { LINEAGE, QUARANTINE } from "./ops.ts";
import { INTERACTIONS, ITEM_STATES, USER_STATES } from "./silver.ts";
import type { AnyTable } from "./table.ts";

/** Every table that is declared: what the catalog knows, and what is maintained. */
export const TABLES: readonly AnyTable[] = [
  EVENTS,
  ITEM_CHANGES,
  USER_CHANGES,
  IDENTITY_LINKS,
  INTERACTIONS,
  ITEM_STATES,
  USER_STATES,
  ITEM_DAILY,
  USER_HISTORIES,
  SEGMENTS,
  ITEM_FEATURES,
  USER_FEATURES,
  TRAINING_RUNS,
  CONFIG_CHANGES,
  QUARANTINE,
  LINEAGE,
];
