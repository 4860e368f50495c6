import * as z from "zod";
import { HOUR_MS, SECOND_MS } from "../../src/base/index.ts";
import { hashKey } from "../../src/events/index.ts";
import { csrfToken, mintSession, readSession } from "../../src/serving/index.ts";
import { bearer } from "./access.ts";
import { type Endpoint, endpoint } from "./endpoint.ts";
import { ApiError } from "./errors.ts";
import { SMALL_BODY } from "./routes-admin.ts";
import { CSRF_HEADER, endSession, sessionCookie, setCookie } from "./session.ts";

/** A working day. */
const SESSION_MS = 8 * HOUR_MS;

const sessionSchema = z
  .object({
    tenant: z.string(),
    csrf_token: z
      .string()
      .optional()
      .describe(`What changes bring as \`${CSRF_HEADER}\`, beside the cookie; absent where a key was sent.`),
    expires_at: z.number().optional(),
  })
  .meta({ id: "Session" });

const common = {
  path: "/v1/admin/session",
  tag: "admin",
  access: "secret",
  answer: sessionSchema,
} as const;

/** For the console: the secret key is shown once, and a cookie that no script can read stands for it from then on. */
export const sessionRoutes: Endpoint[] = [
  endpoint({
    ...common,
    method: "post",
    summary:
      "Opens a session of eight hours by the secret key, as a cookie for this host; it ends with the key at the latest.",
    body: { schema: z.object({}), limit: SMALL_BODY },
    async handle({ tenant, ports, request }) {
      const key = bearer(request);
      // A session must not prolong itself beyond its eight hours.
      if (key === null)
        throw new ApiError(
          "unauthorized",
          "a session is opened by the key itself: `Authorization: Bearer sk_…`",
        );
      const expiresAtMs = ports.now() + SESSION_MS;
      const token = await mintSession({ tenant, keyHash: await hashKey(key), expiresAtMs }, ports.signer);
      const body = {
        tenant,
        csrf_token: await csrfToken(token, ports.signer),
        expires_at: expiresAtMs,
      };
      return Response.json(body, { headers: { "set-cookie": setCookie(token, SESSION_MS / SECOND_MS) } });
    },
  }),
  endpoint({
    ...common,
    method: "get",
    summary: "Whose session or key this is: what a page asks first.",
    async handle({ tenant, ports, request }) {
      const token = sessionCookie(request);
      if (bearer(request) !== null || token === null) return { tenant };
      const session = await readSession(token, { signer: ports.signer, nowMs: ports.now() });
      return {
        tenant,
        csrf_token: await csrfToken(token, ports.signer),
        ...(session === null ? {} : { expires_at: session.expiresAtMs }),
      };
    },
  }),
  endpoint({
    ...common,
    method: "delete",
    summary:
      "Ends the session of this browser, and with it every copy of its cookie: elsewhere within a minute.",
    async handle({ tenant, ports, request, env }) {
      const token = sessionCookie(request);
      const nowMs = ports.now();
      const session = token === null ? null : await readSession(token, { signer: ports.signer, nowMs });
      if (token !== null && session !== null) await endSession(token, session, { kv: env.KV, nowMs });
      return Response.json({ tenant }, { headers: { "set-cookie": setCookie("", 0) } });
    },
  }),
];
