import * as z from "zod";
import { ATTRIBUTED_HOURS, DAY_MS } from "../../src/base/index.ts";
import { pipeline } from "./bindings.ts";
import { type Endpoint, endpoint } from "./endpoint.ts";

const DAYS_DEFAULT = 7;
const DAYS_MAX = 31;

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

/** Whether it pays. */
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
];
