import { DAY_MS } from "../base/index.ts";

/** Rules as JSON: they travel with every question to the scorer, and are read by hand. */
export const RULES_BYTES_MAX = 16_000;
/** Conditions and groups of all expressions together: each may cost a pass over the catalogue when it is first seen. */
export const RULE_NODES_MAX = 100;
/** Groups inside groups. What is deeper nobody reads. */
export const RULE_DEPTH_MAX = 8;
/** Values of one `in`, `any`, `all` or `none`. */
export const RULE_VALUES_MAX = 200;
/** As long as a field's own text may be. */
export const RULE_TEXT_CHARS_MAX = 500;
/** Named filters. */
export const RULE_FILTERS_MAX = 10;
export const RULE_BOOSTS_MAX = 10;
/** Standard deviations: with this much an item of the worst score passes the best one of any catalogue. */
export const RULE_BOOST_MAX = 10;
export const RULE_PINS_MAX = 10;
/** The last place of the longest list. */
export const RULE_POSITION_MAX = 100;
export const RULE_CAPS_MAX = 5;
export const RULE_RELAX_MAX = 15;
/** As long as the lake keeps events. Of a visitor serving knows less: the newest interactions, and the purchases of 90 days. */
export const RULE_WITHIN_MAX_MS = 400 * DAY_MS;
/** As far back as a visitor's impressions are kept for serving, in days of UTC. */
export const RULE_SHOWN_WITHIN_MAX_MS = 7 * DAY_MS;
/** Half of the equator. */
export const RULE_WITHIN_MAX_KM = 20_038;
/** Complaints told at once. */
export const RULE_ISSUES_MAX = 10;
