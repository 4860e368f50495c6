import { err, ok, type Result } from "../base/index.ts";
import {
  EVENT_COLUMNS,
  type EventColumn,
  isUuidV7,
  type StoredEvent,
  TENANT_PATTERN,
} from "../events/index.ts";
import type { IntakeCount } from "../features/index.ts";

export interface ParsedMessage {
  tenant: string;
  events: StoredEvent[];
  /** Events that no table could hold. The edge lets none through, so each is a fault of ours or a forged message. */
  misfits: { text: string; eventId?: string; detail: string }[];
  /** What the message says of the counting of its events; absent from messages of older versions. */
  count?: IntakeCount;
}

export interface MessageFault {
  reason: "not_text" | "not_json" | "schema_version" | "bad_envelope";
  detail: string;
}

/**
 * Reads a Queue message. The edge has judged the events by the full schema; here only what would break the write is looked
 * at, by the column map, at a small part of the schema's cost.
 */
export function parseMessage(body: unknown): Result<ParsedMessage, MessageFault> {
  if (typeof body !== "string") return err({ reason: "not_text", detail: `body is ${typeof body}` });
  let envelope: Envelope | null;
  try {
    envelope = JSON.parse(body);
  } catch (cause) {
    return err({ reason: "not_json", detail: cause instanceof Error ? cause.message : String(cause) });
  }
  if (envelope?.v !== 1) return err({ reason: "schema_version", detail: `v is ${String(envelope?.v)}` });
  const { tenant, events } = envelope;
  if (typeof tenant !== "string" || !TENANT_PATTERN.test(tenant) || !Array.isArray(events)) {
    return err({ reason: "bad_envelope", detail: "needs a tenant and a list of events" });
  }
  const count = countOf(envelope, tenant, events.length);
  if (count === null) return err({ reason: "bad_envelope", detail: "counts need producer, hour and before" });
  return ok({ ...sortOut(tenant, events), ...count });
}

type Envelope = Partial<Record<"v" | "tenant" | "producer" | "hour" | "before" | "events", unknown>>;

/** What misfits count as accepted too: the edge took them. Null when only half of it is there. */
function countOf(
  { producer, hour, before }: Envelope,
  tenant: string,
  events: number,
): Pick<ParsedMessage, "count"> | null {
  if (producer === undefined && hour === undefined && before === undefined) return {};
  if (typeof producer !== "string" || producer.length > PRODUCER_CHARS_MAX) return null;
  if (!isCount(hour) || !isCount(before)) return null;
  return { count: { tenant, producer, hour, before, events } };
}

const PRODUCER_CHARS_MAX = 64;

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function sortOut(tenant: string, candidates: readonly unknown[]): ParsedMessage {
  const message: ParsedMessage = { tenant, events: [], misfits: [] };
  for (const candidate of candidates) {
    const detail = misfitDetail(candidate, tenant);
    if (detail === null) {
      message.events.push(candidate as StoredEvent);
      continue;
    }
    const eventId = (candidate as { event_id?: unknown } | null)?.event_id;
    const known = typeof eventId === "string" && isUuidV7(eventId) ? { eventId } : {};
    message.misfits.push({ text: JSON.stringify(candidate), detail, ...known });
  }
  return message;
}

/** Why the candidate is no row of `bronze.events`; null when it is one. */
export function misfitDetail(candidate: unknown, tenant: string): string | null {
  if (typeof candidate !== "object" || candidate === null) return "is no object";
  const event = candidate as Record<string, unknown>;
  for (const column of EVENT_COLUMNS) {
    const value = event[column.name];
    if (value === undefined) {
      if (column.required) return `${column.name} is missing`;
    } else if (!fitsColumn(value, column)) return `${column.name} is no ${column.type}`;
  }
  if (event.tenant !== tenant) return "is another tenant's";
  return isUuidV7(event.event_id as string) ? null : "event_id is no UUIDv7";
}

function fitsColumn(value: unknown, { type }: EventColumn): boolean {
  switch (type) {
    case "string":
      return typeof value === "string";
    case "boolean":
      return typeof value === "boolean";
    case "double":
      return typeof value === "number";
    case "long":
    case "timestamp_ms":
      return Number.isSafeInteger(value) && Math.abs(value as number) <= EPOCH_MS_MAX;
    case "json":
      return typeof value === "object" && value !== null;
  }
}

/** The last moment that a `Date` can hold. */
const EPOCH_MS_MAX = 8.64e15;
