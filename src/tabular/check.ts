import type { z } from "zod";
import { type Event, eventSchema, type Item, itemSchema, type User, userSchema } from "../events/index.ts";

export type Checked<T> = { value: T } | { reason: string };

/** What an event of a file does not bring itself. */
export interface RowOrigin {
  /** A UUIDv7; the same for the same row, so that a row sent twice counts once. */
  eventId: string;
  sentAtMs: number;
  /** Of rows that name none. */
  typeDefault?: string | undefined;
}

/** Room for the day within an id's length. */
const SESSION_USER_CHARS_MAX = 180;

/** Mapped fields as an event: id, session and consent are filled in where the file has none. */
export function checkInteraction(fields: Record<string, unknown>, origin: RowOrigin): Checked<Event> {
  const { eventId, sentAtMs, typeDefault } = origin;
  return check(eventSchema, {
    event_id: eventId,
    ...(typeDefault === undefined ? {} : { type: typeDefault }),
    consent: "granted",
    ...sessionOf(fields),
    ...fields,
    sent_at: sentAtMs,
  });
}

/** Without sessions in the file, a visitor's day is one. */
function sessionOf(fields: Record<string, unknown>): { session_id?: string } {
  const visitor = fields.user_id ?? fields.anonymous_id;
  const occurredAt = fields.occurred_at;
  if (typeof visitor !== "string" || typeof occurredAt !== "number") return {};
  const at = new Date(Math.max(0, occurredAt));
  if (Number.isNaN(at.getTime())) return {};
  return { session_id: `${visitor.slice(0, SESSION_USER_CHARS_MAX)}-${at.toISOString().slice(0, 10)}` };
}

export function checkItem(fields: Record<string, unknown>): Checked<Item> {
  return check(itemSchema, fields);
}

export function checkUser(fields: Record<string, unknown>): Checked<User> {
  return check(userSchema, fields);
}

function check<T>(schema: z.ZodType<T>, value: unknown): Checked<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return { value: parsed.data };
  const issues = parsed.error.issues.map(({ path, message }) => `${path.join(".")} ${message}`.trim());
  return { reason: issues.join("; ") };
}
