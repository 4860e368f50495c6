import type { D1Database, D1DatabaseSession } from "@cloudflare/workers-types";

/** A member of a segment; `since` in ms. */
export interface SegmentRow {
  subject: string;
  segment: string;
  since: number;
}

/** Rows of one transaction: far below D1's limit of a bound text, whatever the ids are. */
const ROWS_MAX = 1_000;

/**
 * Makes D1's members of a tenant those given, which come in the order of subject (by UTF-8 bytes) and segment. Range of subjects by
 * range, each one transaction; rows that stay as they are cost a read only. Repeating it after a failure mends what was left.
 */
export async function publishSegments(
  db: D1Database,
  tenant: string,
  members: AsyncIterable<readonly SegmentRow[]>,
): Promise<void> {
  let rows: SegmentRow[] = [];
  let after = "";
  for await (const block of members) {
    for (const row of block) {
      // A range ends between two subjects.
      const last = rows.at(-1)?.subject;
      if (rows.length >= ROWS_MAX && last !== undefined && last !== row.subject) {
        await publishRange(db, tenant, { rows, after, until: last });
        [rows, after] = [[], last];
      }
      rows.push(row);
    }
  }
  await publishRange(db, tenant, { rows, after, until: null });
}

/** Subjects above `after` up to `until`; null: all that follow. */
async function publishRange(
  db: D1Database,
  tenant: string,
  { rows, after, until }: { rows: readonly SegmentRow[]; after: string; until: string | null },
): Promise<void> {
  const text = JSON.stringify(rows.map(({ subject, segment, since }) => [subject, segment, since]));
  await db.batch([
    db.prepare(DELETE_OTHERS).bind(tenant, after, until, text),
    db.prepare(UPSERT).bind(tenant, text),
  ]);
}

const DELETE_OTHERS = `
DELETE FROM segment_members
WHERE tenant = ?1 AND subject > ?2 AND (?3 IS NULL OR subject <= ?3)
  AND (subject, segment) NOT IN (SELECT value ->> 0, value ->> 1 FROM json_each(?4))`;

const UPSERT = `
INSERT INTO segment_members (tenant, subject, segment, since)
SELECT ?1, value ->> 0, value ->> 1, value ->> 2 FROM json_each(?2)
WHERE true
ON CONFLICT (tenant, subject, segment) DO UPDATE SET since = excluded.since WHERE since <> excluded.since`;

/** The segments that a subject (`u:<user_id>` or `a:<anonymous_id>`) is in, by name: one range of the primary key. */
export async function readSegments(
  db: Pick<D1Database | D1DatabaseSession, "prepare">,
  tenant: string,
  subject: string,
): Promise<string[]> {
  const { results } = await db
    .prepare("SELECT segment FROM segment_members WHERE tenant = ? AND subject = ? ORDER BY segment")
    .bind(tenant, subject)
    .all<{ segment: string }>();
  return results.map((row) => row.segment);
}
