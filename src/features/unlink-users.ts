import type { D1Database } from "@cloudflare/workers-types";
import type { StoredEvent } from "../events/index.ts";
import { type FeatureStores, isConflict, onlyOne } from "./apply-events.ts";
import { INSERT_LINKS } from "./apply-plan.ts";
import { actorDeletions, READ_DELETIONS } from "./deletions.ts";
import type { DeletedUser } from "./erasures.ts";
import { JsonList } from "./json-list.ts";
import { userSubject } from "./profile.ts";
import { VisitorFold, writeVisitors } from "./visitor-fold.ts";

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

/** Consumers that write the same visitors come between at most this often. */
const ATTEMPTS_MAX = 30;

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
  const told = documentsOf(users, ({ tenant, userId, deletedAtMs }) => [tenant, userId, deletedAtMs]);
  const kept = documentsOf(links, (link) => [
    link.tenant,
    link.anonymousId,
    link.userId,
    link.linkedAtMs,
    link.eventId,
  ]);
  for (let attempt = 1; ; attempt++) {
    const stale = await staleLinks(profiles, told);
    const visitors = await movedVisitors(profiles, { users, links, unnamed, stale });
    const statements = [...run(DELETE_LINKS, told), ...run(INSERT_LINKS, kept), ...visitors];
    if (statements.length === 0) return;
    try {
      await profiles.batch(statements);
      return;
    } catch (cause) {
      if (!isConflict(cause) || attempt === ATTEMPTS_MAX) throw cause;
    }
  }
}

const STALE_LINKS = `
FROM json_each(?1) AS row CROSS JOIN identity_links AS link
  ON link.tenant = row.value ->> 0 AND link.user_id = row.value ->> 1 AND link.linked_at <= row.value ->> 2`;

const DELETE_LINKS = `
DELETE FROM identity_links WHERE (tenant, anonymous_id) IN (SELECT link.tenant, link.anonymous_id ${STALE_LINKS})`;

/** `<tenant>/<anonymous_id>` of the devices whose link from before the deletion still stands. */
async function staleLinks(profiles: D1Database, documents: readonly string[]): Promise<Set<string>> {
  const stale = new Set<string>();
  for (const document of documents) {
    const { results } = await profiles
      .prepare(`SELECT link.tenant, link.anonymous_id ${STALE_LINKS}`)
      .bind(document)
      .all<{ tenant: string; anonymous_id: string }>();
    for (const { tenant, anonymous_id } of results) stale.add(`${tenant}/${anonymous_id}`);
  }
  return stale;
}

interface Moves {
  users: readonly DeletedUser[];
  links: readonly KeptLink[];
  unnamed: readonly UnnamedEvent[];
  stale: ReadonlySet<string>;
}

/**
 * The rows of the users and of who gains their events. A line is known by its event; impressions are sums, so they move only with
 * a link that goes in the same transaction: a repetition finds it gone. The users' rows are written even where nothing moves, so that
 * a consumer that has seen the links finds another version than it read.
 */
async function movedVisitors(profiles: D1Database, { users, links, unnamed, stale }: Moves) {
  const fold = new VisitorFold(
    unnamed.map(({ event }) => event),
    [...users, ...links],
  );
  const firstMs = unnamed.reduce(
    (least, { event }) => Math.min(least, event.received_at),
    Number.MAX_SAFE_INTEGER,
  );
  const [deletions, ...answers] = await profiles.batch([
    profiles.prepare(READ_DELETIONS).bind(firstMs),
    ...fold.read(profiles),
  ]);
  const visitors = fold.begin(
    answers.map(({ results }) => results),
    // Nothing is so old that it is left out: what stays in a row stays as it is.
    { deletedAtMs: actorDeletions(deletions?.results ?? []), nowMs: 0 },
  );
  for (const { tenant, userId } of users) visitors.of(tenant, userSubject(userId)).touched = true;
  for (const name of stale) visitors.unlink(name);
  for (const { tenant, anonymousId, userId } of links) {
    if (visitors.userOf(tenant, anonymousId) === undefined) visitors.link(tenant, anonymousId, userId);
  }
  for (const { event, userId } of unnamed) {
    const to = visitors.subjectOf(event);
    if (to === null) continue;
    const withShown = stale.has(`${event.tenant}/${event.anonymous_id}`);
    visitors.move(event, { from: userSubject(userId), to, withShown });
  }
  return writeVisitors(profiles, visitors.documents());
}

function documentsOf<Row>(rows: readonly Row[], cells: (row: Row) => unknown[]): string[] {
  const list = new JsonList();
  for (const row of rows) list.add(JSON.stringify(cells(row)));
  return list.documents();
}
