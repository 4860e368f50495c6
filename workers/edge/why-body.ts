import * as z from "zod";
import { type Explanation, ITEM_FIELDS_ANSWERED } from "../../src/serving/index.ts";

const reasons = {
  rank_before: z.number().nullable().describe("Its place without any rule, of the first 1,000."),
  boosts: z
    .array(z.object({ name: z.string(), by: z.number() }))
    .describe("Boosts and rotation, in standard deviations."),
  pin: z.string().optional().describe("The pin that put it there."),
  history: z
    .array(z.object({ item_id: z.string(), by: z.number() }))
    .describe("What of the history spoke for it: by how much its score falls without that item."),
};

/** The wire form of reasons. */
export const whySchema = z
  .object({
    model_version: z.string().nullable(),
    variant: z
      .string()
      .describe(
        "With `popular` the visitor is held out of the scenario, and the reasons are of the popular list.",
      ),
    scenario: z.object({
      name: z.string(),
      version: z.number().describe("0: nothing is stored under the name."),
    }),
    items: z.array(
      z.object({
        ...{ item_id: z.string(), rank: z.number(), source: z.string(), score: z.number() },
        ...ITEM_FIELDS_ANSWERED,
        ...reasons,
      }),
    ),
    not_listed: z.array(
      z.object({
        item_id: z.string(),
        reason: z
          .string()
          .describe(
            "`unknown`, `unavailable`, `excluded`, `filter` or `filter.<name>`, `rotation`, `min_score`, `cap.<field>`, or `rank`: others came before it. `unvouched`: its place hangs on a `user_id` that was ignored.",
          ),
        ...reasons,
      }),
    ),
    qualifying: z.number().nullable(),
    relaxed: z.array(z.string()),
    notices: z
      .array(z.object({ field: z.string(), message: z.string() }))
      .optional()
      .describe("What of the request was not used, and why."),
    degraded: z.object({ reason: z.string(), detail: z.string() }).optional(),
  })
  .meta({ id: "Why" });

export function whyBody({
  modelVersion,
  variant,
  scenario,
  items,
  unlisted,
  qualifying,
  relaxed,
  problem,
}: Explanation) {
  return {
    model_version: modelVersion,
    variant,
    scenario,
    items: items.map(({ itemId, rank, source, score, fields, ...why }) => ({
      ...fields,
      ...{ item_id: itemId, rank, source, score },
      ...reasonsBody(why),
    })),
    not_listed: unlisted.map(({ itemId, reason, ...why }) => ({
      item_id: itemId,
      reason,
      ...reasonsBody(why),
    })),
    qualifying,
    relaxed,
    ...(problem === null ? {} : { degraded: problem }),
  };
}

function reasonsBody({
  rankBefore,
  boosts,
  pin,
  history,
}: Pick<Explanation["unlisted"][number], "rankBefore" | "boosts" | "pin" | "history">) {
  return {
    rank_before: rankBefore,
    boosts,
    ...(pin === undefined ? {} : { pin }),
    history: history.map(({ itemId, by }) => ({ item_id: itemId, by })),
  };
}
