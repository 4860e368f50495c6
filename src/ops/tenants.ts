import { readStoredTenant, type TenantConfig, tenantName } from "../features/index.ts";
import type { Contended, TenantChange, TenantOptions } from "./admin.ts";
import { type Actor, keepConfigChanges, keyChange, tenantChange } from "./config-changes.ts";
import { type ConfigPorts, insertKey, mintKey, publishKey } from "./keys.ts";

/** `random`: 48 bytes, from a source fit for secrets. */
export async function createTenant(
  ports: ConfigPorts,
  tenant: string,
  {
    options,
    random,
    nowMs,
    actor,
  }: { options: TenantOptions; random: Uint8Array; nowMs: number; actor: Actor },
): Promise<{ publishableKey: string; secretKey: string } | { error: "exists" }> {
  if ((await readStoredTenant(ports.core, tenant)) !== null) return { error: "exists" };
  const config: TenantConfig = {
    tenant,
    customEventTypes: options.customEventTypes ?? [],
    requireUserToken: options.requireUserToken ?? false,
    createdAtMs: nowMs,
  };
  const publishable = await mintKey(
    tenant,
    { kind: "publishable", origins: options.origins, random: random.subarray(0, 24) },
    nowMs,
  );
  const secret = await mintKey(
    tenant,
    { kind: "secret", origins: [], random: random.subarray(24, 48) },
    nowMs,
  );
  const why = { action: "tenant.create", actor, atMs: nowMs };
  await keepConfigChanges(ports.lake, [
    tenantChange(config, why),
    keyChange(publishable.record, why),
    keyChange(secret.record, why),
  ]);
  try {
    // The commit point: a tenant without its keys could never be entered.
    await ports.core.batch([
      ports.core
        .prepare("INSERT INTO tenants (tenant, config, created_at) VALUES (?, ?, ?)")
        .bind(tenant, JSON.stringify(config), nowMs),
      insertKey(ports.core, publishable.record),
      insertKey(ports.core, secret.record),
    ]);
  } catch (cause) {
    // Of two calls at once the second breaks on the tenant's primary key.
    const stored = await readStoredTenant(ports.core, tenant);
    if (stored === null) throw cause;
    // What this call wrote before it lost must not be the last word; its keys were told to nobody.
    const stands = { action: "tenant.keep", actor, atMs: nowMs + 1 };
    await keepConfigChanges(ports.lake, [tenantChange({ ...stored, updatedAtMs: nowMs + 1 }, stands)]);
    return { error: "exists" };
  }
  await ports.kv.put(tenantName(tenant), JSON.stringify(config));
  await publishKey(ports, publishable.record);
  await publishKey(ports, secret.record);
  return { publishableKey: publishable.key, secretKey: secret.key };
}

/** Changes of one tenant's settings are made by people: two at the same moment are rare, forty are none. */
const ATTEMPTS_MAX = 40;

/**
 * The configuration after the change; null when there is no such tenant. The lake is told first; D1 takes the change only if
 * the settings are still those that it was made from, else it is made again, later, from the newer ones: two calls at once
 * lose nothing, and the latest row of the lake is what D1 has. Repeating the call repairs a KV write that failed.
 */
export async function changeTenant(
  { core, kv, lake }: ConfigPorts,
  tenant: string,
  { change, nowMs, actor }: { change: TenantChange; nowMs: number; actor: Actor },
): Promise<TenantConfig | null | Contended> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const seen = await readTenantText(core, tenant);
    if (seen === null) return null;
    const before = JSON.parse(seen) as TenantConfig;
    const wanted = given(change);
    if (Object.keys(wanted).length === 0) return before;
    const atMs = Math.max(nowMs, (before.updatedAtMs ?? 0) + 1) + attempt;
    const next: TenantConfig = { ...before, ...wanted, updatedAtMs: atMs };
    await keepConfigChanges(lake, [tenantChange(next, { action: "tenant.change", actor, atMs })]);
    const text = JSON.stringify(next);
    const { meta } = await core
      .prepare("UPDATE tenants SET config = ?2 WHERE tenant = ?1 AND config = ?3")
      .bind(tenant, text, seen)
      .run();
    if (meta.changes === 0) continue;
    await kv.put(tenantName(tenant), text);
    return next;
  }
  return { error: "contended" };
}

function readTenantText(core: ConfigPorts["core"], tenant: string): Promise<string | null> {
  return core.prepare("SELECT config FROM tenants WHERE tenant = ?").bind(tenant).first<string>("config");
}

/** What is absent stays as it was. */
function given(change: TenantChange): Partial<TenantConfig> {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
}
