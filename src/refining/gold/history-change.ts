import { eventTypeCode } from "../../events/index.ts";
import { compareCells, type HistoryEntry } from "../../lake/index.ts";
import type { EventCells } from "./difference.ts";

/** What orders the rows of gold.user_histories. */
export type HistoryKey = Pick<HistoryEntry, "tenant" | "subject" | "occurred_at" | "event_id">;

/**
 * What befalls a row of a history, in the order in which changes of one row act. `forget`: what the table has of the subject does not
 * count, for its rows are told anew, or belong to another subject; it stands before all rows.
 */
export const CHANGE = { forget: 0, move: 1, remove: 2, add: 3 } as const;

/** A type of its own, not an interface: only so it may lie in a scratch. */
export type HistoryChange = { [K in keyof HistoryEntry]: HistoryEntry[K] } & {
  change: (typeof CHANGE)[keyof typeof CHANGE];
};

export function compareSubjects(a: HistoryKey, b: HistoryKey): number {
  return (a.tenant === b.tenant ? 0 : compareCells(a.tenant, b.tenant)) || compareCells(a.subject, b.subject);
}

export function compareEntries(a: HistoryKey, b: HistoryKey): number {
  return compareSubjects(a, b) || a.occurred_at - b.occurred_at || compareCells(a.event_id, b.event_id);
}

export function compareChanges(a: HistoryChange, b: HistoryChange): number {
  return compareEntries(a, b) || a.change - b.change;
}

/** What a history takes of an event. */
export const HISTORY_COLUMNS = [
  "user_id",
  "anonymous_id",
  "item_id",
  "type",
  "occurred_at",
  "consent",
  "is_bot",
  "is_automated",
  "event_weight",
  "value",
] as const;

export type HistoryEvent = EventCells<(typeof HISTORY_COLUMNS)[number]>;

/** Equal as far as histories go. */
export function sameForHistory(a: HistoryEvent, b: HistoryEvent): boolean {
  return HISTORY_COLUMNS.every((name) => a[name] === b[name]);
}

/** The user of a device, by the links; undefined while nobody is known. */
export type UserOf = (tenant: string, anonymousId: string) => string | undefined;

/**
 * The event as a row of a history; null when it is none: of a bot or an automated session, without consent, without an item or a
 * subject, or no sign of interest.
 */
export function entryOf(event: HistoryEvent, userOf: UserOf): HistoryEntry | null {
  const { tenant, event_id, item_id, type, occurred_at, event_weight: weight, value } = event;
  if (event.is_bot || event.is_automated || event.consent === "denied" || weight <= 0) return null;
  const subject = subjectOf(event, userOf);
  if (subject === null || item_id === null) return null;
  return {
    tenant,
    subject,
    occurred_at,
    event_id,
    item_id,
    type,
    type_code: eventTypeCode(type),
    weight,
    ...(value === null ? {} : { value }),
  };
}

/** `u:` and the user's id, also of a device whose user is known; else `a:` and the device's. */
function subjectOf({ tenant, user_id, anonymous_id }: HistoryEvent, userOf: UserOf): string | null {
  if (user_id !== null) return `u:${user_id}`;
  if (anonymous_id === null) return null;
  const user = userOf(tenant, anonymous_id);
  return user === undefined ? `a:${anonymous_id}` : `u:${user}`;
}

/** Tells that the subject's rows so far do not count. */
export function forgetSubject({ tenant, subject }: { tenant: string; subject: string }): HistoryChange {
  const nothing = { item_id: "", type: "", type_code: 0, weight: 0 };
  return {
    tenant,
    subject,
    occurred_at: Number.MIN_SAFE_INTEGER,
    event_id: "",
    ...nothing,
    change: CHANGE.forget,
  };
}
