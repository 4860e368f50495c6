import type { QueuedEvent } from "./batch.ts";
import type { KeyValue } from "./ports.ts";

/**
 * The host that led to a page; empty where none is told; undefined when the page before was one of the site's own. The host alone: another site's
 * address may hold what is private to it.
 */
export function arrivedFrom(referrer: string, ownHost: string): string | undefined {
  try {
    const { host } = new URL(referrer);
    return host === ownHost ? undefined : host;
  } catch {
    return "";
  }
}

/** Where the visit came from, for as long as the tab is open: its later pages only tell of each other. */
export function visitReferrer(
  key: string,
  arrived: string | undefined,
  session: KeyValue,
): string | undefined {
  // Many sites let their own pages tell nothing: that says less than what is known of the visit.
  const referrer = arrived || (session.get(key) ?? arrived);
  if (referrer !== undefined) session.set(key, referrer);
  return referrer;
}

/** The event with where the visit came from, unless the page says so itself. */
export function withReferrer(event: QueuedEvent, referrer: string | undefined): QueuedEvent {
  return referrer === undefined ? event : { ...event, context: { referrer, ...event.context } };
}
