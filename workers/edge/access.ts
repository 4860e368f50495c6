import { equalConstantTime, sha256Hex, unreachable } from "../../src/base/index.ts";
import { type KeyKind, type KeyRecord, parseKey } from "../../src/events/index.ts";
import { checkKey, type KeyProblem, type ServingPorts } from "../../src/serving/index.ts";
import { type Env, memory } from "./bindings.ts";
import { ApiError } from "./errors.ts";

/**
 * Who may call: `publishable` takes either kind of key, `root` the deployment's own token, `secret_or_root` a tenant's secret key
 * for its own part, or the token for all.
 */
export type Access = "open" | "publishable" | "secret" | "root" | "secret_or_root";

/** What a key's text alone says; whether the key is valid, only its check tells. */
export interface Caller {
  key: string;
  tenant: string;
  kind: KeyKind;
}

/** Secret keys in an address would stand in logs and histories: refused wherever among its keys one is, whatever call of the API it is. */
export function refuseSecrets(url: string): void {
  // Most addresses hold nothing that could be read as one, and are not taken apart.
  if (!/sk_|%/.test(url)) return;
  const keys = new URL(url).searchParams.getAll("key");
  if (!keys.some((key) => key.startsWith("sk_"))) return;
  throw new ApiError(
    "secret_key_in_url",
    "a secret key must not stand in an address: send it as `Authorization: Bearer` and make a new one, this one may have leaked",
    { field: "key" },
  );
}

/** Takes the key from `Authorization: Bearer` or `?key=`, here `inUrl`. */
export function readCaller(request: Request, inUrl: string | null, access: "publishable" | "secret"): Caller {
  const key = bearer(request) ?? inUrl;
  if (key === null || key === "")
    throw unauthorized("a key is missing: `?key=pk_…` or `Authorization: Bearer`");
  const parsed = parseKey(key);
  if (parsed === null) throw unauthorized("the key is not of the form pk_<tenant>_… or sk_<tenant>_…");
  if (access === "secret" && parsed.kind !== "secret") {
    throw new ApiError("forbidden", "this call needs a secret key (sk_…)");
  }
  return { key, ...parsed };
}

/** The key's record, or an error. Nothing may be released or written before this has come back. */
export async function checkCaller(
  caller: Caller,
  origin: string | null,
  ports: ServingPorts,
): Promise<KeyRecord> {
  const check = await checkKey(caller.key, ports, memory);
  if (!check.ok) throw keyError(check.error);
  if (caller.kind === "publishable" && origin !== null && !allowsOrigin(check.value, origin)) {
    throw new ApiError("forbidden", `the key is not allowed on ${origin}`);
  }
  return check.value;
}

export function allowsOrigin({ origins }: KeyRecord, origin: string): boolean {
  return origins.length === 0 || origins.includes(origin);
}

/** Compares hashes, so that the time taken tells nothing of the token, its length included. */
export async function checkRoot(request: Request, { ADMIN_TOKEN: token }: Env): Promise<void> {
  if (token === undefined || token === "") {
    throw new ApiError("unavailable", "ADMIN_TOKEN is not set: run `wrangler secret put ADMIN_TOKEN`");
  }
  const given = bearer(request) ?? "";
  const [expected, actual] = await Promise.all([sha256Hex(token), sha256Hex(given)]);
  if (!equalConstantTime(expected, actual)) throw unauthorized("the admin token is missing or wrong");
}

/** Whether the call comes with a tenant's key, of whatever kind, and not with the deployment's token. */
export function hasKey(request: Request, inUrl: string | null): boolean {
  return inUrl !== null || parseKey(bearer(request) ?? "") !== null;
}

/** The token of `Authorization: Bearer`; empty for another scheme, null without the header. */
export function bearer(request: Request): string | null {
  const header = request.headers.get("authorization");
  return header === null ? null : (/^Bearer +(\S+)$/i.exec(header)?.[1] ?? "");
}

function unauthorized(message: string): ApiError {
  return new ApiError("unauthorized", message, { headers: { "www-authenticate": "Bearer" } });
}

export function keyError(problem: KeyProblem): ApiError {
  switch (problem) {
    case "malformed":
    case "unknown":
      return unauthorized("the key is unknown or has been revoked");
    case "unavailable":
      return new ApiError("unavailable", "the key could not be checked now", {
        headers: { "retry-after": "5" },
      });
    default:
      return unreachable(problem);
  }
}
