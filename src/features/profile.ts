import type { D1Database, D1DatabaseSession } from "@cloudflare/workers-types";
import { HISTORY_MAX } from "../base/index.ts";
import { type Bought, boughtOf } from "./bought.ts";
import { decodeEntry, type Interaction } from "./history.ts";
import { joinShown, type Shown, type ShownRow, shownOf } from "./shown.ts";

/** What is known of one visitor. */
export interface Profile {
  /** Oldest first, at most HISTORY_MAX. */
  history: ProfileEntry[];
  /** Purchases of the last 90 days, oldest first. */
  bought: Bought[];
  /** Items shown in the last seven UTC days, by day; those shown last at the end. */
  shown: Shown[];
  /** When the newest of its events was received. */
  updatedAtMs: number;
}

export type ProfileEntry = Omit<Interaction, "eventId">;

/** Subjects are `u:<user_id>` and `a:<anonymous_id>`: two kinds of id in one key, never mixed up. */
export function userSubject(userId: string): string {
  return `u:${userId}`;
}

export function anonymousSubject(anonymousId: string): string {
  return `a:${anonymousId}`;
}

export interface ProfileRow {
  history: string;
  bought: string;
  shown: string;
  updated_at: number;
}

export const PROFILE_COLUMNS = "history, bought, shown, updated_at";

/**
 * The profile of the subjects together at `nowMs`, by primary key; null when none of them has one. After `identify` an anonymous
 * subject has no history of its own any more: it went into the user's, which only the user's id may open.
 */
export async function readProfile(
  db: Pick<D1Database | D1DatabaseSession, "prepare">,
  tenant: string,
  subjects: readonly string[],
  nowMs: number,
): Promise<Profile | null> {
  const marks = subjects.map(() => "?").join(", ");
  const { results } = await db
    .prepare(`SELECT ${PROFILE_COLUMNS} FROM profiles WHERE tenant = ? AND subject IN (${marks})`)
    .bind(tenant, ...subjects)
    .all<ProfileRow>();
  return profileOf(results, nowMs);
}

export function profileOf(rows: readonly ProfileRow[], nowMs: number): Profile | null {
  if (rows.length === 0) return null;
  const lines = (column: "history" | "bought") => rows.flatMap((row) => JSON.parse(row[column]) as string[]);
  // Entries sort as text by time, then event id.
  const newest = [...new Set(lines("history"))].sort().slice(-HISTORY_MAX);
  return {
    history: newest.map((entry) => {
      const { eventId: _, ...rest } = decodeEntry(entry);
      return rest;
    }),
    bought: boughtOf(lines("bought"), nowMs),
    shown: shownOf(shownRows(rows, nowMs), nowMs),
    updatedAtMs: Math.max(...rows.map((row) => row.updated_at)),
  };
}

function shownRows(rows: readonly ProfileRow[], nowMs: number): readonly ShownRow[] {
  const [first = [], ...others] = rows.map(({ shown }) => JSON.parse(shown) as ShownRow[]);
  return others.reduce((joined, each) => joinShown(joined, each, nowMs), first);
}
