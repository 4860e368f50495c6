import { readStoredTenant, type TenantConfig, tenantName } from "../features/index.ts";
import type { TenantChange, TenantOptions } from "./admin.ts";
import { type ConfigPorts, insertKey, mintKey, publishKey } from "./keys.ts";

/** `random`: 48 bytes, from a source fit for secrets. */
export async function createTenant(
  ports: ConfigPorts,
  tenant: string,
  { options, random, nowMs }: { options: TenantOptions; random: Uint8Array; nowMs: number },
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
    if ((await readStoredTenant(ports.core, tenant)) !== null) return { error: "exists" };
    throw cause;
  }
  await ports.kv.put(tenantName(tenant), JSON.stringify(config));
  await publishKey(ports, publishable.record);
  await publishKey(ports, secret.record);
  return { publishableKey: publishable.key, secretKey: secret.key };
}

/**
 * The configuration after the change; null when there is no such tenant. Changed in one statement, so that two calls at once
 * lose nothing. Repeating the call repairs a KV write that failed.
 */
export async function changeTenant(
  { core, kv }: ConfigPorts,
  tenant: string,
  { customEventTypes, requireUserToken }: TenantChange,
): Promise<TenantConfig | null> {
  const text = await core
    .prepare("UPDATE tenants SET config = json_patch(config, ?2) WHERE tenant = ?1 RETURNING config")
    .bind(tenant, JSON.stringify({ customEventTypes, requireUserToken }))
    .first<string>("config");
  if (text === null) return null;
  await kv.put(tenantName(tenant), text);
  return JSON.parse(text) as TenantConfig;
}
