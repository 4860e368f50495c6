import * as z from "zod";
import {
  ANSWER_ITEMS_DEFAULT,
  ANSWER_ITEMS_MAX,
  EXCLUDE_MAX,
  HISTORY_MAX,
  ID_CHARS_MAX,
} from "../base/index.ts";
import { ITEM_FIELDS } from "../events/index.ts";
import type { Answer } from "./answer.ts";
import { DEGRADED_REASONS } from "./degraded.ts";
import { SOURCES } from "./ladder.ts";

/** The wire form of questions and answers: what is validated, documented and sent is one and the same schema. */
const id = z.string().min(1).max(ID_CHARS_MAX);

/** `a,b,c`; an empty text is an empty list. */
function listOf<T extends z.ZodType<string, string>>(element: T, countMax: number) {
  return z
    .string()
    .transform((text) => (text === "" ? [] : text.split(",")))
    .pipe(z.array(element).max(countMax));
}

const listQuery = z.object({
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(ANSWER_ITEMS_MAX)
    .default(ANSWER_ITEMS_DEFAULT)
    .describe("How many items."),
  exclude: listOf(id, EXCLUDE_MAX)
    .optional()
    .describe("Item ids, comma-separated, that must not come. An id that holds a comma cannot be named."),
  fields: listOf(z.enum(ITEM_FIELDS), ITEM_FIELDS.length)
    .optional()
    .describe(`Item fields to carry, comma-separated, of: ${ITEM_FIELDS.join(", ")}.`),
  scenario: z
    .string()
    .regex(/^[a-z0-9_-]{1,64}$/, "must match [a-z0-9_-]{1,64}")
    .optional()
    .describe("The place on your pages that the list is for."),
});

export const recommendationsQuerySchema = listQuery.extend({
  user_id: id.optional().describe("Your id of the user."),
  anonymous_id: id.optional().describe("The device's id."),
  session_id: id
    .optional()
    .describe("The visit's id, as the beacon sends it; the list does not depend on it."),
  user_token: z
    .string()
    .max(1_000)
    .optional()
    .describe("Your server's signature of `user_id`, where the tenant requires one."),
  recent: listOf(id, HISTORY_MAX)
    .optional()
    .describe(
      "The visitor's latest item ids, oldest first, comma-separated; from five on, they stand for the profile. An id that holds a comma cannot be named.",
    ),
});

export const similarQuerySchema = listQuery;
export const trendingQuerySchema = listQuery;

const answerItemSchema = z
  .object({
    item_id: z.string(),
    score: z.number().describe("Comparable within one source of one answer."),
    source: z.enum(SOURCES).describe("The rung that the item is of."),
    title: z.string().optional(),
    url: z.string().optional(),
    image: z.string().optional(),
    price: z.number().optional(),
    currency: z.string().optional(),
    categories: z.array(z.string()).optional(),
    tags: z.array(z.string()).optional(),
    brand: z.string().optional(),
    published_at: z.number().optional(),
    attributes: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  })
  .meta({ id: "AnswerItem" });

export const answerSchema = z
  .object({
    recommendation_id: z
      .string()
      .describe("Send it with the impression and every event that follows from the list."),
    model_version: z.string().nullable().describe("Null when no model had a part in the list."),
    variant: z.string(),
    items: z.array(answerItemSchema),
    degraded: z
      .object({ reason: z.enum(DEGRADED_REASONS), detail: z.string() })
      .optional()
      .describe("Present when a part was late or absent."),
    notices: z
      .array(z.object({ field: z.string(), message: z.string() }))
      .optional()
      .describe("What of the request was not used, and why."),
  })
  .meta({ id: "Answer" });

export type AnswerBody = z.infer<typeof answerSchema>;

export const USER_IGNORED = {
  field: "user_id",
  message: "was ignored: this tenant requires a valid user_token beside it",
};

export function answerBody({ recommendationId, modelVersion, variant, ...answer }: Answer): AnswerBody {
  return {
    recommendation_id: recommendationId,
    model_version: modelVersion,
    variant,
    items: answer.items.map(({ itemId, score, source, fields }) => ({
      item_id: itemId,
      score,
      source,
      ...fields,
    })),
    ...(answer.degraded === undefined ? {} : { degraded: answer.degraded }),
    ...(answer.userIgnored ? { notices: [USER_IGNORED] } : {}),
  };
}
