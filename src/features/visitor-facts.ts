import type { D1Database, D1DatabaseSession } from "@cloudflare/workers-types";
import type { User } from "../events/index.ts";
import { PROFILE_COLUMNS, type Profile, type ProfileRow, profileOf } from "./profile.ts";

type Reader = Pick<D1Database | D1DatabaseSession, "prepare">;

export interface VisitorQuestion {
  tenant: string;
  /** Whose attributes count; without it there are none. */
  userId?: string;
  /** `u:<user_id>` and `a:<anonymous_id>`: whose profile and segments count, together. */
  subjects: readonly string[];
  nowMs: number;
}

/** What rules may ask of a visitor. */
export interface StoredVisitor {
  profile: Profile | null;
  /** By name, of all the subjects. */
  segments: string[];
  /** Empty when the user is unknown or was deleted. */
  attributes: Record<string, unknown>;
}

/**
 * Everything stored of one visitor in one round: a query by primary key to each of the two databases, at the same time. Where no
 * rule names the user's attributes or segments, `readProfile` is half of it.
 */
export async function readVisitorFacts(
  { core, profiles }: { core: Reader; profiles: Reader },
  { tenant, userId, subjects, nowMs }: VisitorQuestion,
): Promise<StoredVisitor> {
  const [rows, attributes] = await Promise.all([
    profiles
      .prepare(READ_SUBJECTS)
      .bind(tenant, JSON.stringify(subjects))
      .all<NullableRow & { segments: string }>(),
    userId === undefined
      ? null
      : core.prepare(READ_ATTRIBUTES).bind(tenant, userId).first<string | null>("attributes"),
  ]);
  const segments = rows.results.flatMap((row) => JSON.parse(row.segments) as string[]);
  return {
    profile: profileOf(rows.results.filter(isProfile), nowMs),
    segments: [...new Set(segments)].sort(),
    attributes: attributes === null ? {} : (JSON.parse(attributes) as NonNullable<User["attributes"]>),
  };
}

type NullableRow = { [Column in keyof ProfileRow]: ProfileRow[Column] | null };

function isProfile(row: NullableRow): row is ProfileRow & { segments: string } {
  return row.history !== null;
}

const READ_SUBJECTS = `
SELECT ${PROFILE_COLUMNS}, (
  SELECT json_group_array(segment) FROM segment_members AS member
  WHERE member.tenant = ?1 AND member.subject = asked.value
) AS segments
FROM json_each(?2) AS asked LEFT JOIN profiles AS known ON known.tenant = ?1 AND known.subject = asked.value`;

const READ_ATTRIBUTES = `
SELECT body -> '$.attributes' AS attributes FROM users WHERE tenant = ? AND user_id = ? AND deleted = 0`;
