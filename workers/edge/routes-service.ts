import * as z from "zod";
import { type Endpoint, endpoint } from "./endpoint.ts";
import { VERSION } from "./openapi.ts";

/** Open to all. The documents themselves are made from the endpoints, so they stand beside this list, not in it. */
export const serviceRoutes: Endpoint[] = [
  endpoint({
    tag: "service",
    access: "open",
    method: "get",
    path: "/v1/health",
    summary: "Whether this Worker answers. It asks no other part.",
    answer: z.object({ ok: z.literal(true), version: z.string() }),
    handle: async () => ({ ok: true, version: VERSION }),
  }),
];
