import { type OpenAPIHono, z } from "@hono/zod-openapi";
import { version } from "../../package.json";
import type { Env } from "./bindings.ts";
import { documentedPath, type Endpoint } from "./endpoint.ts";

export const VERSION: string = version;

const errorSchema = z
  .object({
    error: z.object({
      code: z.string(),
      message: z.string(),
      field: z.string().optional().describe("The parameter, or the dotted path into the body."),
      limit: z.union([z.number(), z.string()]).optional().describe("The limit that was exceeded."),
    }),
  })
  .meta({ id: "Error" });

const TAGS = [
  { name: "answers", description: "Lists of items. With either kind of key." },
  { name: "events", description: "What visitors do. With either kind of key." },
  { name: "catalogue", description: "Items and users. With the secret key." },
  {
    name: "admin",
    description: "Keys, models and retraining. With the secret key; making a tenant with the admin token.",
  },
  { name: "lake", description: "The open tables as they are, for other engines too. With the admin token." },
  { name: "service", description: "Open to all." },
];

const SECURITY: Record<Endpoint["access"], { [scheme: string]: [] }[]> = {
  open: [],
  publishable: [{ publishableKey: [] }, { secretKey: [] }],
  secret: [{ secretKey: [] }],
  root: [{ adminToken: [] }],
  secret_or_root: [{ secretKey: [] }, { adminToken: [] }],
};

type Registry = OpenAPIHono["openAPIRegistry"];

/** Tells the app's registry what each endpoint takes and gives: the very schemas that check it. */
export function registerDocuments(app: { openAPIRegistry: Registry }, endpoints: readonly Endpoint[]): void {
  const { openAPIRegistry: registry } = app;
  registry.registerComponent("securitySchemes", "publishableKey", {
    type: "apiKey",
    in: "query",
    name: "key",
  });
  registry.registerComponent("securitySchemes", "secretKey", { type: "http", scheme: "bearer" });
  registry.registerComponent("securitySchemes", "adminToken", { type: "http", scheme: "bearer" });
  for (const endpoint of endpoints) registry.registerPath(describe(endpoint));
}

/** The OpenAPI document, made at its first request. */
export function openApiDocument(app: OpenAPIHono<{ Bindings: Env }>, origin: string) {
  return app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "Lakeshore",
      version: VERSION,
      description: "Personalised recommendations from the edge.",
    },
    servers: [{ url: origin }],
    tags: TAGS,
  });
}

function describe(endpoint: Endpoint): Parameters<Registry["registerPath"]>[0] {
  const { method, tag, summary, access, query, body } = endpoint;
  const path = documentedPath(endpoint.path);
  const names = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] as string);
  const params = z.object(Object.fromEntries(names.map((name) => [name, z.string()])));
  const json = (schema: z.ZodType) => ({ "application/json": { schema } });
  return {
    method,
    path,
    tags: [tag],
    summary,
    security: SECURITY[access],
    request: {
      ...(names.length === 0 ? {} : { params }),
      ...(query === undefined ? {} : { query }),
      ...(body === undefined
        ? {}
        : { body: { required: body.required ?? false, content: bodyContent(body) } }),
    },
    responses: {
      [endpoint.status ?? 200]: { description: "Done.", content: json(endpoint.answer) },
      default: { description: "What was wrong.", content: json(errorSchema) },
    },
  };
}

function bodyContent({ schema, example }: NonNullable<Endpoint["body"]>) {
  return { "application/json": { schema, ...(example === undefined ? {} : { example }) } };
}
