/** The times and sizes of the hot path. A limit in milliseconds bounds I/O, never computation. */

/** The key check fails closed, so it may wait longest: a key that no location has read yet takes KV a few hundred ms. */
export const KEY_READ_MS = 1_000;
/** A near copy that takes longer has the truth asked beside it: what hangs must not cost more than what fails. */
export const KEY_SLOW_MS = 150;
/**
 * Of scenario and configuration, which change what an answer means, where the request gives no time of its own: past it, no scenario's rules and the strict
 * configuration hold. The key's own read takes as long.
 */
export const CONFIG_READ_MS = 250;
/** `timeout_ms`: what a request may wait for all that an answer can do without. A page can spare that much unseen. */
export const TIMEOUT_DEFAULT_MS = 40;
/** Below it, a read of the same data centre is late as often as not. */
export const TIMEOUT_MIN_MS = 5;
/** Nobody looks at a list that takes longer. */
export const TIMEOUT_MAX_MS = 2_000;
/**
 * How much of the request's time each wait may take. One primary-key row; past it, the visitor has no history. A replica of the same continent
 * takes 25 ms, and nothing that a model could do instead is worth as much to a known visitor.
 */
export const PROFILE_SHARE = 0.8;
/** Past it, the answer is made of the lists below the model's. */
export const SCORE_SHARE = 1;
/** A scorer that takes so much of the time has the lists read beside it, so that they are there when the time is over. */
export const SCORE_SLOW_SHARE = 0.5;
/** For people: some hundred runs of the model. */
export const EXPLAIN_MS = 5_000;
/** Of a version that is not live: it may have to be loaded, after another that somebody compares it to. */
export const EXPLAIN_VERSION_MS = 20_000;
/** One bulk read of KV. Past it, these rungs are empty. */
export const LISTS_SHARE = 1;
/** A list of the Cache API, asked only when the scorer gave none. */
export const SEEN_SHARE = 0.5;
/** What is left to a wait, whatever the waits before it took: a late profile must not cost the model too. 8 ms are several answers of a scorer. */
export const LEAST_SHARE = 0.2;

/** Keys, negatives too. With KV's own 30 s a revocation is effective within 60 s. */
export const KEY_LIFE_MS = 30_000;
/** A key that proved good is taken for good while neither store answers: so long after the last time that one did, however old its revocation may be. */
export const PROVEN_KEY_LIFE_MS = 300_000;
/** How often the stores are asked about such a key: each question may take as long as a wait for both. */
export const PROVEN_KEY_ASK_MS = 5_000;
export const CONFIG_LIFE_MS = 30_000;
/** A shop's rules of ten minutes ago are nearer to what it wants than none. */
export const LATE_SCENARIOS_LIFE_MS = 600_000;
/**
 * Materialised and last good lists in isolate memory; older ones stand in for up to ten minutes while KV is late. What was withdrawn or has
 * arrived since comes with them: 10 s until it is written, KV's own 30 s, and this, are within a minute.
 */
export const LISTS_LIFE_MS = 15_000;
export const LATE_LISTS_LIFE_MS = 600_000;
/** A ranked list of the model, in memory and in the Cache API. */
export const RANKED_LIFE_MS = 60_000;
/**
 * How long the model version and overlay that the scorer named last are taken for live. Only the scorer knows the truth, so
 * after this time one request asks it again even if its list is in memory. It counts twice in the 30 s within which an
 * item's edit shows: (1) overlay written, at most 10 s after the edit; (2) the scorer's look at it is due, 5 s; (3) a
 * request comes through to the scorer and begins that look, 5 s, its own answer still the old one; (4) the next comes
 * through, 5 s. Together 25 s under traffic; `test/scoring/edit-time.test.ts` holds the sum.
 */
export const LIVE_LIFE_MS = 5_000;
/** A visitor's own last list in memory, for the time when the scorer is away. */
export const LAST_GOOD_LIFE_MS = 600_000;
/** In the Cache API: somebody who comes again tomorrow is still known, and what was withdrawn is named for 26 h. */
export const OWN_LIST_LIFE_MS = 86_400_000;
/**
 * A tenant whose scorer was not heard of for so long in an isolate may be a quiet one: its isolates are gone by the next request, and its visitors'
 * lists with them, so they are shared with the location. Busy isolates ask the scorer every few seconds and share none.
 */
export const QUIET_AFTER_MS = 30_000;
/**
 * When a scorer that was cold is asked once more, beside the answer: it and its model are there after about a second. 15 s together, half of what
 * the platform lets run on after an answer.
 */
export const ASK_AGAIN_AFTER_MS = [1_000, 2_000, 4_000, 8_000] as const;
/** Questions of a tenant that an isolate asks once more within their 30 s: the lists of one page. All of a busy site's would come at once to a scorer that just got warm. */
export const ASKED_AGAIN_MAX = 10;
export const ASKED_AGAIN_LIFE_MS = 30_000;
/** KV takes one write a second per key and bills each: a last good list is renewed this often at most. */
export const LAST_GOOD_WRITE_MS = 300_000;
/** Answers that flow together into a last good list for all: fewer would show one visitor another's list. */
export const LAST_GOOD_ANSWERS_MIN = 5;
/** Items of a last good list: the longest answer, twice, so that excludes leave enough. */
export const LAST_GOOD_ITEMS_MAX = 200;

export const KEYS_IN_MEMORY_MAX = 5_000;
export const TENANTS_IN_MEMORY_MAX = 500;
/** Lists of at most 100 items: at the usual ten items of 300 B, about 6 MB. */
export const RANKED_IN_MEMORY_MAX = 2_000;
/** Items over all ranked lists in memory, so that long lists push out more. */
export const RANKED_ITEMS_IN_MEMORY_MAX = 30_000;

/** Items over all tenants' lists in memory: 25 to 30 MB at the most, some 25 tenants with full lists. */
export const LISTS_ITEMS_IN_MEMORY_MAX = 30_000;

/** From so many items on, what a device remembers of its visitor says enough by itself, and the user's profile is not read. */
export const RECENT_ALONE_MIN = 5;

/** Items over all pages of one list: so many hashes make a cursor of 2.7 KB, which an address still holds. */
export const PAGED_ITEMS_MAX = 500;
/** Lists of one page. */
export const PLACEMENTS_MAX = 10;
/** More than half of a list given to trial is no list for visitors. */
export const EXPLORED_SHARE_MAX = 0.5;
/** Above half, the popular list would be the rule. */
export const HOLDOUT_SHARE_MAX = 0.5;
/** Event types that a scenario weighs; as many as a tenant has. */
export const SCENARIO_EVENT_TYPES_MAX = 150;
/** Against a view's weight of one. */
export const SCENARIO_WEIGHT_MAX = 100;
/** Places of a list that may be explored: those that visitors look at, and as many as a recommendation id has room for. */
export const EXPLORED_PLACES = 16;
export const EXPLORED_SLOTS_MAX = 6;
