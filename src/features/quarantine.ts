import type { D1Database } from "@cloudflare/workers-types";
import { D1_JSON_BYTES_MAX } from "../base/index.ts";
import { splitJson } from "./split-json.ts";

export interface QuarantinedEvent {
  tenant: string;
  eventId: string;
  reason: string;
  atMs: number;
}

/** Notes which events went to quarantine: each id once, its first reason standing. The rows themselves are in the lake. */
export async function recordQuarantine(core: D1Database, rows: readonly QuarantinedEvent[]): Promise<void> {
  await writeAll(core, INSERT, rows);
}

/** Puts rows back in any order, and more than once: of an id's rows the first stands, as it did. */
export async function restoreQuarantine(core: D1Database, rows: readonly QuarantinedEvent[]): Promise<void> {
  await writeAll(core, RESTORE, rows);
}

/** For ids that were taken back. */
export async function forgetQuarantine(
  core: D1Database,
  rows: readonly Pick<QuarantinedEvent, "tenant" | "eventId">[],
): Promise<void> {
  const documents = splitJson(
    rows.map(({ tenant, eventId }) => [tenant, eventId]),
    D1_JSON_BYTES_MAX,
  );
  for (const document of documents) await core.prepare(DELETE).bind(document).run();
}

async function writeAll(core: D1Database, sql: string, rows: readonly QuarantinedEvent[]): Promise<void> {
  const documents = splitJson(
    rows.map((row) => [row.tenant, row.eventId, row.reason.slice(0, 500), row.atMs]),
    D1_JSON_BYTES_MAX,
  );
  for (const document of documents) await core.prepare(sql).bind(document).run();
}

const DELETE = `
DELETE FROM quarantine WHERE (tenant, event_id) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?))`;

const INSERT = `
INSERT OR IGNORE INTO quarantine (tenant, event_id, reason, at)
SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each(?)`;

const RESTORE = `
INSERT INTO quarantine (tenant, event_id, reason, at)
SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each(?)
WHERE true
ORDER BY value ->> 3
ON CONFLICT (tenant, event_id) DO UPDATE SET reason = excluded.reason, at = excluded.at
WHERE excluded.at < quarantine.at`;
