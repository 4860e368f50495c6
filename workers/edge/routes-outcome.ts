import * as z from "zod";
import { ATTRIBUTED_HOURS, DAY_MS } from "../../src/base/index.ts";
import { pipeline } from "./bindings.ts";
import { type Endpoint, endpoint } from "./endpoint.ts";

const DAYS_DEFAULT = 7;
const DAYS_MAX = 31;
const AUDIT_DEFAULT = 50;
const AUDIT_MAX = 1_000;

const listSchema = z.object({
  scenario: z.string(),
  variant: z.string(),
  source: z
    .enum(["model", "common"])
    .describe(
      "`model`: its first item is the model's; `common`: made of lists that are good for anybody, as for newcomers. They are shown to different visitors: their difference is no effect.",
    ),
  lists: z.number().describe("That were seen."),
  places: z.number().describe("Items that were seen in them."),
  clicked_lists: z.number().describe("Lists of which an item was clicked."),
  clicks: z.number().describe("Each item of a list once."),
  purchases: z
    .number()
    .describe(
      `That name the list, or of an item that was clicked in it by the same visitor up to ${ATTRIBUTED_HOURS} h before; the last click counts.`,
    ),
  value: z.number().describe("Sum of what those purchases are worth, as they were sent."),
});

/** What is read out of the lake for people: whether it pays, who changed what, what is kept of somebody. */
export const outcomeRoutes: Endpoint[] = [
  endpoint({
    tag: "admin",
    access: "secret",
    method: "get",
    path: "/v1/admin/outcome",
    summary:
      "What became of the lists that visitors saw: impressions, clicks, purchases and their value by scenario and variant, and their share of all.",
    query: z.object({
      days: z.coerce
        .number()
        .int()
        .min(1)
        .max(DAYS_MAX)
        .default(DAYS_DEFAULT)
        .describe("How far back, days."),
    }),
    answer: z.object({
      from: z.number(),
      complete: z.boolean().describe("False: there is more than one answer reads."),
      lists: z.array(listSchema),
      all: z
        .object({ purchases: z.number(), value: z.number(), customers: z.number() })
        .describe("Of all visitors, whether a list had a part in it or not."),
    }),
    async handle({ tenant, env, query }) {
      const fromMs = Date.now() - query.days * DAY_MS;
      const { lists, ...rest } = await pipeline(env).outcome(tenant, fromMs);
      return {
        from: fromMs,
        ...rest,
        lists: lists.map(({ clickedLists, ...list }) => ({ ...list, clicked_lists: clickedLists })),
      };
    },
  }),
  endpoint({
    tag: "admin",
    access: "secret",
    method: "get",
    path: "/v1/admin/audit",
    summary:
      "Who changed what of keys, settings and scenarios, newest first. A change is told within a minute.",
    query: z.object({
      limit: z.coerce
        .number()
        .int()
        .min(1)
        .max(AUDIT_MAX)
        .default(AUDIT_DEFAULT)
        .describe("How many changes."),
    }),
    answer: z.object({
      changes: z.array(
        z.object({
          changed_at: z.number(),
          kind: z.string().describe("`tenant`, `key` or `scenario`."),
          name: z.string().describe("The tenant, the key's hash, the scenario's name."),
          action: z.string(),
          actor: z.string().describe("`root`, or the beginning of the secret key's hash."),
        }),
      ),
    }),
    async handle({ tenant, env, query: { limit } }) {
      const entries = await pipeline(env).audit(tenant, limit);
      return { changes: entries.map(({ changedAtMs, ...entry }) => ({ changed_at: changedAtMs, ...entry })) };
    },
  }),
  endpoint({
    tag: "catalogue",
    access: "secret",
    method: "get",
    path: "/v1/users/{id}/export",
    summary:
      "All that is kept of a user: attributes, and every event that is older than ten minutes, for whoever asks for their data.",
    answer: z.object({
      user_id: z.string(),
      exported_at: z.number(),
      attributes: z
        .record(z.string(), z.unknown())
        .nullable()
        .describe("Null where your server has told nothing of them."),
      events: z.array(z.looseObject({})).describe("Oldest first, each once; of joined devices too."),
      complete: z
        .boolean()
        .describe("False: there are more than one answer holds, and the oldest are left out."),
    }),
    async handle({ tenant, env, param }) {
      const userId = param("id");
      const { user, events, complete } = await pipeline(env).exportUser(tenant, userId);
      return {
        user_id: userId,
        exported_at: Date.now(),
        attributes: user?.attributes ?? null,
        events,
        complete,
      };
    },
  }),
];
