import type { KVNamespace } from "@cloudflare/workers-types";
import type { KeyRecord } from "../events/index.ts";

/** What the edge must know of a tenant before it takes events or answers. */
export interface TenantConfig {
  tenant: string;
  /** Event types that the tenant declared besides the standard ones. */
  customEventTypes: string[];
  /** When true, a browser's `user_id` counts only with a `user_token`. */
  requireUserToken: boolean;
  createdAtMs: number;
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
