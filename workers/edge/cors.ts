import type { Context } from "hono";
import { type KeyRecord, parseKey } from "../../src/events/index.ts";
import { checkKey } from "../../src/serving/index.ts";
import { allowsOrigin } from "./access.ts";
import { type Env, memory, servingPorts } from "./bindings.ts";
import { type Endpoint, pathPattern } from "./endpoint.ts";
import { ApiError } from "./errors.ts";
import { limitRate } from "./rate.ts";

export const SECURITY_HEADERS = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "strict-transport-security": "max-age=31536000",
};

/** Short, so that a key's new origin works soon. */
const PREFLIGHT_LIFE_S = 600;

/** What a page's script may read of the headers besides those that the browser always shows. */
const EXPOSED = "allow, retry-after, server-timing";

/** Lets any page read an error: it releases nothing, and who develops the page should see it. */
export function allowAnyOrigin(headers: Headers): void {
  headers.set("access-control-allow-origin", "*");
  headers.set("access-control-expose-headers", EXPOSED);
}

/** For a key without origins: the same for all of them. */
const ANY_ORIGIN: Readonly<Record<string, string>> = {
  "access-control-allow-origin": "*",
  "access-control-expose-headers": EXPOSED,
  // Lets the page's own performance entries show `Server-Timing`.
  "timing-allow-origin": "*",
};

/** Headers that let the page read the answer: any page for a key without origins, else the key's own. */
export function originHeaders(record: KeyRecord, origin: string | null): Readonly<Record<string, string>> {
  if (record.origins.length === 0) return ANY_ORIGIN;
  return {
    ...(origin === null ? {} : { "access-control-allow-origin": origin }),
    "access-control-expose-headers": EXPOSED,
    "timing-allow-origin": origin ?? "*",
    vary: "Origin",
  };
}

/**
 * A preflight knows the key only from `?key=`: then its origins decide. A key in a header is not told yet, so any origin may
 * ask, and the request itself is judged. So with a secret key in the address: the request is refused, in words that the page can
 * read. Routes for secret keys have no business in a browser of another site.
 */
export async function preflight(
  c: Context<{ Bindings: Env }>,
  endpoints: readonly Endpoint[],
): Promise<Response> {
  const origin = c.req.header("origin") ?? null;
  const method = c.req.header("access-control-request-method")?.toLowerCase();
  const found = endpoints.filter(({ path }) => pathPattern(path).test(c.req.path));
  const isPublic = found.some(
    (endpoint) =>
      endpoint.method === method && (endpoint.access === "publishable" || endpoint.access === "open"),
  );
  if (!isPublic) throw new ApiError("forbidden", "this route takes no requests from other sites' pages");
  const headers = new Headers({
    "access-control-allow-methods": found.map((endpoint) => endpoint.method.toUpperCase()).join(", "),
    "access-control-allow-headers": "authorization, content-type",
    "access-control-max-age": String(PREFLIGHT_LIFE_S),
  });
  const key = c.req.query("key");
  const parsed = key === undefined ? null : parseKey(key);
  if (key === undefined || parsed?.kind !== "publishable") headers.set("access-control-allow-origin", "*");
  else {
    await limitRate("answers", { key, ...parsed }, c.req.raw, c.env);
    const check = await checkKey(
      key,
      servingPorts(c.env, (work) => c.executionCtx.waitUntil(work)),
      memory,
    );
    if (!check.ok || (origin !== null && !allowsOrigin(check.value, origin))) {
      throw new ApiError("forbidden", "the key is not allowed on this origin");
    }
    for (const [name, value] of Object.entries(originHeaders(check.value, origin))) headers.set(name, value);
  }
  return new Response(null, { status: 204, headers });
}
