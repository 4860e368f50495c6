import { sha256Hex, TENANT_CHARS_MAX, toBase64Url } from "../base/index.ts";

/** `publishable` may stand in a page's source; `secret` never leaves a server. */
export type KeyKind = "publishable" | "secret";

export interface ParsedKey {
  kind: KeyKind;
  tenant: string;
}

/** A stored key: its hash, never the key. `origins` binds a publishable key; empty means any. */
export interface KeyRecord {
  hash: string;
  tenant: string;
  kind: KeyKind;
  origins: string[];
  createdAtMs: number;
  revokedAtMs: number | null;
}

export const TENANT_PATTERN = new RegExp(`^[a-z0-9][a-z0-9-]{0,${TENANT_CHARS_MAX - 1}}$`);

const KEY_PATTERN = new RegExp(
  `^(pk|sk)_([a-z0-9][a-z0-9-]{0,${TENANT_CHARS_MAX - 1}})_([A-Za-z0-9-]{32,64})$`,
);

/** The tenant is known by parsing alone; whether the key is valid, only its hash tells. */
export function parseKey(text: string): ParsedKey | null {
  const match = KEY_PATTERN.exec(text);
  if (match === null) return null;
  return { kind: match[1] === "pk" ? "publishable" : "secret", tenant: match[2] as string };
}

/** `random` gives 24 bytes: 192 bits, so the stored hash needs no salt. */
export function makeKey(kind: KeyKind, tenant: string, random: Uint8Array): string {
  const token = toBase64Url(random.subarray(0, 24)).replaceAll("_", "-");
  return `${kind === "publishable" ? "pk" : "sk"}_${tenant}_${token}`;
}

/** What D1 and KV store in a key's place. */
export function hashKey(key: string): Promise<string> {
  return sha256Hex(`lakeshore key ${key}`);
}
