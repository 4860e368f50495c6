import { DAY_MS, MINUTE_MS } from "../../base/index.ts";

/** What is looked back on: a whole week, as Sundays are unlike Mondays. */
export const DOCTOR_DAYS = 7;

/** A share of fewer events says nothing: one visitor's odd browser would be a finding. */
export const EVENTS_MIN = 50;
/** Of purchases there are fewer, and each matters more. */
export const PURCHASES_MIN = 10;
/** A smaller catalogue is somebody trying things out. */
export const ITEMS_MIN = 10;
export const USERS_MIN = 20;

/** Items may come a moment after their events: a few unknown ones are on their way. A fifth is a catalogue that is not kept, or other ids. */
export const UNKNOWN_ITEMS = { warn: 0.01, error: 0.2 };
/** Who did it is what a list is made from. Some browsers keep no id; half of them do not. */
export const WITHOUT_VISITOR = { warn: 0.05, error: 0.5 };
/** Visits of one id in a week: 28 a day, every day, are nobody's. */
export const VISITS_MAX = 200;
/** Free samples and vouchers have no value; a twentieth of the orders are not that. */
export const WITHOUT_VALUE_SHARE = 0.05;
/** Values are added up as they were sent: a hundredth in yen is more than all the euros. */
export const OTHER_CURRENCY_SHARE = 0.01;
/** What is shown outside of lists is no impression: a twentieth is a page whose list lacks its mark. */
export const WITHOUT_LIST_SHARE = 0.05;
/** Ids get cut or mixed up by hand; a fifth is another shop's list. */
export const FOREIGN_LISTS = { warn: 0.01, error: 0.2 };
/** Crawlers that run scripts are a tenth to a fifth on a usual site. */
export const AUTOMATED = { info: 0.2, warn: 0.5 };
/** The clock of a client, as its requests show it. It is set right where they tell; a minute's drift is usual, ten are a wrong clock. */
export const CLOCK_OFF_MS = 10 * MINUTE_MS;
export const CLOCKS_OFF_SHARE = 0.01;
/** A type that always comes beside so many of another. */
export const EXPECTED_BESIDE_MIN = 1_000;
/** Clicks that name a list are proof that lists are shown: soon their impressions are missed. */
export const LISTED_CLICKS_MIN = 20;
/** Below half of the weakest day of the week before; a tenth of it is as good as nothing. */
export const FEWER = { warn: 0.5, error: 0.1 };
/** Days to hold the last one against: fewer have no Sunday, or no weekday. */
export const FEWER_DAYS_MIN = 3;
/** Retries of a bad network are a few in a hundred; a third is a tag that stands twice on the page. */
export const REPEATED = { info: 0.05, warn: 0.3 };
/** One in a thousand is somebody's odd clock; one in a hundred a fault. */
export const SET_ASIDE = { info: 0.001, warn: 0.01 };
/** Nobody can have seen what came out today; a list shows it within two days. */
export const ITEM_NEW_MS = 2 * DAY_MS;
/** Every shop has a long tail; above a half its lists never reach it. */
export const NEVER_SEEN_ITEMS_SHARE = 0.5;
/** Most of whom a server knows come again some day; where hardly any did, the ids do not meet. */
export const NEVER_SEEN_USERS = { info: 0.8, warn: 0.98 };

/** Rows of the lake: some ten seconds of reading. */
export const ROWS_MAX = 1_000_000;
/**
 * Ids of each kind kept while reading, each some 200 B, so that it stays below 30 MB of the Worker's 128: what comes after these many is counted and
 * not looked at by itself. An id that very many share is among the first.
 */
export const IDS_MAX = 50_000;
/** Items of the catalogue that are held against what was seen, each some 100 B. */
export const ITEMS_LOOKED_AT = 200_000;
/** Users that are looked up: a sample of more would tell the same. */
export const USERS_LOOKED_AT = 2_000;
