import type { D1Database, D1DatabaseSession } from "@cloudflare/workers-types";
import { HISTORY_MAX } from "../base/index.ts";
import { decodeEntry, type Interaction } from "./history.ts";

/** What is known of one visitor. */
export interface Profile {
  /** Oldest first, at most HISTORY_MAX. */
  history: ProfileEntry[];
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

/**
 * The profile of the subjects together, by primary key; null when none of them has one. After `identify` an anonymous
 * subject has no row of its own any more: its history went into the user's, which only the user's id may open.
 */
export async function readProfile(
  db: Pick<D1Database | D1DatabaseSession, "prepare">,
  tenant: string,
  subjects: readonly string[],
): Promise<Profile | null> {
  const marks = subjects.map(() => "?").join(", ");
  const { results } = await db
    .prepare(`SELECT history, updated_at FROM profiles WHERE tenant = ? AND subject IN (${marks})`)
    .bind(tenant, ...subjects)
    .all<{ history: string; updated_at: number }>();
  if (results.length === 0) return null;
  const entries = results.flatMap((row) => JSON.parse(row.history) as string[]);
  // Entries sort as text by time, then event id.
  const newest = [...new Set(entries)].sort().slice(-HISTORY_MAX);
  return {
    history: newest.map((entry) => {
      const { eventId: _, ...rest } = decodeEntry(entry);
      return rest;
    }),
    updatedAtMs: Math.max(...results.map((row) => row.updated_at)),
  };
}
