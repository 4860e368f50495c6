import type { D1Database, D1PreparedStatement } from "@cloudflare/workers-types";
import { HOUR_MS } from "../base/index.ts";
import type { StoredEvent } from "../events/index.ts";
import { JsonList } from "./json-list.ts";

/*
 * The ids that were applied, many to a row: a row written is what costs. A part holds the ids that one batch brought of one
 * stretch of time, by which they are found again, and is never changed. Of two batches that bring the same id at one moment, the second
 * finds it in a part that was not there when it read, and nothing of it is kept; batches that share no id do not meet.
 */

/** The first 32 bits of a UUIDv7's time in hexadecimal: a stretch of 65.5 s, told by the id itself. */
export const PREFIX_CHARS = 8;

/** Events whose ids begin alike. */
interface Stretch {
  tenant: string;
  prefix: string;
  events: StoredEvent[];
}

function stretchesOf(events: readonly StoredEvent[]): Map<string, Stretch> {
  const stretches = new Map<string, Stretch>();
  for (const event of events) {
    const { tenant } = event;
    const prefix = event.event_id.slice(0, PREFIX_CHARS);
    const name = `${tenant}/${prefix}`;
    const known = stretches.get(name);
    if (known === undefined) stretches.set(name, { tenant, prefix, events: [event] });
    else known.events.push(event);
  }
  return stretches;
}

const READ_PARTS = `
SELECT part.tenant, part.prefix, max(part.part) AS part
FROM json_each(?1) AS row CROSS JOIN ledger_parts AS part
  ON part.tenant = row.value ->> 0 AND part.prefix = row.value ->> 1
GROUP BY 1, 2`;

const READ_IDS = `
SELECT part.tenant, part.prefix, part.ids
FROM json_each(?1) AS row CROSS JOIN ledger_parts AS part
  ON part.tenant = row.value ->> 0 AND part.prefix = row.value ->> 1`;

/** What the ledger has of some events: the numbers of its parts, and which of the events are in them. */
export interface Known {
  /** `<tenant>/<event_id>` */
  ids: ReadonlySet<string>;
  /** The last part's number by `<tenant>/<prefix>`. */
  parts: ReadonlyMap<string, number>;
}

interface IdsRow {
  tenant: string;
  prefix: string;
  ids: string;
}

/** Two statements a document, so that numbers and ids are of one moment when they run in one batch. */
export function readLedger(database: D1Database, events: readonly StoredEvent[]): D1PreparedStatement[] {
  const list = new JsonList();
  for (const { tenant, prefix } of stretchesOf(events).values()) list.add(JSON.stringify([tenant, prefix]));
  return list
    .documents()
    .flatMap((document) => [READ_PARTS, READ_IDS].map((sql) => database.prepare(sql).bind(document)));
}

/** `answers`: to the statements of `readLedger`. */
export function knownOf(answers: readonly (readonly unknown[])[], events: readonly StoredEvent[]): Known {
  const wanted = new Set(events.map(({ tenant, event_id }) => `${tenant}/${event_id}`));
  const ids = new Set<string>();
  const parts = new Map<string, number>();
  for (const [index, rows] of answers.entries()) {
    if (index % 2 === 0) {
      for (const row of rows as { tenant: string; prefix: string; part: number }[])
        parts.set(`${row.tenant}/${row.prefix}`, row.part);
    } else {
      for (const row of rows as IdsRow[]) {
        for (const rest of JSON.parse(row.ids) as string[]) {
          const name = `${row.tenant}/${row.prefix}${rest}`;
          if (wanted.has(name)) ids.add(name);
        }
      }
    }
  }
  return { ids, parts };
}

/** [tenant, prefix, last part seen, place among the new ones, received hour since the epoch, [rest of the id, …]] of unknown events. */
export function ledgerRows(events: readonly StoredEvent[], parts: Known["parts"]): string[] {
  const list = new JsonList();
  for (const [name, { tenant, prefix, events: ofStretch }] of stretchesOf(events)) {
    const byHour = Map.groupBy(ofStretch, ({ received_at }) => Math.floor(received_at / HOUR_MS));
    for (const [place, [hour, ofHour]] of [...byHour].entries()) {
      const ids = ofHour.map(({ event_id }) => event_id.slice(PREFIX_CHARS));
      list.add(JSON.stringify([tenant, prefix, parts.get(name) ?? -1, place, hour, ids]));
    }
  }
  return list.documents();
}

/** An id that another consumer has applied since the ledger was read makes NULL, which breaks the batch: nothing of it is kept. */
export const INSERT_LEDGER = `
INSERT INTO ledger_parts (tenant, prefix, part, received_hour, applied_at, ids)
SELECT row.value ->> 0, row.value ->> 1, CASE WHEN NOT EXISTS (
  SELECT 1 FROM ledger_parts AS newer CROSS JOIN json_each(newer.ids) AS id
  WHERE newer.tenant = row.value ->> 0 AND newer.prefix = row.value ->> 1 AND newer.part > row.value ->> 2
    AND id.value IN (SELECT mine.value FROM json_each(row.value, '$[5]') AS mine)
) THEN (
  SELECT coalesce(max(last.part), -1) + 1 FROM ledger_parts AS last
  WHERE last.tenant = row.value ->> 0 AND last.prefix = row.value ->> 1
) + (row.value ->> 3) END, row.value ->> 4, ?2, row.value -> 5
FROM json_each(?1) AS row`;
