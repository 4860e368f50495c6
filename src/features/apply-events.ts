import type { D1Database } from "@cloudflare/workers-types";
import { assert } from "../base/index.ts";
import type { StoredEvent } from "../events/index.ts";
import {
  type ActivityFold,
  type ActivityRow,
  activityRows,
  READ_ACTIVITY,
  type StoredActivity,
} from "./activity-row.ts";
import { type Counted, countedTurns, type PlanOptions, planApply, sortOut } from "./apply-plan.ts";
import { applyStatements, READ_LEDGER } from "./apply-statements.ts";
import { isKept } from "./counting.ts";
import { type FacetStates, itemName, readFacets } from "./facets.ts";
import { type IntakeCount, insertCounts, recordIntake } from "./intake-counts.ts";
import { JsonList } from "./json-list.ts";

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
 * `counts`: of the messages that brought the events; they stand in the last batch, so what is counted as delivered has been
 * applied.
 */
export async function applyEvents(
  stores: FeatureStores,
  events: readonly StoredEvent[],
  nowMs: number,
  counts: readonly IntakeCount[] = [],
): Promise<void> {
  const batches = batchesOf(events);
  for (const [index, batch] of batches.entries())
    await applyBatch(stores, batch, { nowMs, isLate: false }, index === batches.length - 1 ? counts : []);
  if (batches.length === 0) await recordIntake(onlyOne(stores), counts);
}

/**
 * Folds in events whose ids the ledger may have forgotten, had they come before: silver found each of them new, within the
 * week in which it looks for duplicates. Silver hands an event over again after a crash: by then the ledger has its id.
 */
export async function applyLate(
  stores: FeatureStores,
  events: readonly StoredEvent[],
  nowMs: number,
): Promise<void> {
  for (const batch of batchesOf(events)) await applyBatch(stores, batch, { nowMs, isLate: true }, []);
}

function onlyOne({ profiles }: FeatureStores): D1Database {
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
  options: PlanOptions,
  counts: readonly IntakeCount[],
): Promise<void> {
  const database = onlyOne(stores);
  const all = sortOut(events, options);
  for (let attempt = 1; ; attempt++) {
    const { fresh, rows } = await readPresent(database, events, all.sessions);
    const { sessions, single } = fresh === events ? all : sortOut(fresh, options);
    const folded = sessions.fold(rows);
    const counted = [...single, ...countedTurns(folded)];
    const facets = await readCounted(stores.core, counted, options.nowMs);
    const plan = planApply(fresh, { counted, activity: folded.documents, facets, nowMs: options.nowMs });
    const statements = [...applyStatements(database, plan, options.nowMs), ...insertCounts(database, counts)];
    if (statements.length === 0) return;
    try {
      await database.batch(statements);
      return;
    } catch (cause) {
      if (!isConflict(cause) || attempt === ATTEMPTS_MAX) throw cause;
    }
  }
}

/** Both guards of the batch are constraints: the ledger's key, and a version that must not be null. */
function isConflict(cause: unknown): boolean {
  return cause instanceof Error && /constraint failed/i.test(cause.message);
}

/** The events that D1 does not have, and what it has of their sessions: one round to D1. */
async function readPresent(
  database: D1Database,
  events: readonly StoredEvent[],
  sessions: ActivityFold,
): Promise<{ fresh: readonly StoredEvent[]; rows: Map<string, ActivityRow> }> {
  const ids = new JsonList();
  for (const { tenant, event_id } of events)
    ids.add(`[${JSON.stringify(tenant)},${JSON.stringify(event_id)}]`);
  const ledger = ids.documents().map((document) => database.prepare(READ_LEDGER).bind(document));
  const activity = sessions.wanted().map((document) => database.prepare(READ_ACTIVITY).bind(document));
  const answers = await database.batch<Record<string, unknown>>([...ledger, ...activity]);
  const rowsOf = <Row>(from: number, to: number) =>
    answers.slice(from, to).flatMap(({ results }) => results as Row[]);
  const known = new Set(
    rowsOf<{ tenant: string; event_id: string }>(0, ledger.length).map(
      (row) => `${row.tenant}/${row.event_id}`,
    ),
  );
  return {
    fresh:
      known.size === 0 ? events : events.filter((event) => !known.has(`${event.tenant}/${event.event_id}`)),
    rows: activityRows(rowsOf<StoredActivity>(ledger.length, answers.length)),
  };
}

/** The states of the items that are counted in a bucket that is still kept. */
async function readCounted(
  core: D1Database,
  counted: readonly Counted[],
  nowMs: number,
): Promise<FacetStates> {
  const items = new Map<string, readonly [string, string]>();
  for (const { occurrence } of counted) {
    if (!isKept("day", occurrence.occurredAtMs, nowMs)) continue;
    const { tenant, itemIds } = occurrence;
    for (const itemId of itemIds) items.set(itemName(tenant, itemId), [tenant, itemId]);
  }
  return readFacets(core, items.values());
}
