import * as z from "zod";
import { HOUR_MS, SECOND_MS } from "../../src/base/index.ts";
import { idSchema, type KeyRecord } from "../../src/events/index.ts";
import { mintUserToken } from "../../src/serving/index.ts";
import { memory, pipeline } from "./bindings.ts";
import { type Endpoint, endpoint } from "./endpoint.ts";
import { ApiError } from "./errors.ts";

export const SMALL_BODY = { name: "ADMIN_BODY_BYTES_MAX", bytes: 100_000 };
/** A page's session; after it the server signs again. */
const USER_TOKEN_TTL_DEFAULT_S = (24 * HOUR_MS) / SECOND_MS;
const USER_TOKEN_TTL_MAX_S = 30 * USER_TOKEN_TTL_DEFAULT_S;

const origin = z
  .string()
  .regex(/^https?:\/\/[^/\s]+$/, "must be an origin such as https://shop.example")
  .max(300);
export const originsSchema = z
  .array(origin)
  .max(50)
  .default([])
  .describe("Where a publishable key may be used; empty: anywhere.");

const keySchema = z.object({
  hash: z.string(),
  kind: z.enum(["publishable", "secret"]),
  origins: z.array(z.string()),
  created_at: z.number(),
  revoked_at: z.number().nullable(),
});

const common = { tag: "admin", access: "secret" } as const;

/** Keys, tokens, figures: all of it is the pipeline's; here it is only checked and passed on. */
export const adminRoutes: Endpoint[] = [
  endpoint({
    ...common,
    method: "post",
    path: "/v1/admin/keys",
    summary: "Makes a key, which is told this once.",
    body: {
      schema: z.object({ kind: z.enum(["publishable", "secret"]), origins: originsSchema }),
      limit: SMALL_BODY,
      required: true,
      example: { kind: "publishable", origins: ["https://shop.example"] },
    },
    status: 201,
    answer: keySchema.extend({ key: z.string() }),
    async handle({ tenant, env, body, actor }) {
      const { kind, origins } = await body();
      const { key, record } = await pipeline(env).createKey(tenant, kind, origins, actor);
      return { key, ...keyBody(record) };
    },
  }),
  endpoint({
    ...common,
    method: "get",
    path: "/v1/admin/keys",
    summary: "All keys, by their hash.",
    answer: z.object({ keys: z.array(keySchema) }),
    handle: async ({ tenant, env }) => ({ keys: (await pipeline(env).listKeys(tenant)).map(keyBody) }),
  }),
  endpoint({
    ...common,
    method: "delete",
    path: "/v1/admin/keys/{hash}",
    summary: "Revokes a key: effective everywhere within 60 s.",
    answer: z.object({ revoked: z.literal(true) }),
    async handle({ tenant, env, param, actor }) {
      const revoked = await pipeline(env).revokeKey(tenant, param("hash"), actor);
      if (!revoked)
        throw new ApiError("not_found", "there is no such key, or it is revoked already", { field: "hash" });
      return { revoked: true };
    },
  }),
  endpoint({
    ...common,
    method: "post",
    path: "/v1/admin/user-tokens",
    summary: "Vouches for a user id, so that a browser may send it where the tenant requires a token.",
    body: {
      schema: z.object({
        user_id: idSchema,
        ttl_s: z.int().min(1).max(USER_TOKEN_TTL_MAX_S).default(USER_TOKEN_TTL_DEFAULT_S),
      }),
      limit: SMALL_BODY,
      required: true,
      example: { user_id: "ann" },
    },
    status: 201,
    answer: z.object({ user_token: z.string(), expires_at: z.number() }),
    async handle({ tenant, ports, body }) {
      const { user_id, ttl_s } = await body();
      const expiresAtMs = ports.now() + ttl_s * SECOND_MS;
      const token = await mintUserToken(tenant, { userId: user_id, expiresAtMs }, ports.signer);
      return { user_token: token, expires_at: expiresAtMs };
    },
  }),
  endpoint({
    ...common,
    method: "post",
    path: "/v1/admin/refresh",
    summary:
      "Writes the lists and the item overlay now, and lands what was spilled; the schedule does it anyway.",
    body: { schema: z.object({}), limit: SMALL_BODY },
    answer: z.object({ lists: z.record(z.string(), z.number()), overlay_items: z.number() }),
    async handle({ tenant, env }) {
      const { lists, overlayItems } = await pipeline(env).refresh(tenant);
      // Who asks for it wants to see it: this isolate forgets at once, the others within their 30 s.
      memory.lists.delete(tenant);
      return { lists, overlay_items: overlayItems };
    },
  }),
  endpoint({
    ...common,
    method: "get",
    path: "/v1/admin/stats",
    summary:
      "How much the tenant has: distinct events in the features' ledger and in quarantine, items, users.",
    answer: z.object({
      feature_events: z.number(),
      quarantined: z.number(),
      items: z.number(),
      users: z.number(),
    }),
    async handle({ tenant, env }) {
      const { featureEvents, ...rest } = await pipeline(env).stats(tenant);
      return { feature_events: featureEvents, ...rest };
    },
  }),
  endpoint({
    ...common,
    method: "get",
    path: "/v1/admin/activity",
    summary:
      "What came in by the hour of the last 24, how much of it counts, and when each layer of the lake was last written.",
    answer: z.object({
      hours: z
        .array(
          z.object({
            from: z.number().describe("The beginning of the hour in which the events were received."),
            accepted: z.number().describe("By the edge; a retry counts again."),
            delivered: z.number().describe("By the Queue so far: the rest is on its way."),
            counted: z.number().describe("Distinct events that count in the features."),
          }),
        )
        .describe("Oldest first; hours without events are left out."),
      last_accepted_at: z
        .number()
        .nullable()
        .describe("Beginning of the five minutes in which events last came; null: not in the last 24 hours."),
      layers: z.array(z.object({ name: z.string(), committed_at: z.number().nullable() })),
    }),
    async handle({ tenant, env }) {
      const { hours, layers, lastAcceptedMs } = await pipeline(env).activity(tenant);
      return {
        hours: hours.map(({ fromMs, ...hour }) => ({ from: fromMs, ...hour })),
        last_accepted_at: lastAcceptedMs,
        layers: layers.map(({ name, committedAtMs }) => ({ name, committed_at: committedAtMs })),
      };
    },
  }),
];

function keyBody({ hash, kind, origins, createdAtMs, revokedAtMs }: KeyRecord): z.infer<typeof keySchema> {
  return { hash, kind, origins, created_at: createdAtMs, revoked_at: revokedAtMs };
}
