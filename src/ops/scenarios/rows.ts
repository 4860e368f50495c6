import type { D1Database } from "@cloudflare/workers-types";
import type { ScenarioVersion } from "../../features/index.ts";
import type { VersionRange } from "./admin.ts";

interface Row {
  name: string;
  version: number;
  config: string | null;
  updated_at: number;
  actor: string;
}

function fromRow({ name, version, config, updated_at, actor }: Row): ScenarioVersion {
  return {
    name,
    version,
    config: config === null ? null : (JSON.parse(config) as Record<string, unknown>),
    updatedAtMs: updated_at,
    actor,
  };
}

/** The newest version of each name, by name, deletions too. */
export async function newestVersions(core: D1Database, tenant: string): Promise<ScenarioVersion[]> {
  const { results } = await core.prepare(NEWEST).bind(tenant).all<Row>();
  return results.map(fromRow);
}

// SQLite takes the other columns from the row that has the maximum.
const NEWEST = `
SELECT name, max(version) AS version, config, updated_at, actor FROM scenarios WHERE tenant = ?
GROUP BY name ORDER BY name`;

/** The live ones, by name. */
export async function listScenarios(core: D1Database, tenant: string): Promise<ScenarioVersion[]> {
  return (await newestVersions(core, tenant)).filter(({ config }) => config !== null);
}

/** The live version; null when there is none. */
export async function getScenario(
  core: D1Database,
  tenant: string,
  name: string,
): Promise<ScenarioVersion | null> {
  const newest = await newestVersion(core, tenant, name);
  return newest === null || newest.config === null ? null : newest;
}

/** A deletion too; null for a name that never had one. */
export async function newestVersion(
  core: D1Database,
  tenant: string,
  name: string,
): Promise<ScenarioVersion | null> {
  return (await scenarioVersions(core, tenant, { name, limit: 1 }))[0] ?? null;
}

/** Newest first, deletions too. */
export async function scenarioVersions(
  core: D1Database,
  tenant: string,
  { name, before, limit }: VersionRange & { name: string },
): Promise<ScenarioVersion[]> {
  const { results } = await core
    .prepare(
      "SELECT * FROM scenarios WHERE tenant = ? AND name = ? AND version < ? ORDER BY version DESC LIMIT ?",
    )
    .bind(tenant, name, before ?? Number.MAX_SAFE_INTEGER, limit)
    .all<Row>();
  return results.map(fromRow);
}

export async function readVersion(
  core: D1Database,
  tenant: string,
  { name, version }: { name: string; version: number },
): Promise<ScenarioVersion | null> {
  const [found] = await scenarioVersions(core, tenant, { name, before: version + 1, limit: 1 });
  return found?.version === version ? found : null;
}

/** False when the name has such a version already, which stands. */
export async function insertVersion(
  core: D1Database,
  tenant: string,
  { name, version, config, updatedAtMs, actor }: ScenarioVersion,
): Promise<boolean> {
  const { meta } = await core
    .prepare(
      `INSERT INTO scenarios (tenant, name, version, config, updated_at, actor) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (tenant, name, version) DO NOTHING`,
    )
    .bind(tenant, name, version, config === null ? null : JSON.stringify(config), updatedAtMs, actor)
    .run();
  return meta.changes > 0;
}
