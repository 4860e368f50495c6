import * as z from "zod";
import { ITEMS_PER_REQUEST_MAX, UPSERT_BODY_BYTES_MAX, USERS_PER_REQUEST_MAX } from "../../src/base/index.ts";
import {
  type Item,
  type ItemPatch,
  itemPatchSchema,
  itemSchema,
  type User,
  type UserPatch,
  userPatchSchema,
  userSchema,
} from "../../src/events/index.ts";
import type { Page, PageRequest } from "../../src/features/index.ts";
import type { Contended, PipelineAdmin } from "../../src/ops/index.ts";
import { pipeline } from "./bindings.ts";
import { type Endpoint, endpoint } from "./endpoint.ts";
import { ApiError, firstIssue } from "./errors.ts";
import { found, settled } from "./outcome.ts";

const LIST_DEFAULT = 100;
const LIST_MAX = 1_000;
const LIMIT = { name: "UPSERT_BODY_BYTES_MAX", bytes: UPSERT_BODY_BYTES_MAX };

/** What items and users have in common: the same five calls over records with an id. */
interface Kind<T, P> {
  name: "items" | "users";
  schema: z.ZodType<T>;
  patchSchema: z.ZodType<P>;
  /** The record as it is given back. */
  storedSchema: z.ZodType;
  perRequest: { name: string; count: number };
  example: unknown;
  patchExample: P;
  upsert(admin: PipelineAdmin, tenant: string, records: T[]): Promise<{ upserted: number } | Contended>;
  get(admin: PipelineAdmin, tenant: string, id: string): Promise<unknown>;
  patch(admin: PipelineAdmin, tenant: string, id: string, patch: P): Promise<unknown>;
  remove(admin: PipelineAdmin, tenant: string, id: string): Promise<boolean | Contended>;
  list(admin: PipelineAdmin, tenant: string, page: PageRequest): Promise<Page<unknown>>;
}

const items: Kind<Item, ItemPatch> = {
  name: "items",
  schema: itemSchema.meta({ id: "Item" }),
  patchSchema: itemPatchSchema.meta({ id: "ItemPatch" }),
  storedSchema: itemSchema.extend({ published_at: z.int(), updated_at: z.int() }).meta({ id: "StoredItem" }),
  perRequest: { name: "ITEMS_PER_REQUEST_MAX", count: ITEMS_PER_REQUEST_MAX },
  example: [
    { item_id: "item-1", title: "Lamp", categories: ["home"], brand: "Acme", price: 39.9, currency: "EUR" },
    {
      item_id: "item-2",
      title: "Rug",
      categories: ["home"],
      brand: "Weft",
      price: 89,
      tags: ["sale"],
      stock: 4,
    },
    { item_id: "item-3", title: "Vase", categories: ["home"], price: 24.5, attributes: { height_cm: 30 } },
  ],
  patchExample: { price: 34.9, tags: ["sale"] },
  upsert: (admin, tenant, records) => admin.upsertItems(tenant, records),
  get: (admin, tenant, id) => admin.getItem(tenant, id),
  patch: (admin, tenant, id, patch) => admin.patchItem(tenant, id, patch),
  remove: (admin, tenant, id) => admin.deleteItem(tenant, id),
  list: (admin, tenant, page) => admin.listItems(tenant, page),
};

const users: Kind<User, UserPatch> = {
  name: "users",
  schema: userSchema.meta({ id: "User" }),
  patchSchema: userPatchSchema.meta({ id: "UserPatch" }),
  storedSchema: userSchema.extend({ updated_at: z.int() }).meta({ id: "StoredUser" }),
  perRequest: { name: "USERS_PER_REQUEST_MAX", count: USERS_PER_REQUEST_MAX },
  example: [{ user_id: "ann", attributes: { plan: "gold" } }],
  patchExample: { attributes: { plan: "silver" } },
  upsert: (admin, tenant, records) => admin.upsertUsers(tenant, records),
  get: (admin, tenant, id) => admin.getUser(tenant, id),
  patch: (admin, tenant, id, patch) => admin.patchUser(tenant, id, patch),
  remove: (admin, tenant, id) => admin.deleteUser(tenant, id),
  list: (admin, tenant, page) => admin.listUsers(tenant, page),
};

export const catalogueRoutes: Endpoint[] = [...routesOf(items), ...routesOf(users)];

