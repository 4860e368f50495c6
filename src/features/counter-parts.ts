import type { D1Database, D1PreparedStatement } from "@cloudflare/workers-types";
import type { PartRow } from "./counting.ts";

/**
 * Increments as they come: a row for each batch of events, tenant and bucket, so that an event costs no row of its own. Parts add
 * up, their order does not matter, and `foldCounters` brings them into the shards. `hour` −1: hours are not kept that far back.
 */
const INSERT_PART = `
INSERT INTO counter_parts (tenant, day, hour, part, items, categories)
SELECT ?1, ?2, ?3, coalesce(max(part), -1) + 1, ?4, ?5 FROM counter_parts WHERE tenant = ?1 AND day = ?2 AND hour = ?3`;

export function insertParts(database: D1Database, rows: readonly PartRow[]): D1PreparedStatement[] {
  return rows.map(({ tenant, day, hour, items, categories }) =>
    database.prepare(INSERT_PART).bind(tenant, day, hour, items, categories),
  );
}
