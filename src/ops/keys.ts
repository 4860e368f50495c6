import type { D1Database, D1PreparedStatement, KVNamespace } from "@cloudflare/workers-types";
import { hashKey, type KeyKind, type KeyRecord, makeKey } from "../events/index.ts";
import { type KeyRow, keyFromRow, keyName, readStoredKey } from "../features/index.ts";
import type { Lake } from "../lake/index.ts";
import { type Actor, keepConfigChanges, keyChange } from "./config-changes.ts";

/** Where keys and tenants are kept: the lake first, it is the truth; then D1; then KV, where the edge looks. */
export interface ConfigPorts {
  core: D1Database;
  kv: Pick<KVNamespace, "put">;
  lake: Pick<Lake, "append">;
}

export interface NewKey {
  kind: KeyKind;
  origins: string[];
  /** 24 bytes, from a source fit for secrets. */
  random: Uint8Array;
}

export async function mintKey(
  tenant: string,
  { kind, origins, random }: NewKey,
  nowMs: number,
): Promise<{ key: string; record: KeyRecord }> {
  const key = makeKey(kind, tenant, random);
  const hash = await hashKey(key);
  return { key, record: { hash, tenant, kind, origins, createdAtMs: nowMs, revokedAtMs: null } };
}

export function insertKey(core: D1Database, record: KeyRecord): D1PreparedStatement {
  return core
    .prepare("INSERT INTO api_keys (tenant, hash, kind, origins, created_at) VALUES (?, ?, ?, ?, ?)")
    .bind(record.tenant, record.hash, record.kind, JSON.stringify(record.origins), record.createdAtMs);
}

/** The key itself is told this once; afterwards only its hash is known. */
export async function createKey(
  ports: ConfigPorts,
  tenant: string,
  { nowMs, actor, ...wanted }: NewKey & { nowMs: number; actor: Actor },
): Promise<{ key: string; record: KeyRecord }> {
  const made = await mintKey(tenant, wanted, nowMs);
  await keepConfigChanges(ports.lake, [keyChange(made.record, { action: "key.create", actor, atMs: nowMs })]);
  await insertKey(ports.core, made.record).run();
  await publishKey(ports, made.record);
  return made;
}

export async function publishKey({ kv }: Pick<ConfigPorts, "kv">, record: KeyRecord): Promise<void> {
  await kv.put(keyName(record.hash), JSON.stringify(record));
}

/** Newest first, the revoked ones too. */
export async function listKeys(core: D1Database, tenant: string): Promise<KeyRecord[]> {
  const { results } = await core
    .prepare("SELECT * FROM api_keys WHERE tenant = ? ORDER BY created_at DESC, hash")
    .bind(tenant)
    .all<KeyRow>();
  return results.map(keyFromRow);
}

/**
 * False when the tenant has no such key. The record stays in KV with its end: an absent one would be looked up again and
 * again. Repeating the call is safe, and repairs a KV write that failed; the first end stands.
 */
export async function revokeKey(
  ports: ConfigPorts,
  tenant: string,
  { hash, nowMs, actor }: { hash: string; nowMs: number; actor: Actor },
): Promise<boolean> {
  const seen = await readStoredKey(ports.core, tenant, hash);
  if (seen === null) return false;
  if (seen.revokedAtMs === null) {
    const revoked = { ...seen, revokedAtMs: nowMs };
    await keepConfigChanges(ports.lake, [keyChange(revoked, { action: "key.revoke", actor, atMs: nowMs })]);
  }
  const row = await ports.core
    .prepare(
      "UPDATE api_keys SET revoked_at = coalesce(revoked_at, ?3) WHERE tenant = ?1 AND hash = ?2 RETURNING *",
    )
    .bind(tenant, hash, nowMs)
    .first<KeyRow>();
  if (row === null) return false;
  await publishKey(ports, keyFromRow(row));
  return true;
}
