import { createHash } from "node:crypto";
import type { z } from "zod";
import {
  type Event,
  eventSchema,
  type Item,
  itemSchema,
  makeUuidV7,
  type User,
  userSchema,
} from "../../src/events/index.ts";
import { type Mapping, mapFields } from "./fields.ts";

/** What the ids of rows are made from: the same for a resumed import, so that a row sent twice counts once. */
export interface RowOrigin {
  /** Hash of the file. */
  fingerprint: string;
  startedMs: number;
}

export type Checked<T> = { value: T } | { reason: string };

const SESSION_USER_CHARS_MAX = 180;

/** A record as an event: id, session and consent are filled in where the file has none, `type` from the option. */
export function checkInteraction(
  values: Record<string, unknown>,
  mapping: Mapping,
  line: number,
  origin: RowOrigin,
  typeDefault: string | undefined,
): Checked<Event> {
  const fields = mapFields("interactions", mapping, values);
  const random = createHash("sha256").update(`${origin.fingerprint}\n${line}`).digest();
  return check(eventSchema, {
    event_id: makeUuidV7(origin.startedMs, random),
    ...(typeDefault === undefined ? {} : { type: typeDefault }),
    consent: "granted",
    ...sessionOf(fields),
    ...fields,
    sent_at: origin.startedMs,
  });
}

/** Without sessions in the file, a visitor's day is one. */
function sessionOf(fields: Record<string, unknown>): { session_id?: string } {
  const visitor = fields.user_id ?? fields.anonymous_id;
  const occurredAt = fields.occurred_at;
  if (typeof visitor !== "string" || typeof occurredAt !== "number") return {};
  const day = new Date(Math.max(0, occurredAt)).toISOString().slice(0, 10);
  return { session_id: `${visitor.slice(0, SESSION_USER_CHARS_MAX)}-${day}` };
}

export function checkItem(values: Record<string, unknown>, mapping: Mapping): Checked<Item> {
  return check(itemSchema, mapFields("items", mapping, values));
}

export function checkUser(values: Record<string, unknown>, mapping: Mapping): Checked<User> {
  return check(userSchema, mapFields("users", mapping, values));
}

function check<T>(schema: z.ZodType<T>, value: unknown): Checked<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return { value: parsed.data };
  const issues = parsed.error.issues.map(({ path, message }) => `${path.join(".")} ${message}`.trim());
  return { reason: issues.join("; ") };
}
