import type { D1Database, D1PreparedStatement } from "@cloudflare/workers-types";
import { D1_JSON_BYTES_MAX } from "../base/index.ts";
import { splitJson } from "./split-json.ts";

/**
 * What a Queue message tells of itself: the taker of its events (`producer`, one isolate of the edge), the hour in which they
 * were received (since the epoch), how many events that taker had accepted for the tenant in that hour `before` these, and how
 * many these are. So the last message of a taker tells of all those before it: one that never arrived leaves a gap.
 */
export interface IntakeCount {
  tenant: string;
  producer: string;
  hour: number;
  before: number;
  events: number;
}

/** One received hour of a tenant, in events; a client's retry is another event here, for it came as another message. */
export interface IntakeHour {
  hour: number;
  /** What the edge says it accepted: of each taker the highest `before + events`. */
  edge: number;
  /** What the Queue delivered: the messages that arrived, each once. */
  queue: number;
}

/** First and last hour since the epoch, both included. */
export interface HourRange {
  fromHour: number;
  toHour: number;
}

/** A new part of the hour's counts. A redelivered message stands in two of them, and is read as one. */
const INSERT_COUNTS = `
INSERT INTO intake_parts (hour, tenant, part, counts)
SELECT ?1, ?2, coalesce(max(part), -1) + 1, ?3 FROM intake_parts WHERE hour = ?1 AND tenant = ?2`;

/** Statements for the D1 batch that brings the messages' events: one row for each hour and tenant. */
export function insertCounts(database: D1Database, counts: readonly IntakeCount[]): D1PreparedStatement[] {
  const places = Map.groupBy(counts, ({ hour, tenant }) => `${hour}/${tenant}`);
  return [...places.values()].flatMap((ofPlace) => {
    const [{ hour, tenant } = { hour: 0, tenant: "" }] = ofPlace;
    const rows = ofPlace.map(({ producer, before, events }) => [producer, before, events]);
    return splitJson(rows, D1_JSON_BYTES_MAX).map((json) =>
      database.prepare(INSERT_COUNTS).bind(hour, tenant, json),
    );
  });
}

/** Notes the counts of messages whose events do not go to D1 now. */
export async function recordIntake(profiles: D1Database, counts: readonly IntakeCount[]): Promise<void> {
  const statements = insertCounts(profiles, counts);
  if (statements.length > 0) await profiles.batch(statements);
}

/** Hours in which nothing was received are left out. */
export async function readIntakeCounts(
  profiles: D1Database,
  tenant: string,
  { fromHour, toHour }: HourRange,
): Promise<IntakeHour[]> {
  const query = `
SELECT hour, sum(edge) AS edge, sum(queue) AS queue FROM (
  SELECT hour, max(before + events) AS edge, sum(events) AS queue FROM (
    SELECT DISTINCT part.hour, told.value ->> 0 AS producer, told.value ->> 1 AS before, told.value ->> 2 AS events
    FROM intake_parts AS part CROSS JOIN json_each(part.counts) AS told
    WHERE part.hour BETWEEN ?2 AND ?3 AND part.tenant = ?1
  ) GROUP BY hour, producer
) GROUP BY hour ORDER BY hour`;
  return (await profiles.prepare(query).bind(tenant, fromHour, toHour).all<IntakeHour>()).results;
}

/** Distinct event ids in D1's ledger by the hour in which they were received; the ledger reaches 48 hours back. */
export async function readLedgerCounts(
  profiles: D1Database,
  tenant: string,
  { fromHour, toHour }: HourRange,
): Promise<{ hour: number; events: number }[]> {
  const query = `
SELECT received_hour AS hour, sum(json_array_length(ids)) AS events FROM ledger_parts
WHERE tenant = ?1 AND received_hour BETWEEN ?2 AND ?3 GROUP BY received_hour ORDER BY received_hour`;
  return (
    await profiles.prepare(query).bind(tenant, fromHour, toHour).all<{ hour: number; events: number }>()
  ).results;
}
