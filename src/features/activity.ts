import { type StoredEvent, uuidV7TimeMs } from "../events/index.ts";
import { SURROUNDINGS, type SurroundingName } from "./declarations.ts";
import { endsSession, SESSION_PATTERN, sessionPattern } from "./session-pattern.ts";

/** Times in ms; `itemIds` are those that the event counts for. */
export type SessionEntry = readonly [
  eventId: string,
  occurredAtMs: number,
  receivedAtMs: number,
  type: string,
  itemIds: readonly string[],
  durationMs: number,
];

/** Events of one actor and day that lie close together, in the order of their ids. */
export interface ActivitySession {
  /** Times of the first and the last id. */
  firstMs: number;
  lastMs: number;
  /** When the newest of them occurred, by the server's clock. */
  occurredAtMs: number;
  count: number;
  automated: boolean;
  /** Null when it was too deep to be kept: the verdict stands then, and what comes near it belongs to it. */
  entries: readonly SessionEntry[] | null;
}

/** What one actor did on one UTC day (of the ids), and where: each surrounding by the newest event that tells it. */
export interface Activity {
  sessions: readonly ActivitySession[];
  surroundings: Readonly<
    Partial<Record<SurroundingName, readonly [eventId: string, value: string | number]>>
  >;
}

/** An entry that begins (1) or ceases (−1) to count. */
export interface Turn {
  entry: SessionEntry;
  sign: 1 | -1;
}

export const EMPTY_ACTIVITY: Activity = { sessions: [], surroundings: {} };

/**
 * The activity with more events, none of which it has yet, and what that changes in the counters. The result depends on the
 * set of events alone: sessions that new events join become one, and their verdict is made anew.
 */
export function foldSessions(
  sessions: readonly ActivitySession[],
  entries: readonly SessionEntry[],
): { sessions: ActivitySession[]; turns: Turn[] } {
  const pieces = [...sessions, ...entries.map(singleEvent)].sort((a, b) => a.firstMs - b.firstMs);
  const turns: Turn[] = [];
  const folded: ActivitySession[] = [];
  for (let start = 0; start < pieces.length; ) {
    let end = start + 1;
    let lastMs = (pieces[start] as Piece).lastMs;
    for (; end < pieces.length; end++) {
      const next = pieces[end] as Piece;
      if (endsSession(lastMs, next.firstMs)) break;
      lastMs = Math.max(lastMs, next.lastMs);
    }
    folded.push(join(pieces.slice(start, end), turns));
    start = end;
  }
  return { sessions: folded, turns };
}

type Telling = Pick<StoredEvent, "event_id" | "received_at" | "device" | "country" | "context">;

/**
 * One actor's day with more events. Those received by `deletedAtMs`, when the actor's user was deleted, count as sessions of their
 * own and are not remembered. `after` is null when there is nothing to remember.
 */
export function foldDay(
  before: Activity,
  { entries, events }: { entries: readonly SessionEntry[]; events: readonly Telling[] },
  deletedAtMs = Number.NEGATIVE_INFINITY,
): { after: Activity | null; turns: Turn[] } {
  const gone = entries.filter(([, , receivedAtMs]) => receivedAtMs <= deletedAtMs);
  const { turns } = foldSessions([], gone);
  if (gone.length === entries.length) return { after: null, turns };
  const kept =
    gone.length === 0 ? entries : entries.filter(([, , receivedAtMs]) => receivedAtMs > deletedAtMs);
  const folded = foldSessions(before.sessions, kept);
  const telling = events.filter((event) => event.received_at > deletedAtMs);
  return {
    after: { sessions: folded.sessions, surroundings: foldSurroundings(before.surroundings, telling) },
    turns: gone.length === 0 ? folded.turns : [...turns, ...folded.turns],
  };
}

/** A session as it was, or an event that is new: the latter counts nowhere yet. */
type Piece = ActivitySession & { isNew?: true };

