import type { StoredEvent } from "../events/index.ts";
import { type FeatureStores, onlyOne } from "./apply-events.ts";
import { planPeople } from "./apply-plan.ts";
import { INSERT_LINKS, MERGE_PROFILES } from "./apply-statements.ts";
import type { DeletedUser } from "./erasures.ts";
import { JsonList } from "./json-list.ts";
import { userSubject } from "./profile.ts";

/** A link of a device that the lake still has. */
export interface KeptLink {
  tenant: string;
  anonymousId: string;
  userId: string;
  linkedAtMs: number;
  eventId: string;
}

/** What a device has done since its user was deleted, without naming anybody. */
export interface UnnamedEvent {
  event: StoredEvent;
  /** Whose history D1 has put it into, by a link from before. */
  userId: string;
}

/**
 * Brings D1 to what the lake is without deleted users: their links from before the deletion go, those that the lake still has take
 * their place, and what devices have done unnamed since then counts for whom they are now. One transaction; safe to repeat.
 */
export async function unlinkUsers(
  stores: FeatureStores,
  users: readonly DeletedUser[],
  { links, unnamed }: { links: readonly KeptLink[]; unnamed: readonly UnnamedEvent[] },
): Promise<void> {
  const profiles = onlyOne(stores);
  const run = (sql: string, documents: readonly string[]) =>
    documents.map((document) => profiles.prepare(sql).bind(document));
  const moved = documentsOf(unnamed, ({ event: { tenant, event_id }, userId }) => [
    tenant,
    userSubject(userId),
    event_id,
  ]);
  const statements = [
    ...run(
      DELETE_LINKS,
      documentsOf(users, ({ tenant, userId, deletedAtMs }) => [tenant, userId, deletedAtMs]),
    ),
    ...run(
      INSERT_LINKS,
      documentsOf(links, (link) => [
        link.tenant,
        link.anonymousId,
        link.userId,
        link.linkedAtMs,
        link.eventId,
      ]),
    ),
    ...run(TAKE_OUT, moved),
    ...run(DELETE_EMPTY, moved),
    ...run(MERGE_PROFILES, planPeople(unnamed.map(({ event }) => event)).interactions),
  ];
  if (statements.length > 0) await profiles.batch(statements);
}

function documentsOf<Row>(rows: readonly Row[], cells: (row: Row) => unknown[]): string[] {
  const list = new JsonList();
  for (const row of rows) list.add(JSON.stringify(cells(row)));
  return list.documents();
}

const DELETE_LINKS = `
DELETE FROM identity_links WHERE (tenant, anonymous_id) IN (
  SELECT link.tenant, link.anonymous_id FROM json_each(?1) AS row CROSS JOIN identity_links AS link
    ON link.tenant = row.value ->> 0 AND link.user_id = row.value ->> 1 AND link.linked_at <= row.value ->> 2
)`;

/** Of [tenant, subject, event_id]. An entry's event id stands behind its time, which has sixteen digits. */
const TAKE_OUT = `
UPDATE profiles SET history = (
  SELECT json_group_array(entry.value ORDER BY entry.value) FROM json_each(profiles.history) AS entry
  WHERE substr(entry.value, 18, 36) NOT IN (SELECT gone.value FROM json_each(moved.events) AS gone)
)
FROM (
  SELECT value ->> 0 AS tenant, value ->> 1 AS subject, json_group_array(value ->> 2) AS events
  FROM json_each(?1) GROUP BY 1, 2
) AS moved
WHERE profiles.tenant = moved.tenant AND profiles.subject = moved.subject`;

const DELETE_EMPTY = `
DELETE FROM profiles WHERE history = '[]' AND (tenant, subject) IN (
  SELECT value ->> 0, value ->> 1 FROM json_each(?1)
)`;
