import type { D1Database, D1DatabaseSession, KVNamespace } from "@cloudflare/workers-types";
import type { KeyKind, KeyRecord, Segment } from "../events/index.ts";

/** What the edge must know of a tenant before it takes events or answers. */
export interface TenantConfig {
  tenant: string;
  /** Event types that the tenant declared besides the standard ones. */
  customEventTypes: string[];
  /** When true, a browser's `user_id` counts only with a `user_token`. */
  requireUserToken: boolean;
  /** Declared user segments; absent until there were any. */
  segments?: Segment[];
  createdAtMs: number;
  /** Of the last change; absent until there was one. */
  updatedAtMs?: number;
}

/** KV keeps copies for the hot path; D1 has the truth. Every name of a KV key is made here. */
export function keyName(hash: string): string {
  return `key:${hash}`;
}

export function tenantName(tenant: string): string {
  return `tenant:${tenant}`;
}

/** `cacheTtlS` is how long a location may answer from its own copy: 30 is the platform's least. */
export function readKeyRecord(
  kv: Pick<KVNamespace, "get">,
  hash: string,
  cacheTtlS: number,
): Promise<KeyRecord | null> {
  return kv.get<KeyRecord>(keyName(hash), { type: "json", cacheTtl: cacheTtlS });
}

export function readTenantConfig(
  kv: Pick<KVNamespace, "get">,
  tenant: string,
  cacheTtlS: number,
): Promise<TenantConfig | null> {
  return kv.get<TenantConfig>(tenantName(tenant), { type: "json", cacheTtl: cacheTtlS });
}

type Reader = Pick<D1Database | D1DatabaseSession, "prepare">;

/** The truth behind `readKeyRecord`; null when the tenant never had such a key. */
export async function readStoredKey(core: Reader, tenant: string, hash: string): Promise<KeyRecord | null> {
  const row = await core
    .prepare("SELECT * FROM api_keys WHERE tenant = ? AND hash = ?")
    .bind(tenant, hash)
    .first<KeyRow>();
  return row === null ? null : keyFromRow(row);
}

/** The truth behind `readTenantConfig`. */
export async function readStoredTenant(core: Reader, tenant: string): Promise<TenantConfig | null> {
  const config = await core
    .prepare("SELECT config FROM tenants WHERE tenant = ?")
    .bind(tenant)
    .first<string>("config");
  return config === null ? null : (JSON.parse(config) as TenantConfig);
}

/** All tenants, by name. */
export async function listTenants(core: Reader): Promise<string[]> {
  const { results } = await core
    .prepare("SELECT tenant FROM tenants ORDER BY tenant")
    .all<{ tenant: string }>();
  return results.map((row) => row.tenant);
}

export interface KeyRow {
  tenant: string;
  hash: string;
  kind: string;
  origins: string;
  created_at: number;
  revoked_at: number | null;
}

export function keyFromRow(row: KeyRow): KeyRecord {
  return {
    hash: row.hash,
    tenant: row.tenant,
    kind: row.kind as KeyKind,
    origins: JSON.parse(row.origins) as string[],
    createdAtMs: row.created_at,
    revokedAtMs: row.revoked_at,
  };
}
