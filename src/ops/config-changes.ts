import type { KeyRecord } from "../events/index.ts";
import type { ScenarioVersion, TenantConfig } from "../features/index.ts";
import { CONFIG_CHANGES, type ConfigChange, type Lake } from "../lake/index.ts";

/** Who asked: `root`, or the beginning of the secret key's hash. */
export type Actor = string;

/**
 * Configuration goes to the lake before D1, as items and users do: each row is the whole state after the change, so that
 * D1 and KV can be made again from the rows alone, and the rows are the audit. A crash in between leaves a row of a change
 * that nobody was told of; the caller's repetition, or the next change, comes after it.
 */
export async function keepConfigChanges(
  lake: Pick<Lake, "append">,
  changes: readonly ConfigChange[],
): Promise<void> {
  const nowMs = changes.reduce((latest, { changed_at }) => Math.max(latest, changed_at), 0);
  await lake.append(CONFIG_CHANGES, changes, { nowMs });
}

export function tenantChange(
  config: TenantConfig,
  { action, actor, atMs }: { action: string; actor: Actor; atMs: number },
): ConfigChange {
  const { tenant } = config;
  return { tenant, changed_at: atMs, kind: "tenant", name: tenant, action, actor, body: { ...config } };
}

export function keyChange(
  record: KeyRecord,
  { action, actor, atMs }: { action: string; actor: Actor; atMs: number },
): ConfigChange {
  const { tenant, hash } = record;
  return { tenant, changed_at: atMs, kind: "key", name: hash, action, actor, body: { ...record } };
}

export function scenarioChange(
  tenant: string,
  version: ScenarioVersion,
  { action, actor }: { action: string; actor: Actor },
): ConfigChange {
  const { name, updatedAtMs } = version;
  return {
    tenant,
    changed_at: updatedAtMs,
    kind: "scenario",
    name,
    action,
    actor,
    body: { tenant, ...version },
  };
}
