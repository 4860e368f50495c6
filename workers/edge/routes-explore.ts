import * as z from "zod";
import { HISTORY_MAX, ID_CHARS_MAX } from "../../src/base/index.ts";
import { pipeline } from "./bindings.ts";
import { type Endpoint, endpoint } from "./endpoint.ts";

const HISTORY_DEFAULT = 50;
const FOUND_DEFAULT = 10;
const FOUND_MAX = 100;

const sight = {
  item_id: z.string(),
  title: z.string().optional(),
  image: z.string().optional(),
};

const count = z.number().describe("Events in the window.");
const counts = z.object({ impressions: count, views: count, clicks: count, carts: count, purchases: count });

const found = z.coerce.number().int().min(1).max(FOUND_MAX).default(FOUND_DEFAULT).describe("How many.");

const common = { method: "get", access: "secret" } as const;

/** Looks at single users and items, for those who ask why somebody sees what they see. */
export const exploreRoutes: Endpoint[] = [
  endpoint({
    ...common,
    tag: "catalogue",
    path: "/v1/users/{id}/history",
    mayMiss: false,
    summary:
      "What a user did last, newest first: the interactions that lists go by, a few seconds after they happened.",
    query: z.object({
      limit: z.coerce
        .number()
        .int()
        .min(1)
        .max(HISTORY_MAX)
        .default(HISTORY_DEFAULT)
        .describe("How many interactions."),
    }),
    answer: z.object({
      events: z.array(
        z.object({
          occurred_at: z.number(),
          type: z.string(),
          value: z.number().optional(),
          ...sight,
        }),
      ),
    }),
    async handle({ tenant, env, param, query: { limit } }) {
      const events = await pipeline(env).userHistory(tenant, { userId: param("id"), limit });
      return {
        events: events.map(({ occurredAtMs, itemId, ...event }) => ({
          occurred_at: occurredAtMs,
          item_id: itemId,
          ...event,
        })),
      };
    },
  }),
  endpoint({
    ...common,
    tag: "catalogue",
    path: "/v1/items/{id}/counts",
    mayMiss: false,
    summary: "How often an item was shown, viewed, clicked, put into a cart and bought, by window.",
    answer: z
      .object({ "1h": counts, "24h": counts, "7d": counts, "30d": counts })
      .describe(
        "Windows are UTC hours (`1h`, `24h`) and UTC days (`7d`, `30d`), the one under way among them.",
      ),
    handle: async ({ tenant, env, param }) => pipeline(env).itemCounts(tenant, param("id")),
  }),
  endpoint({
    ...common,
    tag: "admin",
    path: "/v1/admin/users",
    summary: "Users of whom a history is kept, who did something last first.",
    query: z.object({
      prefix: z.string().max(ID_CHARS_MAX).default("").describe("What their ids begin with."),
      limit: found,
    }),
    exampleQuery: { prefix: "a", limit: 5 },
    answer: z.object({
      users: z.array(
        z.object({
          user_id: z.string(),
          active_at: z.number().describe("When the newest event of the user was received."),
        }),
      ),
      complete: z
        .boolean()
        .describe("False: there are more than one call looks at; of the first by id these are the newest."),
    }),
    async handle({ tenant, env, query }) {
      const { users, complete } = await pipeline(env).findUsers(tenant, query);
      return {
        users: users.map(({ userId, activeAtMs }) => ({ user_id: userId, active_at: activeAtMs })),
        complete,
      };
    },
  }),
  endpoint({
    ...common,
    tag: "admin",
    path: "/v1/admin/items",
    summary: "Items by the beginning of their id, or by a part of their title.",
    query: z.object({
      q: z
        .string()
        .min(1)
        .max(ID_CHARS_MAX)
        .describe("The text; of titles the first 20,000 items by id are looked at."),
      limit: found,
    }),
    exampleQuery: { q: "lamp", limit: 5 },
    answer: z.object({ items: z.array(z.object(sight)) }),
    async handle({ tenant, env, query: { q, limit } }) {
      const items = await pipeline(env).findItems(tenant, { text: q, limit });
      return { items: items.map(({ itemId, ...rest }) => ({ item_id: itemId, ...rest })) };
    },
  }),
];
