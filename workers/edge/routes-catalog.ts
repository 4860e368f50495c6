import * as z from "zod";
import { pipeline } from "./bindings.ts";
import { CATALOG_PATH } from "./catalog-error.ts";
import { type Call, type Endpoint, endpoint } from "./endpoint.ts";

const namespace = z.array(z.string());

/**
 * The Iceberg REST catalog's reading half, as its OpenAPI document writes it. The lake is the pipeline's: the path is passed on,
 * and the answer given as it comes, absent tables (404) included.
 */
export const catalogRoutes: Endpoint[] = [
  catalogRoute({
    path: "config",
    summary: "Iceberg REST catalog: what the client should know. Give clients the address up to `/catalog`.",
    answer: z.object({
      defaults: z.record(z.string(), z.string()),
      overrides: z.record(z.string(), z.string()),
      endpoints: z.array(z.string()),
    }),
  }),
  catalogRoute({
    path: "namespaces",
    summary: "Iceberg REST catalog: the namespaces, all of one level.",
    query: z.object({ parent: z.string().max(1_000).optional().describe("Parts are separated by U+001F.") }),
    answer: z.object({ namespaces: z.array(namespace) }),
  }),
  catalogRoute({
    path: "namespaces/{ns}",
    summary: "Iceberg REST catalog: one namespace; HEAD tells whether it is there.",
    answer: z.object({ namespace, properties: z.record(z.string(), z.string()) }),
  }),
  catalogRoute({
    path: "namespaces/{ns}/tables",
    summary: "Iceberg REST catalog: the namespace's tables.",
    answer: z.object({ identifiers: z.array(z.object({ namespace, name: z.string() })) }),
  }),
  catalogRoute({
    path: "namespaces/{ns}/tables/{table}",
    summary: "Iceberg REST catalog: a table's metadata as it stands now; HEAD tells whether it is there.",
    query: z.object({
      snapshots: z
        .enum(["all", "refs"])
        .optional()
        .describe("`refs`: only those that a branch or tag names."),
    }),
    answer: z.object({
      "metadata-location": z.string(),
      metadata: z.record(z.string(), z.unknown()),
      config: z.record(z.string(), z.string()),
    }),
  }),
];

interface CatalogRoute {
  /** What follows `/v1/`. */
  path: string;
  summary: string;
  query?: z.ZodObject;
  answer: z.ZodType;
}

function catalogRoute({ path, summary, query = z.object({}), answer }: CatalogRoute): Endpoint {
  return endpoint({
    tag: "lake",
    access: "root",
    method: "get",
    path: `${CATALOG_PATH}/v1/${path}`,
    summary,
    query,
    answer,
    handle: (call) => answerCatalog(call, path),
  });
}

async function answerCatalog(
  { env, param, request, query }: Pick<Call, "env" | "param" | "request" | "query">,
  path: string,
): Promise<Response> {
  const parts = path.split("/").map((part) => (part.startsWith("{") ? param(part.slice(1, -1)) : part));
  const method = request.method === "HEAD" ? "HEAD" : "GET";
  const call = { method, path: parts, query: query as Record<string, string> } as const;
  const { status, body } = await pipeline(env).callCatalog(call);
  return body === null ? new Response(null, { status }) : Response.json(body, { status });
}
