import * as z from "zod";
import { DEGRADED_REASONS } from "./degraded.ts";
import type { Answer } from "./finish.ts";
import { type AnswerItem, SOURCES } from "./ladder.ts";
import type { Ranking } from "./rank.ts";

/** The wire form of answers: one shape for every list. These are the fields of an item that a question may ask for. */
export const ITEM_FIELDS_ANSWERED = {
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
};

const answerItemSchema = z
  .object({
    item_id: z.string(),
    score: z.number().describe("Comparable within one source of one answer."),
    source: z.enum(SOURCES).describe("The rung that the item is of."),
    ...ITEM_FIELDS_ANSWERED,
  })
  .meta({ id: "AnswerItem" });

const common = {
  recommendation_id: z
    .string()
    .describe("Send it with the impression and every event that follows from the list."),
  model_version: z.string().nullable().describe("Null when no model had a part in the list."),
  variant: z
    .enum(["control", "personal", "popular"])
    .describe(
      "Of a scenario with a `holdout`: `personal`, or `popular` for who is held out; `control` everywhere else.",
    ),
  degraded: z
    .object({ reason: z.enum(DEGRADED_REASONS), detail: z.string() })
    .optional()
    .describe("Present when a part was late or absent."),
  notices: z
    .array(z.object({ field: z.string(), message: z.string() }))
    .optional()
    .describe("What of the request was not used, and why."),
};

export const answerSchema = z
  .object({
    ...common,
    items: z.array(answerItemSchema),
    qualifying: z
      .number()
      .optional()
      .describe(
        "With rules: how many items of the catalogue they allow; those that the visitor knows count where they fill the list.",
      ),
    relaxed: z
      .array(z.string())
      .optional()
      .describe(
        "What of the rules was given up, in the order that `relax` allows, as too few items qualified.",
      ),
    next_cursor: z
      .string()
      .nullable()
      .optional()
      .describe("With `cursor`: what to ask the next page with; null when there is none."),
  })
  .meta({ id: "Answer" });

export type AnswerBody = z.infer<typeof answerSchema>;

export const batchAnswerSchema = z.object({ placements: z.array(answerSchema) }).meta({ id: "BatchAnswer" });

export const rankAnswerSchema = z
  .object({
    ...common,
    items: z.array(
      z.object({
        item_id: z.string(),
        score: z
          .number()
          .optional()
          .describe("Absent for items that the model does not know: they stand last."),
        ...ITEM_FIELDS_ANSWERED,
      }),
    ),
  })
  .meta({ id: "Ranking" });

/** `nextCursor`: signed; absent where the request does not page. */
export function answerBody(answer: Answer, nextCursor?: string | null): AnswerBody {
  const { items, qualifying, relaxed } = answer;
  return {
    ...commonBody(answer),
    items: items.map(itemBody),
    ...(qualifying === undefined ? {} : { qualifying }),
    ...(relaxed === undefined ? {} : { relaxed: [...relaxed] }),
    ...(nextCursor === undefined ? {} : { next_cursor: nextCursor }),
  };
}

export function rankingBody(ranking: Ranking): z.infer<typeof rankAnswerSchema> {
  return {
    ...commonBody(ranking),
    items: ranking.items.map(({ itemId, score, fields: own }) => ({
      item_id: itemId,
      ...(score === null ? {} : { score }),
      ...own,
    })),
  };
}

function commonBody(
  answer: Pick<Answer, "recommendationId" | "modelVersion" | "variant" | "degraded" | "notices">,
) {
  const { recommendationId, modelVersion, variant, degraded, notices } = answer;
  return {
    recommendation_id: recommendationId,
    model_version: modelVersion,
    variant,
    ...(degraded === undefined ? {} : { degraded }),
    ...(notices.length === 0 ? {} : { notices: [...notices] }),
  };
}

function itemBody({ itemId, score, source, fields: own }: AnswerItem): AnswerBody["items"][number] {
  return { item_id: itemId, score, source, ...own };
}
