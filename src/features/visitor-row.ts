import { DAY_MS, HISTORY_MAX } from "../base/index.ts";
import type { Activity } from "./activity.ts";
import { ACTIVITY_DAYS, activityOf, activityText, type StoredActivity } from "./activity-row.ts";
import { newestBought } from "./bought.ts";
import type { ShownRow } from "./shown.ts";

/** One visitor's row as it was read; version 0 when there was none. */
export interface VisitorRow {
  version: number;
  active_day: number;
  updated_at: number;
  history: string;
  bought: string;
  shown: string;
  activity: string;
}

export const NO_VISITOR: VisitorRow = {
  version: 0,
  active_day: 0,
  updated_at: 0,
  history: "[]",
  bought: "[]",
  shown: "[]",
  activity: "{}",
};

const COLUMNS =
  "seen.version, seen.active_day, seen.updated_at, seen.history, seen.bought, seen.shown, seen.activity";

/** Of [tenant, subject, anonymous_id or null] each row with its place `n` in the document; `linked`: the device's user. */
export const READ_VISITORS = `
SELECT asked.key AS n, link.user_id AS linked, ${COLUMNS}
FROM json_each(?1) AS asked
LEFT JOIN visitors AS seen ON seen.tenant = asked.value ->> 0 AND seen.subject = asked.value ->> 1
LEFT JOIN identity_links AS link ON link.tenant = asked.value ->> 0 AND link.anonymous_id = asked.value ->> 2
WHERE seen.version IS NOT NULL OR link.user_id IS NOT NULL`;

/** The rows of the users that the devices are linked to. */
export const READ_LINKED = `
SELECT asked.key AS n, ${COLUMNS}
FROM json_each(?1) AS asked
CROSS JOIN identity_links AS link ON link.tenant = asked.value ->> 0 AND link.anonymous_id = asked.value ->> 2
CROSS JOIN visitors AS seen ON seen.tenant = link.tenant AND seen.subject = 'u:' || link.user_id`;

/**
 * Rows [tenant, subject, version, active_day, updated_at, history, bought, shown, activity]: all that a batch of events changes in
 * one visitor, written once. A row that somebody else has changed since it was read has another version than the one before: then
 * the NULL breaks the batch, nothing of it is kept, and it is planned anew.
 */
export const WRITE_VISITORS = `
INSERT INTO visitors (tenant, subject, version, active_day, updated_at, history, bought, shown, activity)
SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value -> 5, value -> 6, value -> 7, value -> 8
FROM json_each(?1) WHERE true
ON CONFLICT (tenant, subject) DO UPDATE SET
  version = CASE version WHEN excluded.version - 1 THEN excluded.version END,
  active_day = excluded.active_day, updated_at = excluded.updated_at, history = excluded.history,
  bought = excluded.bought, shown = excluded.shown, activity = excluded.activity`;

/** A visitor's row while events are folded into it. Each part is parsed when it is first changed. */
export class VisitorState {
  readonly #row: VisitorRow;
  #history: Set<string> | undefined;
  #bought: Set<string> | undefined;
  #shown: readonly ShownRow[] | undefined;
  #days: Map<number, Activity> | undefined;
  #updatedAtMs: number;
  /** Whether it is to be written. */
  touched = false;

  constructor(row: VisitorRow) {
    this.#row = row;
    this.#updatedAtMs = row.updated_at;
  }

  /** Lines, see `history.ts`; in any order. */
  get history(): Set<string> {
    this.#history ??= new Set(JSON.parse(this.#row.history) as string[]);
    return this.#history;
  }

  get bought(): Set<string> {
    this.#bought ??= new Set(JSON.parse(this.#row.bought) as string[]);
    return this.#bought;
  }

  get shown(): readonly ShownRow[] {
    this.#shown ??= JSON.parse(this.#row.shown) as ShownRow[];
    return this.#shown;
  }

  set shown(rows: readonly ShownRow[]) {
    this.#shown = rows;
  }

  get days(): Map<number, Activity> {
    if (this.#days === undefined) {
      const stored = Object.entries(JSON.parse(this.#row.activity) as StoredActivity);
      this.#days = new Map(stored.map(([day, activity]) => [Number(day), activityOf(activity)]));
    }
    return this.#days;
  }

  get updatedAtMs(): number {
    return this.#updatedAtMs;
  }

  /** Notes that an event of the profile was received. */
  receivedAt(atMs: number): void {
    this.#updatedAtMs = Math.max(this.#updatedAtMs, atMs);
    this.touched = true;
  }

  /** Nothing but sessions is left: it is somebody else's profile now. */
  emptyProfile(): void {
    this.#history = new Set();
    this.#bought = new Set();
    this.#shown = [];
    this.#updatedAtMs = 0;
    this.touched = true;
  }

  /** As JSON to bind to `WRITE_VISITORS`. */
  text(tenant: string, subject: string, nowMs: number): string {
    const row = this.#row;
    const firstDay = Math.floor(nowMs / DAY_MS) - ACTIVITY_DAYS + 1;
    const history = this.#history && JSON.stringify([...this.#history].sort().slice(-HISTORY_MAX));
    const bought = this.#bought && JSON.stringify(newestBought(this.#bought, nowMs));
    const shown = this.#shown && JSON.stringify(this.#shown);
    const activity = this.#days && activityText(this.#days, firstDay);
    const activeDay = this.#days === undefined ? row.active_day : Math.max(0, ...this.#days.keys());
    const head = JSON.stringify([tenant, subject, row.version + 1, activeDay, this.#updatedAtMs]).slice(
      0,
      -1,
    );
    return `${head},${history ?? row.history},${bought ?? row.bought},${shown ?? row.shown},${activity ?? row.activity}]`;
  }
}
