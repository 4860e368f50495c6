import type { D1Database } from "@cloudflare/workers-types";
import { D1_JSON_BYTES_MAX } from "../base/index.ts";
import type { KeyRecord } from "../events/index.ts";
import type { ItemState } from "./items.ts";
import type { ScenarioVersion } from "./scenarios.ts";
import { splitJson } from "./split-json.ts";
import type { TenantConfig } from "./tenant.ts";
import type { UserState } from "./users.ts";

/*
 * What the lake remembers of items, users and configuration, put back into D1. The lake may tell the states in any order
 * and more than once: of each thing the latest stands, so that no row of it has to be held or sorted on the way.
 */

export interface Restored<State> {
  tenant: string;
  state: State;
}

export async function restoreItems(core: D1Database, rows: readonly Restored<ItemState>[]): Promise<void> {
  await writeAll(core, RESTORE_ITEMS, rows);
  await writeAll(core, RESTORE_FACETS, rows);
}

/** Every state, not only the latest: what counted for a category did so by the item's categories of its time. */
const RESTORE_FACETS = `
INSERT INTO item_facets (tenant, item_id, valid_from, facets)
SELECT value ->> 'tenant', value ->> '$.state.item_id', value ->> '$.state.updated_at',
  CASE coalesce(value ->> '$.state.deleted', 0) WHEN 1 THEN 'null' ELSE json_array(
    json(coalesce(value -> '$.state.categories', '[]')), json(coalesce(value -> '$.state.tags', '[]')),
    value ->> '$.state.price', coalesce(value ->> '$.state.published_at', 0)
  ) END
FROM json_each(?1)
WHERE true
ON CONFLICT (tenant, item_id, valid_from) DO UPDATE SET facets = excluded.facets`;

/**
 * What can only be said once all rows of a tenant are back: a state of an item that repeats the one before was never noted,
 * and a deleted user's sessions went with the user, those of devices included that only a later event has linked.
 */
export async function settleRestored(
  { core, profiles }: { core: D1Database; profiles: D1Database },
  tenant: string,
): Promise<void> {
  await core.prepare(SETTLE_FACETS).bind(tenant).run();
  await profiles.prepare(SETTLE_SESSIONS).bind(tenant).run();
}

const SETTLE_FACETS = `
DELETE FROM item_facets AS noted
WHERE tenant = ?1 AND facets IS (
  SELECT facets FROM item_facets AS earlier
  WHERE earlier.tenant = noted.tenant AND earlier.item_id = noted.item_id AND earlier.valid_from < noted.valid_from
  ORDER BY earlier.valid_from DESC LIMIT 1
)`;

/** Of days on which nothing was received after the deletion. */
const SETTLE_SESSIONS = `
UPDATE visitors SET version = version + 1, activity = (
  SELECT json_group_object(day.key, json(day.value)) FROM json_each(visitors.activity) AS day
  WHERE NOT EXISTS (
    SELECT 1 FROM user_deletions AS gone LEFT JOIN identity_links AS link
      ON link.tenant = gone.tenant AND link.user_id = gone.user_id
    WHERE gone.tenant = ?1 AND visitors.subject IN ('u:' || gone.user_id, 'a:' || link.anonymous_id)
      AND NOT EXISTS (
        SELECT 1 FROM json_each(day.value, '$[0]') AS session, json_each(session.value, '$[5]') AS entry
        WHERE entry.value ->> 2 > gone.deleted_at
      )
  )
)
WHERE tenant = ?1 AND activity <> '{}' AND subject IN (
  SELECT 'u:' || user_id FROM user_deletions WHERE tenant = ?1
  UNION SELECT 'a:' || link.anonymous_id FROM user_deletions AS gone JOIN identity_links AS link
    ON link.tenant = gone.tenant AND link.user_id = gone.user_id WHERE gone.tenant = ?1
)`;

const ITEM_BODY = "json_remove(value -> 'state', '$.item_id', '$.published_at', '$.updated_at', '$.deleted')";

