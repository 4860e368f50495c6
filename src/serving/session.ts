import { equalConstantTime } from "../base/index.ts";
import type { Signer } from "./signer.ts";

/** Somebody who has shown a secret key and goes on without it, as a console does: it lives as long as its key, at most until it expires. */
export interface Session {
  tenant: string;
  /** Of the key that it was opened with. */
  keyHash: string;
  expiresAtMs: number;
}

const PURPOSE = "session";
const CSRF_PURPOSE = "session/csrf";
const FORMAT = "2";

/** `<format>.<tenant>.<hash of the key>.<expiry, ms>.<signature>`: no two of a key are the same, but for those of one millisecond. */
export async function mintSession(
  { tenant, keyHash, expiresAtMs }: Session,
  signer: Signer,
): Promise<string> {
  const claim = [FORMAT, tenant, keyHash, expiresAtMs].join(".");
  return `${claim}.${await signer.sign(PURPOSE, claim)}`;
}

/** Null when the token is not ours, or has expired. Whether its key is still valid, only the key's check tells. */
export async function readSession(
  token: string,
  { signer, nowMs }: { signer: Signer; nowMs: number },
): Promise<Session | null> {
  const [format, tenant, keyHash, expiry, signature] = token.split(".");
  if (format !== FORMAT || tenant === undefined || keyHash === undefined || signature === undefined)
    return null;
  const claim = token.slice(0, token.lastIndexOf("."));
  if (!equalConstantTime(signature, await signer.sign(PURPOSE, claim))) return null;
  const expiresAtMs = Number(expiry);
  return expiresAtMs > nowMs ? { tenant, keyHash, expiresAtMs } : null;
}

/** What a change has to bring along beside the cookie: another site's page can have the cookie sent, and cannot read this. */
export function csrfToken(session: string, signer: Signer): Promise<string> {
  return signer.sign(CSRF_PURPOSE, session);
}
