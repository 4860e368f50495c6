import { equalConstantTime, fromBase64Url, SECOND_MS, toBase64Url } from "../base/index.ts";
import type { Signer } from "./signer.ts";

/**
 * A tenant's server vouches for a browser's `user_id`: `<user id>.<expiry, seconds>.<signature>`, the id in base64url. The
 * signature's purpose names the tenant, so that a token of one tenant is nothing to another.
 */
export async function mintUserToken(
  tenant: string,
  user: { userId: string; expiresAtMs: number },
  signer: Signer,
): Promise<string> {
  const id = toBase64Url(new TextEncoder().encode(user.userId));
  const claim = `${id}.${Math.floor(user.expiresAtMs / SECOND_MS)}`;
  return `${claim}.${await signer.sign(purpose(tenant), claim)}`;
}

/** The user id that the token vouches for; null when it is not ours, of another tenant, or expired. */
export async function readUserToken(
  tenant: string,
  token: string,
  context: { signer: Signer; nowMs: number },
): Promise<string | null> {
  const [id, expiry, signature, ...more] = token.split(".");
  if (id === undefined || expiry === undefined || signature === undefined || more.length > 0) return null;
  if (!equalConstantTime(signature, await context.signer.sign(purpose(tenant), `${id}.${expiry}`)))
    return null;
  if (!(Number(expiry) * SECOND_MS > context.nowMs)) return null;
  const bytes = fromBase64Url(id);
  return bytes === null ? null : new TextDecoder().decode(bytes);
}

function purpose(tenant: string): string {
  return `user/${tenant}`;
}
