import * as z from "zod";
import { contentRange } from "../../src/base/index.ts";
import { TENANT_PATTERN } from "../../src/events/index.ts";
import type { LakeJob, LakeObject } from "../../src/ops/index.ts";
import { pipeline } from "./bindings.ts";
import { type Endpoint, endpoint } from "./endpoint.ts";
import { ApiError } from "./errors.ts";
import { SMALL_BODY } from "./routes-admin.ts";

/** R2's own bound of a key. */
const OBJECT_KEY_CHARS_MAX = 1_024;

const LAKE_JOBS = [
  "commit",
  "refine",
  "maintain",
  "quality",
  "segments",
  "features",
  "erase",
] as const satisfies readonly LakeJob[];

const common = { tag: "lake", access: "root" } as const;

/** The lake's objects as they are, read-only, and its jobs on demand. The token never stands in an address. */
export const lakeRoutes: Endpoint[] = [
  endpoint({
    ...common,
    method: "get",
    path: "/v1/admin/lake/objects",
    summary: "The keys of the lake's objects in their order, at most 1,000 a page.",
    query: z.object({
      prefix: z
        .string()
        .max(OBJECT_KEY_CHARS_MAX)
        .default("lake/")
        .describe("Keys that begin so; `lake/` before it."),
      cursor: z.string().max(4_000).optional().describe("The last page's `cursor`."),
    }),
    answer: z.object({
      objects: z.array(
        z.object({ key: z.string(), size: z.number(), etag: z.string(), uploaded_at: z.number() }),
      ),
      cursor: z.string().optional().describe("Absent on the last page."),
    }),
    async handle({ env, query: { prefix, cursor } }) {
      if (!prefix.startsWith("lake/")) {
        throw new ApiError("invalid_parameter", "prefix: must begin with lake/", { field: "prefix" });
      }
      const page = await pipeline(env).listLakeObjects(prefix, cursor);
      return {
        objects: page.objects.map(({ uploadedMs, ...object }) => ({ ...object, uploaded_at: uploadedMs })),
        ...(page.cursor === undefined ? {} : { cursor: page.cursor }),
      };
    },
  }),
  endpoint({
    ...common,
    method: "get",
    path: "/v1/admin/lake/objects/{key*}",
    summary: "An object's bytes, or those that one `Range` names; HEAD gives its size and ETag alone.",
    answer: z.string().describe("The object's bytes; with a `Range`, status 206."),
    async handle({ env, param, request }) {
      const key = param("key", OBJECT_KEY_CHARS_MAX);
      const withBody = request.method !== "HEAD";
      const range = request.headers.get("range");
      const object = await pipeline(env).readLakeObject(key, { range, withBody });
      if (object === null) {
        throw new ApiError("not_found", `the lake has no object "${key}"`, { field: "key" });
      }
      return "error" in object ? unsatisfiable(object.size) : objectResponse(object);
    },
  }),
  endpoint({
    ...common,
    method: "post",
    path: "/v1/admin/lake/jobs/{job}",
    summary: `Does a share of one of the lake's jobs now (${LAKE_JOBS.join(", ")}); repeat until \`done\`.`,
    body: { schema: z.object({}), limit: SMALL_BODY },
    answer: z.looseObject({ done: z.boolean() }),
    async handle({ env, param }) {
      const job = param("job");
      if (!isLakeJob(job)) {
        throw new ApiError("not_found", `job: one of ${LAKE_JOBS.join(", ")}`, { field: "job" });
      }
      return pipeline(env).runLakeJob(job);
    },
  }),
  endpoint({
    ...common,
    method: "post",
    path: "/v1/admin/lake/features",
    mayMiss: true,
    summary: "Makes gold.item_features and gold.user_features of a tenant as of a time that is past.",
    body: {
      schema: z.strictObject({
        tenant: z.string().regex(TENANT_PATTERN, `must match ${TENANT_PATTERN.source}`),
        as_of: z.int().nonnegative().describe("What had been received by then counts; ms since the epoch."),
      }),
      limit: SMALL_BODY,
      example: { tenant: "demo", as_of: 1_790_000_000_000 },
    },
    answer: z.object({
      items: z.number(),
      users: z.number(),
      snapshot_id: z.number().nullable().describe("Of silver.interactions, that the rows were made from."),
    }),
    async handle({ env, body }) {
      const { tenant, as_of } = await body();
      const made = await pipeline(env).makeFeaturesAsOf(tenant, as_of);
      if (made === null) throw new ApiError("not_found", `no tenant "${tenant}"`, { field: "tenant" });
      if ("error" in made) throw new ApiError("invalid_body", "as_of: is not past", { field: "as_of" });
      const { snapshotId, ...counts } = made;
      return { ...counts, snapshot_id: snapshotId };
    },
  }),
];

function isLakeJob(job: string): job is LakeJob {
  return (LAKE_JOBS as readonly string[]).includes(job);
}

function objectResponse({ size, etag, uploadedMs, range, body }: LakeObject): Response {
  const headers = new Headers({
    "accept-ranges": "bytes",
    "content-length": String(range?.length ?? size),
    "content-type": "application/octet-stream",
    etag: `"${etag}"`,
    "last-modified": new Date(uploadedMs).toUTCString(),
  });
  if (range !== null) headers.set("content-range", contentRange(range, size));
  return new Response(body, { status: range === null ? 200 : 206, headers });
}

function unsatisfiable(size: number): Response {
  return new Response(null, { status: 416, headers: { "content-range": `bytes */${size}` } });
}
