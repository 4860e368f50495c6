/** The beacon's numbers. Those that the server knows too are held equal by `test/beacon/limits.test.ts`. */

export const FLUSH_MS = 2_500;
export const BATCH_EVENTS_MAX = 20;
/** Half of the 64 KiB that a browser lets all keepalive requests of a page carry together. */
export const BATCH_BYTES_MAX = 32_000;
/** The server refuses a larger one, so it is dropped here and counted. */
export const EVENT_BYTES_MAX = 8_000;
/** About 200 KB of the 5 MB that localStorage gives a site. */
export const QUEUE_EVENTS_MAX = 500;
export const RETRY_FIRST_MS = 1_000;
export const RETRY_MAX_MS = 300_000;
/** A queue that no page has touched for so long belongs to a page that is gone. */
export const QUEUE_ABANDONED_MS = 60_000;
export const SESSION_IDLE_MS = 30 * 60_000;
/** Without a sign of life for so long, nobody is at the page. */
export const IDLE_MS = 30_000;
/** What the device remembers of the visitor's items. */
export const HISTORY_MAX = 50;
