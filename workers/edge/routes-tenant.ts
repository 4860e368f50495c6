import * as z from "zod";
import { segmentsSchema, TENANT_PATTERN } from "../../src/events/index.ts";
import type { TenantConfig } from "../../src/features/index.ts";
import { memory, pipeline } from "./bindings.ts";
import { type Endpoint, endpoint } from "./endpoint.ts";
import { ApiError } from "./errors.ts";
import { settled } from "./outcome.ts";
import { originsSchema, SMALL_BODY } from "./routes-admin.ts";

const customEventTypes = z
  .array(z.string().regex(/^[a-z][a-z0-9_]{0,39}$/, "must match [a-z][a-z0-9_]{0,39}"))
  .max(100)
  .describe("Event types of your own besides the standard ones.");
const requireUserToken = z
  .boolean()
  .describe("Whether a browser's `user_id` counts only with a `user_token` that your server asked for.");

const segments = segmentsSchema.describe(
  'User segments: `{name, where}`, where `where` is a condition such as `{field: "purchases_30d", gte: 3}` (also `last_seen_days`, `attributes.country` …; tests: eq, in, gte, lte, gt, lt), or `{all: […]}` or `{any: […]}` of them. Members are found again every day.',
);

const tenantSchema = z.object({
  tenant: z.string(),
  custom_event_types: customEventTypes,
  require_user_token: requireUserToken,
  segments,
  created_at: z.number(),
});

/** Making a tenant, and what it may set of itself. */
export const tenantRoutes: Endpoint[] = [
  endpoint({
    tag: "admin",
    access: "root",
    method: "post",
    path: "/v1/admin/tenants",
    summary: "Makes a tenant and its first two keys, which are told this once.",
    body: {
      schema: z.object({
        tenant: z.string().regex(TENANT_PATTERN, `must match ${TENANT_PATTERN.source}`),
        origins: originsSchema,
        custom_event_types: customEventTypes.default([]),
        require_user_token: requireUserToken.default(false),
      }),
      limit: SMALL_BODY,
      required: true,
      example: { tenant: "my-shop", origins: ["https://shop.example"] },
    },
    status: 201,
    answer: z.object({ tenant: z.string(), publishable_key: z.string(), secret_key: z.string() }),
    async handle({ env, body, actor }) {
      const { tenant, custom_event_types, require_user_token, ...rest } = await body();
      const options = {
        origins: rest.origins,
        customEventTypes: custom_event_types,
        requireUserToken: require_user_token,
      };
      const made = await pipeline(env).createTenant(tenant, options, actor);
      if ("error" in made)
        throw new ApiError("conflict", `the tenant "${tenant}" exists already`, { field: "tenant" });
      return { tenant, publishable_key: made.publishableKey, secret_key: made.secretKey };
    },
  }),
  endpoint({
    tag: "admin",
    access: "secret",
    method: "get",
    path: "/v1/admin/tenant",
    summary: "The tenant's settings.",
    answer: tenantSchema,
    handle: async ({ tenant, env }) => tenantBody(tenant, await pipeline(env).getTenant(tenant)),
  }),
  endpoint({
    tag: "admin",
    access: "secret",
    method: "patch",
    path: "/v1/admin/tenant",
    summary: "Changes the named settings; a list replaces the one before. Effective everywhere within 90 s.",
    body: {
      schema: z.strictObject({
        custom_event_types: customEventTypes.optional(),
        require_user_token: requireUserToken.optional(),
        segments: segments.optional(),
      }),
      limit: SMALL_BODY,
      required: true,
      example: { require_user_token: true },
    },
    answer: tenantSchema,
    async handle({ tenant, env, body, actor }) {
      const { custom_event_types: types, require_user_token: required, segments: declared } = await body();
      const change = {
        ...(types === undefined ? {} : { customEventTypes: types }),
        ...(required === undefined ? {} : { requireUserToken: required }),
        ...(declared === undefined ? {} : { segments: declared }),
      };
      const config = settled(await pipeline(env).patchTenant(tenant, change, actor));
      // This isolate takes what it was just told; the others learn it when their copies are over.
      if (config !== null) memory.configs.set(tenant, config, Date.now());
      return tenantBody(tenant, config);
    },
  }),
];

function tenantBody(tenant: string, config: TenantConfig | null): z.infer<typeof tenantSchema> {
  if (config === null) throw new ApiError("not_found", `there is no tenant "${tenant}"`);
  return {
    tenant,
    custom_event_types: config.customEventTypes,
    require_user_token: config.requireUserToken,
    segments: config.segments ?? [],
    created_at: config.createdAtMs,
  };
}
