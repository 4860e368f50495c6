import type { KVNamespace } from "@cloudflare/workers-types";
import { equalConstantTime, SECOND_MS } from "../../src/base/index.ts";
import type { KeyRecord } from "../../src/events/index.ts";
import {
  checkSessionKey,
  csrfToken,
  KEY_READ_MS,
  readSession,
  type ServingPorts,
  type Session,
  within,
} from "../../src/serving/index.ts";
import { keyError } from "./access.ts";
import { memory } from "./bindings.ts";
import { ApiError } from "./errors.ts";

/** `__Host-`: the browser takes it from this very host only, over TLS only, for all paths. */
const COOKIE = "__Host-lakeshore";
export const CSRF_HEADER = "x-csrf-token";

/** The session's token out of the request's cookies; null where there is none. */
export function sessionCookie(request: Request): string | null {
  const cookies = request.headers.get("cookie")?.split(/; */) ?? [];
  const own = cookies.find((cookie) => cookie.startsWith(`${COOKIE}=`));
  return own === undefined ? null : own.slice(COOKIE.length + 1);
}

/** Out of reach of scripts and of other sites; gone after `maxAgeS`, at once for 0. */
export function setCookie(token: string, maxAgeS: number): string {
  return `${COOKIE}=${token}; Path=/; Max-Age=${maxAgeS}; HttpOnly; Secure; SameSite=Strict`;
}

/**
 * The session that a request brings in place of a key. What changes something must come from a page of this very origin and bring the session's own token in a
 * header: neither can another site's page do, even where a browser would send it the cookie.
 */
export async function openSession(
  request: Request,
  token: string,
  { signer, now }: Pick<ServingPorts, "signer" | "now">,
): Promise<Session> {
  const session = await readSession(token, { signer, nowMs: now() });
  if (session === null) throw expired();
  if (request.method === "GET" || request.method === "HEAD") return session;
  if (request.headers.get("origin") !== new URL(request.url).origin)
    throw new ApiError("forbidden", "a session changes nothing from another site's page");
  const given = request.headers.get(CSRF_HEADER) ?? "";
  if (!equalConstantTime(given, await csrfToken(token, signer)))
    throw new ApiError("forbidden", `${CSRF_HEADER}: is missing, or of another session`);
  return session;
}

/** KV's own least. */
const ENDED_LIFE_MIN_S = 60;

/** By the token's signature: the rest of it is the same for all sessions of a key. */
const endedName = (token: string) => `session-ended/${token.slice(token.lastIndexOf(".") + 1)}`;

/** A copy of the cookie is good no more: at once where it was ended, within a minute elsewhere, as KV is. Remembered for as long as it would have lived. */
export async function endSession(
  token: string,
  { expiresAtMs }: Session,
  { kv, nowMs }: { kv: Pick<KVNamespace, "put">; nowMs: number },
): Promise<void> {
  const leftS = Math.ceil((expiresAtMs - nowMs) / SECOND_MS);
  await kv.put(endedName(token), "1", { expirationTtl: Math.max(leftS, ENDED_LIFE_MIN_S) });
}

/** Throws as for an expired one; where KV does not say in time, as for a key that could not be checked. */
export async function checkNotEnded(
  token: string,
  kv: Pick<KVNamespace, "get">,
  { timer }: Pick<ServingPorts, "timer">,
): Promise<void> {
  const ended = await within(kv.get(endedName(token)), KEY_READ_MS, timer);
  if (ended.status !== "ok") throw keyError("unavailable");
  if (ended.value !== null) throw expired();
}

/** The record of the session's key, or an error. */
export async function checkSession(session: Session, ports: ServingPorts): Promise<KeyRecord> {
  const check = await checkSessionKey(session, ports, memory);
  if (!check.ok) throw keyError(check.error);
  return check.value;
}

function expired(): ApiError {
  const headers = { "set-cookie": setCookie("", 0) };
  return new ApiError("unauthorized", "the session has expired: sign in again", { headers });
}
