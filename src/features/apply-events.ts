import type { D1Database } from "@cloudflare/workers-types";
import { assert } from "../base/index.ts";
import { isBeyondLedger, type StoredEvent } from "../events/index.ts";
import { INSERT_LINKS, linkRows, singleOccurrences, turnedOccurrences } from "./apply-plan.ts";
import { insertParts } from "./counter-parts.ts";
import { bucketsOf, type Occurrence } from "./counting.ts";
import { actorDeletions, READ_DELETIONS } from "./deletions.ts";
import { type FacetStates, readFacets } from "./facets.ts";
import { type IntakeCount, insertCounts, recordIntake } from "./intake-counts.ts";
import { INSERT_LEDGER, type Known, knownOf, ledgerRows, readLedger } from "./ledger.ts";
import { planCounters } from "./plan-counters.ts";
import { VisitorFold, writeVisitors } from "./visitor-fold.ts";
import type { Visitors } from "./visitors.ts";

/** `profiles`: the shards. Joining two profiles takes one transaction, so for now there is one. */
export interface FeatureStores {
  core: D1Database;
  profiles: readonly D1Database[];
}

/**
 * D1 runs one batch for at most 30 s; this many take well under one, and other consumers wait meanwhile. Were each of another visitor,
 * their rows, of some 20 KB, would be 20 MB.
 */
const BATCH_EVENTS_MAX = 1_000;

/**
 * Folds events into the ledger, the counters, the sessions, the identity links and the profiles. Each D1 batch is one
 * transaction and the commit point of its events: what the ledger has already is left out, so any redelivery, regrouping or
 * second consumer gives the same sums. Rejects when D1 does; what was committed by then is skipped on the retry.
 *
 * An id that is older than the ledger remembers could be counted twice: it is left to silver, which hands it to `applyLate`.
 * `counts`: of the messages that brought the events; they stand in the last batch, so what is counted as delivered has been
 * applied.
 */
export async function applyEvents(
  stores: FeatureStores,
  events: readonly StoredEvent[],
  nowMs: number,
  counts: readonly IntakeCount[] = [],
): Promise<void> {
  const batches = batchesOf(events.filter((event) => !isBeyondLedger(event, nowMs)));
  for (const [index, batch] of batches.entries())
    await applyBatch(stores, batch, nowMs, index === batches.length - 1 ? counts : []);
  if (batches.length === 0) await recordIntake(onlyOne(stores), counts);
}

/**
 * Folds in events whose ids the ledger may have forgotten, had they come before: silver found that each was never applied, within
 * the week in which it looks for duplicates, or that the ledger would still know it if it was. Silver hands an event over again
 * after a crash: by then the ledger has its id.
 */
export async function applyLate(
  stores: FeatureStores,
  events: readonly StoredEvent[],
  nowMs: number,
): Promise<void> {
  for (const batch of batchesOf(events)) await applyBatch(stores, batch, nowMs, []);
}

/** Until profiles are spread over several databases. */
export function onlyOne({ profiles }: FeatureStores): D1Database {
  const [database] = profiles;
  assert(database !== undefined && profiles.length === 1, "profiles live in one database");
  return database;
}

/** One event per (tenant, id): D1's ledger tells only ids apart, so a batch must not name one twice. */
function batchesOf(events: readonly StoredEvent[]): StoredEvent[][] {
  const byId = new Map<string, StoredEvent>();
  for (const event of events) {
    const id = `${event.tenant}/${event.event_id}`;
    if (!byId.has(id)) byId.set(id, event);
  }
  const distinct = [...byId.values()];
  return Array.from({ length: Math.ceil(distinct.length / BATCH_EVENTS_MAX) }, (_, index) =>
    distinct.slice(index * BATCH_EVENTS_MAX, (index + 1) * BATCH_EVENTS_MAX),
  );
}

/** Of n consumers that apply the same events at one moment, one gets through in each round. */
const ATTEMPTS_MAX = 30;

/** Reads what the events meet, plans, and writes; anew when somebody else has changed it in between. */
async function applyBatch(
  stores: FeatureStores,
  events: readonly StoredEvent[],
  nowMs: number,
  counts: readonly IntakeCount[],
): Promise<void> {
  const database = onlyOne(stores);
  for (let attempt = 1; ; attempt++) {
    const { fresh, known, visitors } = await readPresent(database, events, nowMs);
    const occurrences = [...singleOccurrences(fresh), ...turnedOccurrences(visitors.turns)];
    const facets = await readFacetsOf(stores.core, occurrences, nowMs);
    const bound = (sql: string, documents: readonly string[], ...values: number[]) =>
      documents.map((document) => database.prepare(sql).bind(document, ...values));
    const statements = [
      ...bound(INSERT_LEDGER, ledgerRows(fresh, known.parts), nowMs),
      ...writeVisitors(database, visitors.documents()),
      ...insertParts(database, planCounters(occurrences, facets, nowMs)),
      ...bound(INSERT_LINKS, linkRows(fresh)),
      ...insertCounts(database, counts),
    ];
    if (statements.length === 0) return;
    try {
      await database.batch(statements);
      return;
    } catch (cause) {
      if (!isConflict(cause) || attempt === ATTEMPTS_MAX) throw cause;
    }
  }
}

/** Both guards of the batch are constraints: the number of a part and the version of a row must not be null. */
export function isConflict(cause: unknown): boolean {
  return cause instanceof Error && /constraint failed/i.test(cause.message);
}

interface Present {
  /** Events that D1 has none of yet, and their visitors with them. */
  fresh: readonly StoredEvent[];
  known: Known;
  visitors: Visitors;
}

/** What D1 has of the events and of their visitors, and who was deleted since they were received: one round. */
async function readPresent(
  database: D1Database,
  events: readonly StoredEvent[],
  nowMs: number,
): Promise<Present> {
  const firstMs = events.reduce(
    (least, event) => Math.min(least, event.received_at),
    Number.MAX_SAFE_INTEGER,
  );
  const fold = new VisitorFold(events);
  const ledger = readLedger(database, events);
  const [deletions, ...answers] = await database.batch([
    database.prepare(READ_DELETIONS).bind(firstMs),
    ...ledger,
    ...fold.read(database),
  ]);
  const rows = answers.map(({ results }) => results);
  const known = knownOf(rows.slice(0, ledger.length), events);
  const fresh =
    known.ids.size === 0
      ? events
      : events.filter((event) => !known.ids.has(`${event.tenant}/${event.event_id}`));
  const deletedAtMs = actorDeletions(deletions?.results ?? []);
  const visitors = fold.begin(rows.slice(ledger.length), { deletedAtMs, nowMs });
  visitors.fold(fresh);
  return { fresh, known, visitors };
}

/** The states of the items that are counted in a bucket that is still kept. */
async function readFacetsOf(
  core: D1Database,
  occurrences: readonly Occurrence[],
  nowMs: number,
): Promise<FacetStates> {
  const wanted = new Map<string, Set<string>>();
  for (const { tenant, itemIds, occurredAtMs } of occurrences) {
    if (bucketsOf(occurredAtMs, nowMs) === null) continue;
    const ofTenant = wanted.get(tenant) ?? new Set<string>();
    wanted.set(tenant, ofTenant);
    for (const itemId of itemIds) ofTenant.add(itemId);
  }
  return readFacets(core, wanted);
}
