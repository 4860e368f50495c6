/** What a table is for, and what its rows are made from, as `ops.lineage` has it of every run. */
export interface TableWords {
  about: string;
  madeFrom: readonly string[];
}

const OUTSIDE: readonly string[] = [];

/** Of every declared table, in words for who runs a shop and not the lake. */
export const TABLE_WORDS: Readonly<Record<string, TableWords>> = {
  "bronze.events": {
    about: "What visitors did, exactly as it was sent; a repeated delivery stands twice.",
    madeFrom: OUTSIDE,
  },
  "bronze.item_changes": {
    about: "Every change of an item in your catalogue, as it was told.",
    madeFrom: OUTSIDE,
  },
  "bronze.user_changes": {
    about: "Every change of a user's attributes, deletions too, as it was told.",
    madeFrom: OUTSIDE,
  },
  "bronze.identity_links": {
    about: "Which device turned out to be which user, by logging in.",
    madeFrom: OUTSIDE,
  },
  "silver.interactions": {
    about: "Each event once, with its session and person; robots are marked.",
    madeFrom: ["bronze.events", "bronze.identity_links", "bronze.item_changes"],
  },
  "silver.items": {
    about: "What each item was like, and from when to when.",
    madeFrom: ["bronze.item_changes"],
  },
  "silver.users": {
    about: "What was told of each user, and from when to when.",
    madeFrom: ["bronze.user_changes"],
  },
  "gold.item_daily": {
    about: "Views, clicks and sales of each item by the day.",
    madeFrom: ["silver.interactions"],
  },
  "gold.user_histories": {
    about: "What each person looked at and bought, in order: what models learn from.",
    madeFrom: ["silver.interactions", "bronze.identity_links"],
  },
  "gold.segments": {
    about: "Who is in the segments that you declared.",
    madeFrom: ["gold.user_histories", "silver.users"],
  },
  "gold.item_features": {
    about: "What was known of each item at a moment: counts, rates, age.",
    madeFrom: ["silver.interactions"],
  },
  "gold.user_features": {
    about: "What was known of each person at a moment: tastes, session, price level.",
    madeFrom: ["silver.interactions"],
  },
  "gold.training_runs": {
    about: "How each retrain ended, and all it takes to run it again.",
    madeFrom: ["gold.user_histories", "silver.items", "bronze.user_changes"],
  },
  "ops.config_changes": {
    about: "Who changed which setting, key or scenario, and when.",
    madeFrom: OUTSIDE,
  },
  "ops.quarantine": {
    about: "What was set aside, each with its reason; it can be tried again.",
    madeFrom: OUTSIDE,
  },
  "ops.lineage": {
    about: "Which job made which table from which others, run by run.",
    madeFrom: OUTSIDE,
  },
};
