import type { D1Database } from "@cloudflare/workers-types";
import { assert } from "../base/index.ts";
import { isBeyondLedger, type StoredEvent } from "../events/index.ts";
import {
  type ActivityRow,
  type ActorDeletions,
  activityRows,
  READ_ACTIVITY,
  READ_DELETIONS,
  type StoredActivity,
} from "./activity-row.ts";
import { type ApplyPlan, ledgerRows, planPeople, sortOut, turnedOccurrences } from "./apply-plan.ts";
import { applyStatements, READ_LEDGER } from "./apply-statements.ts";
import { bucketsOf, type Occurrence } from "./counting.ts";
import { type FacetStates, readFacets } from "./facets.ts";
import { type IntakeCount, insertCounts, recordIntake } from "./intake-counts.ts";
import { planCounters } from "./plan-counters.ts";

/** `profiles`: the shards. Joining two profiles takes one transaction, so for now there is one. */
export interface FeatureStores {
  core: D1Database;
  profiles: readonly D1Database[];
}

/** D1 runs one batch for at most 30 s; this many take well under one, and other consumers wait meanwhile. */
const BATCH_EVENTS_MAX = 2_000;

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
  const all = { events, ledger: ledgerRows(events), ...sortOut(events) };
  for (let attempt = 1; ; attempt++) {
    const present = await readPresent(database, all);
    const { known } = present;
    const fresh = known.size === 0 ? all : withoutKnown(events, known);
    const plan = await makePlan(stores.core, fresh, present, nowMs);
    const statements = [...applyStatements(database, plan, nowMs), ...insertCounts(database, counts)];
    if (statements.length === 0) return;
    try {
      await database.batch(statements);
      return;
    } catch (cause) {
      if (!isConflict(cause) || attempt === ATTEMPTS_MAX) throw cause;
    }
  }
}

interface SortedOut extends ReturnType<typeof sortOut> {
  events: readonly StoredEvent[];
  ledger: string[];
}

function withoutKnown(events: readonly StoredEvent[], known: ReadonlySet<string>): SortedOut {
  const fresh = events.filter((event) => !known.has(`${event.tenant}/${event.event_id}`));
  return { events: fresh, ledger: ledgerRows(fresh), ...sortOut(fresh) };
}

async function makePlan(
  core: D1Database,
  { events, ledger, sessions, single }: SortedOut,
  { rows, deletedAtMs }: Present,
  nowMs: number,
): Promise<ApplyPlan> {
  const folded = sessions.fold(rows, deletedAtMs);
  const occurrences = [...single, ...turnedOccurrences(folded)];
  const facets = await readFacetsOf(core, occurrences, nowMs);
  return {
    ledger,
    activity: folded.documents,
    ...planCounters(occurrences, facets, nowMs),
    ...planPeople(events),
  };
}

/** Both guards of the batch are constraints: the ledger's key, and a version that must not be null. */
function isConflict(cause: unknown): boolean {
  return cause instanceof Error && /constraint failed/i.test(cause.message);
}

interface Present {
  /** `<tenant>/<event_id>` of the events that D1 has already. */
  known: ReadonlySet<string>;
  rows: ReadonlyMap<string, ActivityRow>;
  deletedAtMs: ActorDeletions;
}

/** What D1 has of the events, of their sessions, and who was deleted since they were received: one round. */
async function readPresent(database: D1Database, { events, ledger, sessions }: SortedOut): Promise<Present> {
  const firstMs = events.reduce(
    (least, event) => Math.min(least, event.received_at),
    Number.MAX_SAFE_INTEGER,
  );
  const [deletions, ...answers] = await database.batch<Record<string, unknown>>([
    database.prepare(READ_DELETIONS).bind(firstMs),
    ...ledger.map((document) => database.prepare(READ_LEDGER).bind(document)),
    ...sessions.wanted().map((document) => database.prepare(READ_ACTIVITY).bind(document)),
  ]);
  const rowsOf = <Row>(from: number, to: number) =>
    answers.slice(from, to).flatMap(({ results }) => results as Row[]);
  const known = rowsOf<{ tenant: string; event_id: string }>(0, ledger.length);
  const gone = (deletions?.results ?? []) as { actor: string; deleted_at: number }[];
  return {
    known: new Set(known.map((row) => `${row.tenant}/${row.event_id}`)),
    rows: activityRows(rowsOf<StoredActivity>(ledger.length, answers.length)),
    deletedAtMs: new Map(gone.map((row) => [row.actor, row.deleted_at])),
  };
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
