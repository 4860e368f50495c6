import { type StoredEvent, uuidV7TimeMs } from "../events/index.ts";
import {
  type Activity,
  type ActivitySession,
  EMPTY_ACTIVITY,
  foldDay,
  type SessionEntry,
  type Turn,
} from "./activity.ts";
import { JsonList } from "./json-list.ts";
import { idDay } from "./session-pattern.ts";

/** One actor's row of a day as it was read: version 0 when there was none. */
export interface ActivityRow {
  tenant: string;
  actor: string;
  day: number;
  version: number;
  activity: Activity;
}

/** D1 takes rows of 2 MB. Only lists of a hundred long ids, by the hundred, come near; their session then keeps its verdict. */
const ACTIVITY_CHARS_MAX = 300_000;

export function activityName(tenant: string, actor: string, eventId: string): string {
  return `${tenant}/${idDay(uuidV7TimeMs(eventId))}/${actor}`;
}

function parseName(name: string): { tenant: string; actor: string; day: number } {
  const [tenant = "", day, ...actor] = name.split("/");
  return { tenant, day: Number(day), actor: actor.join("/") };
}

export const READ_ACTIVITY = `
SELECT now.tenant, now.actor, now.day, now.version, now.activity
FROM json_each(?1) AS row CROSS JOIN session_activity AS now
  ON now.tenant = row.value ->> 0 AND now.actor = row.value ->> 1 AND now.day = row.value ->> 2`;

/**
 * Rows [tenant, actor, day, version, activity]. A row that somebody else has changed since it was read has another version
 * than the one before: then the NULL breaks the batch, nothing of it is kept, and it is planned anew.
 */
export const WRITE_ACTIVITY = `
INSERT INTO session_activity (tenant, actor, day, version, activity)
SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value -> 4 FROM json_each(?1) WHERE true
ON CONFLICT (tenant, actor, day) DO UPDATE SET
  version = CASE version WHEN excluded.version - 1 THEN excluded.version END, activity = excluded.activity`;

export interface StoredActivity {
  tenant: string;
  actor: string;
  day: number;
  version: number;
  activity: string;
}

export function parseActivity(text: string): Activity {
  const [sessions, surroundings] = JSON.parse(text) as [StoredSession[], Activity["surroundings"]];
  return {
    sessions: sessions.map(([firstMs, lastMs, occurredAtMs, count, automated, entries]) => ({
      firstMs,
      lastMs,
      occurredAtMs,
      count,
      automated: automated === 1,
      entries,
    })),
    surroundings,
  };
}

/** `[[[first, last, occurred_at, count, automated, entries], …], surroundings]`: names would be most of the text. */
type StoredSession = [number, number, number, number, 0 | 1, readonly SessionEntry[] | null];

export function activityText({ sessions, surroundings }: Activity): string {
  const text = storedText(sessions, surroundings);
  if (text.length <= ACTIVITY_CHARS_MAX) return text;
  return storedText(
    sessions.map((session) => ({ ...session, entries: null })),
    surroundings,
  );
}

function storedText(sessions: readonly ActivitySession[], surroundings: Activity["surroundings"]): string {
  const stored = sessions.map(
    (session): StoredSession => [
      session.firstMs,
      session.lastMs,
      session.occurredAtMs,
      session.count,
      session.automated ? 1 : 0,
      session.entries,
    ],
  );
  return JSON.stringify([stored, surroundings]);
}

/** Events of actors, gathered by actor and day; each day of an actor is folded once. */
export class ActivityFold {
  readonly #groups = new Map<string, { entries: SessionEntry[]; events: StoredEvent[] }>();

  add(name: string, event: StoredEvent, entry: SessionEntry): void {
    const group = this.#groups.get(name);
    if (group === undefined) this.#groups.set(name, { entries: [entry], events: [event] });
    else {
      group.entries.push(entry);
      group.events.push(event);
    }
  }

  /** [tenant, actor, day] of the rows that the events meet, as documents to bind to `READ_ACTIVITY`. */
  wanted(): string[] {
    const list = new JsonList();
    for (const name of this.#groups.keys()) {
      const { tenant, actor, day } = parseName(name);
      list.add(JSON.stringify([tenant, actor, day]));
    }
    return list.documents();
  }

  /** What the events change in rows that were read, or in none. */
  fold(rows: ReadonlyMap<string, ActivityRow>, deletedAtMs: ActorDeletions): FoldedActivity {
    const list = new JsonList();
    const turns: FoldedActivity["turns"] = [];
    for (const [name, group] of this.#groups) {
      const { tenant, actor, day } = parseName(name);
      const { version, activity } = rows.get(name) ?? { version: 0, activity: EMPTY_ACTIVITY };
      const folded = foldDay(activity, group, deletedAtMs.get(`${tenant}/${actor}`));
      for (const turn of folded.turns) turns.push({ ...turn, tenant });
      if (folded.after === null) continue;
      const key = `${JSON.stringify(tenant)},${JSON.stringify(actor)},${day},${version + 1}`;
      list.add(`[${key},${activityText(folded.after)}]`);
    }
    return { documents: list.documents(), turns };
  }
}

/** When the user of an actor was last deleted, by `<tenant>/<actor>`. */
export type ActorDeletions = ReadonlyMap<string, number>;

/** Of the users deleted at ?1 or later, and of their devices. */
export const READ_DELETIONS = `
SELECT tenant || '/u:' || user_id AS actor, deleted_at FROM user_deletions WHERE deleted_at >= ?1
UNION ALL
SELECT link.tenant || '/a:' || link.anonymous_id, gone.deleted_at
FROM user_deletions AS gone CROSS JOIN identity_links AS link
  ON link.tenant = gone.tenant AND link.user_id = gone.user_id
WHERE gone.deleted_at >= ?1`;

/** Rows to write, as documents to bind to `WRITE_ACTIVITY`, and what begins or ceases to count with them. */
export interface FoldedActivity {
  documents: string[];
  turns: (Turn & { tenant: string })[];
}

/** The rows by name. */
export function activityRows(stored: readonly StoredActivity[]): Map<string, ActivityRow> {
  return new Map(
    stored.map((row) => [
      `${row.tenant}/${row.day}/${row.actor}`,
      { ...row, activity: parseActivity(row.activity) },
    ]),
  );
}
