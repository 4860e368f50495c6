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

function check<T>(schema: z.ZodType<T>, value: Record<string, unknown>): Checked<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return { value: parsed.data };
  return { reason: parsed.error.issues.map((issue) => complaint(issue, value)).join("; ") };
}

const EXPECTED: Record<string, string> = {
  ...{ number: "a number", int: "a whole number", string: "text", boolean: "yes or no", array: "a list" },
};
const VALUE_CHARS_MAX = 40;

/** What is wrong, beginning with the field: in the words of a table where a cell is of another kind, else in the schema's. */
function complaint(issue: z.core.$ZodIssue, value: Record<string, unknown>): string {
  const field = issue.path.join(".");
  if (issue.code !== "invalid_type") return `${field} ${issue.message}`.trim();
  const cell = issue.path.reduce<unknown>(
    (of, name) =>
      typeof of === "object" && of !== null
        ? Object.entries(of).find(([key]) => key === String(name))?.[1]
        : undefined,
    value,
  );
  if (cell === undefined) return `${field} is missing`;
  const text = typeof cell === "string" ? cell : JSON.stringify(cell);
  return `${field} must be ${EXPECTED[issue.expected] ?? issue.expected}: "${text.slice(0, VALUE_CHARS_MAX)}" is not`;
}
