import { readStoredTenant, type TenantConfig, tenantName } from "../features/index.ts";
import type { TenantOptions } from "./admin.ts";
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