function singleEvent(entry: SessionEntry): Piece {
  const timeMs = uuidV7TimeMs(entry[0]);
  return {
    firstMs: timeMs,
    lastMs: timeMs,
    occurredAtMs: entry[1],
    count: 1,
    automated: false,
    entries: [entry],
    isNew: true,
  };
}

function join(pieces: readonly Piece[], turns: Turn[]): ActivitySession {
  const [only] = pieces;
  if (pieces.length === 1 && only !== undefined && only.isNew === undefined) return only;
  const count = pieces.reduce((sum, piece) => sum + piece.count, 0);
  // Folded: a robot's session has more events than a call may have arguments.
  const firstMs = pieces.reduce((first, piece) => Math.min(first, piece.firstMs), Number.POSITIVE_INFINITY);
  const latest = (of: "lastMs" | "occurredAtMs") =>
    pieces.reduce((last, piece) => Math.max(last, piece[of]), Number.NEGATIVE_INFINITY);
  const [lastMs, occurredAtMs] = [latest("lastMs"), latest("occurredAtMs")];
  const entries = joinEntries(pieces, count);
  const automated =
    entries === null ? count > SESSION_PATTERN.depth.eventsMax || pieces.some(isAutomated) : judge(entries);
  for (const piece of pieces) {
    const counted = piece.isNew === undefined && !piece.automated;
    if (counted === !automated) continue;
    for (const entry of piece.entries ?? []) turns.push({ entry, sign: automated ? -1 : 1 });
  }
  return { firstMs, lastMs, occurredAtMs, count, automated, entries };
}

function isAutomated(piece: Piece): boolean {
  return piece.automated;
}

function joinEntries(pieces: readonly Piece[], count: number): SessionEntry[] | null {
  // A session may only grow: once it is too deep it stays so, and nothing of it is needed any more.
  if (count > SESSION_PATTERN.depth.eventsMax || pieces.some((piece) => piece.entries === null)) return null;
  const entries = pieces.flatMap((piece) => piece.entries ?? []);
  return entries.sort((a, b) => (a[0] < b[0] ? -1 : 1));
}

function judge(entries: readonly SessionEntry[]): boolean {
  let state = sessionPattern.init();
  for (const [eventId] of entries) state = sessionPattern.step(state, uuidV7TimeMs(eventId));
  return sessionPattern.verdict(state) !== null;
}

export function sessionEntry(
  event: Pick<StoredEvent, "event_id" | "occurred_at" | "received_at" | "type" | "duration_ms">,
  itemIds: readonly string[],
): SessionEntry {
  const { event_id, occurred_at, received_at, type, duration_ms: durationMs = 0 } = event;
  return [event_id, occurred_at, received_at, type, itemIds, durationMs];
}

type Surroundings = Activity["surroundings"];

/** Each surrounding of the newest event that tells it. */
function foldSurroundings(before: Surroundings, events: readonly Telling[]): Surroundings {
  const after: Partial<Record<SurroundingName, readonly [eventId: string, value: string | number]>> = {
    ...before,
  };
  for (const event of events) {
    for (const { name } of SURROUNDINGS) {
      const value = surrounding(event, name);
      if (value === null) continue;
      const known = after[name];
      if (known === undefined || known[0] < event.event_id) after[name] = [event.event_id, value];
    }
  }
  return after;
}

const HOST = /^(?:[a-z][a-z0-9+.-]*:)?(?:\/\/)?(?:[^/?#@]*@)?([^/?#:]+)/i;
/** Offsets on Earth: −12 … +14 hours. */
const UTC_OFFSET_MIN_MAX = 14 * 60;

function surrounding(event: Telling, name: SurroundingName): string | number | null {
  if (name === "device" || name === "country") return event[name] ?? null;
  const value = event.context?.[name];
  if (name === "referrer")
    return typeof value === "string" ? (HOST.exec(value)?.[1]?.toLowerCase() ?? null) : null;
  return typeof value === "number" && Math.abs(value) <= UTC_OFFSET_MIN_MAX ? value : null;
}
