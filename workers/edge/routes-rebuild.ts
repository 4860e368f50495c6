import * as z from "zod";
import { pipeline } from "./bindings.ts";
import { type Endpoint, endpoint } from "./endpoint.ts";
import { ApiError } from "./errors.ts";
import { SMALL_BODY } from "./routes-admin.ts";

/** Making D1 and KV again from the lake. */
export const rebuildRoutes: Endpoint[] = [
  endpoint({
    tag: "lake",
    access: "root",
    method: "post",
    path: "/v1/admin/rebuild",
    summary:
      "One step of making D1 and KV again from the lake; repeat with the answer's cursor until it is null.",
    body: {
      schema: z.strictObject({
        cursor: z.string().max(200).nullish().describe("Of the answer before; absent: from the beginning."),
      }),
      limit: SMALL_BODY,
      example: {},
    },
    answer: z.object({
      cursor: z.string().nullable(),
      stage: z.string(),
      done: z.number().describe("Files of the stage, or tenants."),
      total: z.number(),
    }),
    async handle({ env, body }) {
      const { cursor } = (await body()) ?? {};
      const progress = await pipeline(env).rebuild(cursor ?? null);
      if ("error" in progress) {
        throw new ApiError("invalid_body", "cursor: is none that a step answered", { field: "cursor" });
      }
      return progress;
    },
  }),
];
