import {
  EVENT_BYTES_MAX,
  EVENTS_PER_REQUEST_MAX,
  err,
  HOUR_MS,
  ok,
  type Result,
  SECOND_MS,
} from "../base/index.ts";
import { type Event, eventSchema, isStandardType, type StoredEvent, uuidV7TimeMs } from "../events/index.ts";
import { utf8Bytes } from "./utf8.ts";

export interface AcceptContext {
  tenant: string;
  nowMs: number;
  country?: string;
  device?: StoredEvent["device"];
  isBot: boolean;
  config: { customEventTypes: readonly string[] };
  /** Whether this request may speak for the user: always with a secret key, by a valid `user_token` where the tenant asks for it. */
  userTrusted(userId: string, event: Event): boolean;
}

export interface FieldError {
  /** Dotted path into the event; empty for the whole of it. */
  field: string;
  message: string;
}

export type Verdict =
  | { index: number; event_id: string; status: "accepted" }
  | { index: number; event_id?: string; status: "rejected"; error: FieldError };

export interface Acceptance {
  accepted: StoredEvent[];
  /** One for each event of the body, in its order. */
  verdicts: Verdict[];
}

/** What is wrong with the body as a whole; `limit` names the limit it exceeds. */
export interface BodyError {
  status: 400 | 413;
  message: string;
  limit?: string;
}

/**
 * Judges each event of a body (one event, or an array) by itself: one bad event rejects only itself. An event that comes twice
 * in the body is taken once; both are answered as accepted, for the client has nothing to mend.
 */
export function acceptEvents(body: unknown, context: AcceptContext): Result<Acceptance, BodyError> {
  const list = Array.isArray(body) ? body : [body];
  if (list.length === 0) return err({ status: 400, message: "the list of events is empty" });
  if (list.length > EVENTS_PER_REQUEST_MAX) {
    const limit = "EVENTS_PER_REQUEST_MAX";
    const message = `${list.length} events in one request; at most ${EVENTS_PER_REQUEST_MAX} (${limit})`;
    return err({ status: 413, message, limit });
  }
  const accepted = new Map<string, StoredEvent>();
  const verdicts = list.map((candidate, index): Verdict => {
    const result = acceptEvent(candidate, context);
    if (!result.ok) {
      const eventId = eventIdOf(candidate);
      const known = eventId === undefined ? {} : { event_id: eventId };
      return { index, ...known, status: "rejected", error: result.error };
    }
    const { event_id } = result.value;
    if (!accepted.has(event_id)) accepted.set(event_id, result.value);
    return { index, event_id, status: "accepted" };
  });
  return ok({ accepted: [...accepted.values()], verdicts });
}

function acceptEvent(candidate: unknown, context: AcceptContext): Result<StoredEvent, FieldError> {
  const parsed = eventSchema.safeParse(candidate);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    // zod says of an unknown key only that it is there, not where.
    const keys = issue?.code === "unrecognized_keys" ? issue.keys : [];
    const field = [...(issue?.path ?? []), ...keys.slice(0, 1)].map(String).join(".");
    return err({ field, message: issue?.message ?? "is not an event" });
  }
  const event = parsed.data;
  if (!isStandardType(event.type) && !context.config.customEventTypes.includes(event.type)) {
    return err({ field: "type", message: `"${event.type}" is neither standard nor declared by the tenant` });
  }
  if (isFromFuture(event)) {
    return err({ field: "event_id", message: "carries a time after sent_at; make it when the event occurs" });
  }
  const size = utf8Bytes(JSON.stringify(event));
  if (size > EVENT_BYTES_MAX) {
    return err({ field: "", message: `${size} bytes; at most ${EVENT_BYTES_MAX} (EVENT_BYTES_MAX)` });
  }
  return storedEvent(event, context);
}

/** As far as the ledger keeps an id beyond its 48 hours: one from further on would outlive its own memory there. */
const ID_AHEAD_MS_MAX = HOUR_MS;

/** Whether the id claims to be made after the event was sent. */
function isFromFuture({ event_id, sent_at }: Event): boolean {
  return uuidV7TimeMs(event_id) - sent_at > ID_AHEAD_MS_MAX;
}

function storedEvent(event: Event, context: AcceptContext): Result<StoredEvent, FieldError> {
  const stored: StoredEvent = {
    ...event,
    occurred_at: correctedTimeMs(event, context.nowMs),
    tenant: context.tenant,
    received_at: context.nowMs,
    is_bot: context.isBot,
    ...(context.country === undefined ? {} : { country: context.country }),
    ...(context.device === undefined ? {} : { device: context.device }),
  };
  if (event.consent === "denied") {
    if (event.type === "identify") return err({ field: "consent", message: "identify needs consent" });
    return ok(anonymised(stored));
  }
  if (event.user_id !== undefined && !context.userTrusted(event.user_id, event)) {
    // What an unproven user did is still what this device did; but a link of the two would be a forgery.
    if (event.type === "identify") return err({ field: "user_id", message: "needs a valid user_token" });
    delete stored.user_id;
  }
  return ok(stored);
}

/** What totals need, and nothing that could tell who it was or join two events: each field that stays is named here. */
function anonymised(event: StoredEvent): StoredEvent {
  const { tenant, event_id, type, consent, is_bot, occurred_at, sent_at, received_at } = event;
  const { item_id, items, value, quantity, currency, scenario } = event;
  const optional = { item_id, items, value, quantity, currency, scenario };
  const present = Object.fromEntries(Object.entries(optional).filter(([, field]) => field !== undefined));
  return { tenant, event_id, type, consent, is_bot, occurred_at, sent_at, received_at, ...present };
}

/**
 * A difference up to this is the way the request took, not a clock: the client's time stands, so that what it reports as one
 * moment stays one moment whatever request carries it, and an import gives the same times whenever it is run.
 */
const TRAVEL_MS_MAX = 10 * SECOND_MS;

/**
 * When the event happened by the server's clock: as long before the receipt as it was, by the client's clock, before the
 * sending. A client whose clock is wrong by years is put right; nothing lies in the future or before 1970.
 */
function correctedTimeMs({ occurred_at, sent_at }: Event, receivedAtMs: number): number {
  if (Math.abs(receivedAtMs - sent_at) <= TRAVEL_MS_MAX) return Math.min(occurred_at, receivedAtMs);
  return Math.max(0, receivedAtMs - Math.max(0, sent_at - occurred_at));
}

function eventIdOf(candidate: unknown): string | undefined {
  if (typeof candidate !== "object" || candidate === null || !("event_id" in candidate)) return undefined;
  const { event_id } = candidate;
  return typeof event_id === "string" ? event_id.slice(0, 64) : undefined;
}
