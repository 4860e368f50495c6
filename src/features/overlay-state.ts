import type { D1Database } from "@cloudflare/workers-types";

/**
 * Who may write a tenant's overlay, and whether it is behind. A change is counted after it is in D1; a writer claims,
 * notes the count, reads the items, writes the overlay, and only then reports the count as covered: a writer that dies in
 * between leaves the overlay behind, and the next one makes up for it.
 */
export async function countItemChange(core: D1Database, tenant: string): Promise<void> {
  await core
    .prepare(
      "INSERT INTO overlay_state (tenant, changes) VALUES (?, 1) ON CONFLICT (tenant) DO UPDATE SET changes = changes + 1",
    )
    .bind(tenant)
    .run();
}

/**
 * The right to write the overlay now, with the count of changes so far. Null when it is not behind, or was claimed less
 * than `intervalMs` ago: of several at once, one gets it. `force` always gets it. `modelVersion` is that of the last write.
 */
export async function claimOverlay(
  core: D1Database,
  tenant: string,
  { nowMs, intervalMs, force }: { nowMs: number; intervalMs: number; force: boolean },
): Promise<{ changes: number; modelVersion: string | null } | null> {
  if (force) await core.prepare(INSERT_STATE).bind(tenant).run();
  return core
    .prepare(
      `UPDATE overlay_state SET claimed_at = ?2
       WHERE tenant = ?1 AND (?4 OR (changes > covered AND claimed_at <= ?2 - ?3)) RETURNING changes, nullif(model_version, '') AS modelVersion`,
    )
    .bind(tenant, nowMs, intervalMs, force ? 1 : 0)
    .first<{ changes: number; modelVersion: string | null }>();
}

const INSERT_STATE = "INSERT INTO overlay_state (tenant, changes) VALUES (?, 0) ON CONFLICT DO NOTHING";

/** Reports that the overlay holds all changes up to the claim's, beside this live model (null: none). */
export async function coverOverlay(
  core: D1Database,
  tenant: string,
  { changes, modelVersion }: { changes: number; modelVersion: string | null },
): Promise<void> {
  await core
    .prepare("UPDATE overlay_state SET covered = max(covered, ?2), model_version = ?3 WHERE tenant = ?1")
    .bind(tenant, changes, modelVersion ?? "")
    .run();
}

/** Every tenant that ever changed an item, and what its overlay holds. */
export async function overlayStates(
  core: D1Database,
): Promise<{ tenant: string; behind: boolean; modelVersion: string | null }[]> {
  const { results } = await core
    .prepare("SELECT tenant, changes > covered AS behind, model_version FROM overlay_state ORDER BY tenant")
    .all<{ tenant: string; behind: number; model_version: string }>();
  return results.map((row) => ({
    tenant: row.tenant,
    behind: row.behind === 1,
    modelVersion: row.model_version === "" ? null : row.model_version,
  }));
}