function routesOf<T, P>(kind: Kind<T, P>): Endpoint[] {
  const { name, schema, storedSchema } = kind;
  const path = `/v1/${name}`;
  const onePath = `${path}/{id}`;
  const one = name.slice(0, -1);
  const common = { tag: "catalogue", access: "secret" } as const;
  return [
    endpoint({
      ...common,
      method: "post",
      path,
      summary: `Creates or replaces ${name}: a list, or a list under \`${name}\`. A bad one rejects only itself.`,
      body: {
        schema: z.union([z.array(schema), z.object({ [name]: z.array(schema) })]),
        limit: LIMIT,
        required: true,
        example: kind.example,
      },
      answer: z.object({
        upserted: z.number().int(),
        rejected: z.array(
          z.object({ index: z.int(), error: z.object({ field: z.string(), message: z.string() }) }),
        ),
      }),
      async handle({ tenant, env, json }) {
        const { good, rejected } = judge(unwrap(await json(), name), kind);
        const { upserted } =
          good.length === 0 ? { upserted: 0 } : settled(await kind.upsert(pipeline(env), tenant, good));
        return { upserted, rejected };
      },
    }),
    endpoint({
      ...common,
      method: "get",
      path,
      summary: `Lists ${name} by their id, a page at a time.`,
      query: z.object({
        cursor: z.string().max(1_000).optional().describe("The last page's `cursor`."),
        limit: z.coerce.number().int().min(1).max(LIST_MAX).default(LIST_DEFAULT),
      }),
      answer: z.object({
        [name]: z.array(storedSchema),
        cursor: z.string().optional().describe("Absent on the last page."),
      }),
      async handle({ tenant, env, query: { cursor, limit } }) {
        const page = await kind.list(pipeline(env), tenant, {
          limit,
          ...(cursor === undefined ? {} : { cursor }),
        });
        return { [name]: page.items, ...(page.cursor === undefined ? {} : { cursor: page.cursor }) };
      },
    }),
    endpoint({
      ...common,
      method: "get",
      path: onePath,
      summary: `One ${one}.`,
      answer: storedSchema,
      handle: async ({ tenant, env, param }) =>
        found(await kind.get(pipeline(env), tenant, param("id")), one, param("id")),
    }),
    endpoint({
      ...common,
      method: "patch",
      path: onePath,
      summary: `Changes the named fields of one ${one}; null takes a field away.`,
      body: { schema: kind.patchSchema, limit: LIMIT, required: true, example: kind.patchExample },
      answer: storedSchema,
      async handle({ tenant, env, param, body }) {
        const id = param("id");
        return found(settled(await kind.patch(pipeline(env), tenant, id, await body())), one, id);
      },
    }),
    endpoint({
      ...common,
      method: "delete",
      path: onePath,
      summary: `Deletes one ${one}.`,
      answer: z.object({ deleted: z.literal(true) }),
      async handle({ tenant, env, param }) {
        const id = param("id");
        found(settled(await kind.remove(pipeline(env), tenant, id)) ? id : null, one, id);
        return { deleted: true };
      },
    }),
  ];
}

interface Rejection {
  index: number;
  error: { field: string; message: string };
}

function judge<T>(body: unknown, { name, schema, perRequest }: Kind<T, unknown>) {
  if (!Array.isArray(body) || body.length === 0) {
    throw new ApiError("invalid_body", `the body must be a list of ${name}, or {"${name}": [...]}`, {
      field: name,
    });
  }
  if (body.length > perRequest.count) {
    const message = `${body.length} ${name} in one request; at most ${perRequest.count} (${perRequest.name})`;
    throw new ApiError("too_large", message, { field: name, limit: perRequest.count });
  }
  const good: T[] = [];
  const rejected: Rejection[] = [];
  for (const [index, candidate] of body.entries()) {
    const parsed = schema.safeParse(candidate);
    if (parsed.success) good.push(parsed.data);
    else rejected.push({ index, error: errorOf(parsed.error) });
  }
  return { good, rejected };
}

function errorOf(error: z.ZodError): Rejection["error"] {
  const { field, message } = firstIssue(error);
  return { field, message };
}

function unwrap(body: unknown, name: string): unknown {
  return typeof body === "object" && body !== null && name in body
    ? (body as Record<string, unknown>)[name]
    : body;
}