const RESTORE_ITEMS = `
INSERT INTO items (tenant, item_id, body, published_at, listed, updated_at, deleted)
SELECT value ->> 'tenant', value ->> '$.state.item_id', ${ITEM_BODY}, coalesce(value ->> '$.state.published_at', 0),
  coalesce(value ->> '$.state.deleted', 0) = 0 AND coalesce(value ->> '$.state.hidden', 0) = 0
    AND coalesce(value ->> '$.state.stock', 1) <> 0,
  value ->> '$.state.updated_at', coalesce(value ->> '$.state.deleted', 0)
FROM json_each(?1)
WHERE true
ORDER BY value ->> '$.state.updated_at'
ON CONFLICT (tenant, item_id) DO UPDATE SET
  body = excluded.body, listed = excluded.listed, updated_at = excluded.updated_at, deleted = excluded.deleted,
  published_at = CASE excluded.deleted WHEN 1 THEN items.published_at ELSE excluded.published_at END
WHERE items.updated_at < excluded.updated_at`;

export async function restoreUsers(core: D1Database, rows: readonly Restored<UserState>[]): Promise<void> {
  await writeAll(core, RESTORE_USERS, rows);
}

const RESTORE_USERS = `
INSERT INTO users (tenant, user_id, body, updated_at, deleted)
SELECT value ->> 'tenant', value ->> '$.state.user_id',
  json_remove(value -> 'state', '$.user_id', '$.updated_at', '$.deleted'),
  value ->> '$.state.updated_at', coalesce(value ->> '$.state.deleted', 0)
FROM json_each(?1)
WHERE true
ORDER BY value ->> '$.state.updated_at'
ON CONFLICT (tenant, user_id) DO UPDATE SET
  body = excluded.body, updated_at = excluded.updated_at, deleted = excluded.deleted
WHERE users.updated_at <= excluded.updated_at`;

/** Rows of `tenants` are told apart by the time of their last change. */
export async function restoreTenants(core: D1Database, configs: readonly TenantConfig[]): Promise<void> {
  await writeAll(core, RESTORE_TENANTS, configs);
}

const CHANGED_AT = "coalesce(value ->> 'updatedAtMs', value ->> 'createdAtMs')";

const RESTORE_TENANTS = `
INSERT INTO tenants (tenant, config, created_at)
SELECT value ->> 'tenant', value, value ->> 'createdAtMs' FROM json_each(?1)
WHERE true
ORDER BY ${CHANGED_AT}
ON CONFLICT (tenant) DO UPDATE SET config = excluded.config, created_at = excluded.created_at
WHERE coalesce(tenants.config ->> 'updatedAtMs', tenants.created_at)
  <= coalesce(excluded.config ->> 'updatedAtMs', excluded.created_at)`;

/** The first end of a key stands, as when it was revoked. */
export async function restoreKeys(core: D1Database, keys: readonly KeyRecord[]): Promise<void> {
  await writeAll(core, RESTORE_KEYS, keys);
}

const RESTORE_KEYS = `
INSERT INTO api_keys (tenant, hash, kind, origins, created_at, revoked_at)
SELECT value ->> 'tenant', value ->> 'hash', value ->> 'kind', value ->> 'origins', value ->> 'createdAtMs',
  value ->> 'revokedAtMs'
FROM json_each(?1)
WHERE true
ON CONFLICT (tenant, hash) DO UPDATE SET
  revoked_at = coalesce(min(api_keys.revoked_at, excluded.revoked_at), api_keys.revoked_at, excluded.revoked_at)`;

/**
 * Every version. Two calls that made the same one at once have both told the lake; the one that lost has told it again, later, what
 * stands.
 */
export async function restoreScenarios(
  core: D1Database,
  versions: readonly (ScenarioVersion & { tenant: string })[],
): Promise<void> {
  await writeAll(core, RESTORE_SCENARIOS, versions);
}

const RESTORE_SCENARIOS = `
INSERT INTO scenarios (tenant, name, version, config, updated_at, actor)
SELECT value ->> 'tenant', value ->> 'name', value ->> 'version', value ->> 'config', value ->> 'updatedAtMs',
  value ->> 'actor'
FROM json_each(?1)
WHERE true
ORDER BY value ->> 'updatedAtMs'
ON CONFLICT (tenant, name, version) DO UPDATE SET
  config = excluded.config, updated_at = excluded.updated_at, actor = excluded.actor
WHERE scenarios.updated_at < excluded.updated_at`;

async function writeAll(core: D1Database, sql: string, rows: readonly object[]): Promise<void> {
  for (const document of splitJson(rows, D1_JSON_BYTES_MAX)) await core.prepare(sql).bind(document).run();
}
