import * as z from "zod";
import { version } from "../../package.json";
import { documentedPath, type Endpoint } from "./endpoint.ts";
import { pathParameters } from "./path-parameters.ts";
import { errorSchema, jsonContent, problemsOf, responseOf, sharedResponses } from "./problems.ts";

export const VERSION: string = version;

const TAGS = [
  { name: "answers", description: "Lists of items. With either kind of key." },
  { name: "events", description: "What visitors do. With either kind of key." },
  { name: "catalogue", description: "Items and users. With the secret key." },
  {
    name: "admin",
    description: "Keys, models and retraining. With the secret key; making a tenant with the admin token.",
  },
  {
    name: "lake",
    description:
      "The open tables as they are, for other engines too, with the admin token; a tenant's own part with its secret key.",
  },
  { name: "service", description: "Open to all." },
];

const SECURITY: Record<Endpoint["access"], { [scheme: string]: [] }[]> = {
  open: [],
  publishable: [{ publishableKey: [] }, { secretKey: [] }],
  secret: [{ secretKey: [] }],
  root: [{ adminToken: [] }],
  secret_or_root: [{ secretKey: [] }, { adminToken: [] }],
};

const SECURITY_SCHEMES = {
  publishableKey: {
    type: "apiKey",
    in: "query",
    name: "key",
    description: "`pk_…`: for browsers and apps. A Bearer token too.",
  },
  secretKey: {
    type: "http",
    scheme: "bearer",
    description: "`sk_…`: for your servers, never in an address.",
  },
  adminToken: { type: "http", scheme: "bearer", description: "The deployment's own `ADMIN_TOKEN`." },
};

type JsonSchema = z.core.JSONSchema.BaseSchema;

/**
 * The OpenAPI 3.1 document of the endpoints, from the very schemas that check them. Tens of milliseconds: not at start-up.
 * `nowMs` is the time of the examples that tell one.
 */
export function openApiDocument(endpoints: readonly Endpoint[], origin: string, nowMs: number) {
  const { of, components } = jsonSchemas(endpoints);
  const paths: Record<string, Record<string, object>> = {};
  for (const endpoint of endpoints) {
    const path = documentedPath(endpoint.path);
    paths[path] = { ...paths[path], [endpoint.method]: describe(endpoint, of, nowMs) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Lakeshore",
      version: VERSION,
      description:
        "Personalised recommendations from the edge: events in, lists out, by rules and scenarios of your own.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: origin }],
    tags: TAGS,
    components: {
      securitySchemes: SECURITY_SCHEMES,
      schemas: components,
      responses: sharedResponses(of(errorSchema)),
    },
    paths,
  };
}

/**
 * Every schema of every endpoint by zod's own translation (JSON Schema 2020-12, which OpenAPI 3.1 takes as it is), all in one
 * go, so that what has an id of its own is written once, under the components.
 */
function jsonSchemas(endpoints: readonly Endpoint[]) {
  const all = new Set<z.ZodType>([errorSchema]);
  for (const { query, body, answer } of endpoints) {
    for (const schema of [query, body?.schema, answer]) if (schema !== undefined) all.add(schema);
  }
  const names = new Map([...all].map((schema, index) => [schema, `schema${index}`]));
  const together = z.object(Object.fromEntries([...names].map(([schema, name]) => [name, schema])));
  const translated = z.toJSONSchema(together, { io: "input", unrepresentable: "any" });
  const referring = JSON.stringify(translated).replaceAll('"#/$defs/', '"#/components/schemas/');
  const { properties = {}, $defs = {} } = JSON.parse(referring) as {
    properties?: Record<string, JsonSchema>;
    $defs?: Record<string, JsonSchema>;
  };
  for (const definition of Object.values($defs)) delete definition.id;
  return { of: (schema: z.ZodType) => properties[names.get(schema) ?? ""] ?? {}, components: $defs };
}

function describe(endpoint: Endpoint, of: (schema: z.ZodType) => JsonSchema, nowMs: number) {
  const { method, tag, summary, query, body } = endpoint;
  const path = documentedPath(endpoint.path);
  const parameters = [
    ...pathParameters(path),
    ...(query === undefined ? [] : queryParameters(of(query), endpoint.exampleQuery)),
  ];
  return {
    operationId: operationId(method, path),
    tags: [tag],
    summary,
    security: securityOf(endpoint),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined
      ? {}
      : { requestBody: { required: body.required ?? false, content: bodyContent(body, of, nowMs) } }),
    responses: {
      [endpoint.status ?? 200]: { description: "Done.", content: jsonContent(of(endpoint.answer)) },
      ...Object.fromEntries(problemsOf(endpoint).map((status) => [status, responseOf(status)])),
      default: responseOf("default"),
    },
  };
}

/** `get_v1_items_id_similar`: good as a name in every language that generators write. */
function operationId(method: string, path: string): string {
  return `${method}_${path.replaceAll(/[^\w]+/g, "_").replaceAll(/^_|_$/g, "")}`;
}

function securityOf({ access, exampleKey }: Endpoint): { [scheme: string]: [] }[] {
  const schemes = SECURITY[access];
  return exampleKey === "secret" ? schemes.toReversed() : schemes;
}

function queryParameters(
  { properties = {}, required = [] }: JsonSchema,
  examples: Record<string, string | number> = {},
): object[] {
  return Object.entries(properties).map(([name, property]) => {
    const { description, ...schema } = property as JsonSchema;
    return {
      name,
      in: "query",
      required: required.includes(name),
      ...(description === undefined ? {} : { description }),
      schema,
      ...(examples[name] === undefined ? {} : { example: examples[name] }),
    };
  });
}

function bodyContent(
  { schema, example }: NonNullable<Endpoint["body"]>,
  of: (schema: z.ZodType) => JsonSchema,
  nowMs: number,
) {
  const shown: unknown = typeof example === "function" ? example(nowMs) : example;
  return { "application/json": { schema: of(schema), ...(shown === undefined ? {} : { example: shown }) } };
}
