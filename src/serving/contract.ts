import * as z from "zod";
import {
  ANSWER_ITEMS_DEFAULT,
  ANSWER_ITEMS_MAX,
  EXCLUDE_MAX,
  HISTORY_MAX,
  ID_CHARS_MAX,
  RANK_ITEMS_MAX,
  RECOMMENDATION_ID_BYTES_MAX,
} from "../base/index.ts";
import { DEVICES, ITEM_FIELDS } from "../events/index.ts";
import { VERSION_PATTERN } from "../registry/index.ts";
import { rulesSchema } from "../rules/index.ts";
import {
  CONFIG_READ_MS,
  PLACEMENTS_MAX,
  TIMEOUT_DEFAULT_MS,
  TIMEOUT_MAX_MS,
  TIMEOUT_MIN_MS,
} from "./limits.ts";
import { scenarioNameSchema } from "./scenario.ts";

/** The wire form of questions: what is validated and documented is one and the same schema. */
const id = z.string().min(1).max(ID_CHARS_MAX);

/** `a,b,c`; an empty text is an empty list. */
function listOf<T extends z.ZodType<string, string>>(element: T, countMax: number) {
  return z
    .string()
    .transform((text) => (text === "" ? [] : text.split(",")))
    .pipe(z.array(element).max(countMax));
}

/** The cursor of a first page. */
export const FIRST_PAGE = "first";
/** 500 items of four bytes in base64, the signature and their dots. */
const CURSOR_CHARS_MAX = 2_800;
const TOKEN_CHARS_MAX = 1_000;
const REFERRER_CHARS_MAX = 2_000;

const limit = z.int().min(1).max(ANSWER_ITEMS_MAX);
const HOW_MANY = `How many items; otherwise as many as the scenario says, or ${ANSWER_ITEMS_DEFAULT}.`;
const field = z.enum(ITEM_FIELDS);
const WHICH_FIELDS = `of: ${ITEM_FIELDS.join(", ")}.`;
const cursor = z
  .string()
  .max(CURSOR_CHARS_MAX)
  .optional()
  .describe(
    `\`${FIRST_PAGE}\` for the first page of several, then \`next_cursor\` of the page before: no item comes twice.`,
  );
const scenario = scenarioNameSchema.optional();
const timeout = z.int().min(TIMEOUT_MIN_MS).max(TIMEOUT_MAX_MS);
const HOW_LONG = `Milliseconds that may be waited for profile, model and lists, and at most ${CONFIG_READ_MS} for the scenario; otherwise ${TIMEOUT_DEFAULT_MS} and ${CONFIG_READ_MS}. What is late is done without, and named in \`degraded\`.`;

const listQuery = z.object({
  limit: z.coerce.number().int().min(1).max(ANSWER_ITEMS_MAX).optional().describe(HOW_MANY),
  exclude: listOf(id, EXCLUDE_MAX)
    .optional()
    .describe("Item ids, comma-separated, that must not come. An id that holds a comma takes the POST form."),
  fields: listOf(field, ITEM_FIELDS.length)
    .optional()
    .describe(`Item fields to carry, comma-separated, ${WHICH_FIELDS}`),
  scenario,
  cursor,
  timeout_ms: z.coerce.number().int().min(TIMEOUT_MIN_MS).max(TIMEOUT_MAX_MS).optional().describe(HOW_LONG),
});

const FOR_SERVERS =
  "For servers that ask for their visitors, with a secret key: a browser's own request tells it.";

const visitor = {
  user_id: id.optional().describe("Your id of the user."),
  anonymous_id: id.optional().describe("The device's id."),
  session_id: id
    .optional()
    .describe(
      "The visit's id, as the beacon sends it; the list does not depend on it, and who sends it alone is answered as nobody known.",
    ),
  user_token: z
    .string()
    .max(TOKEN_CHARS_MAX)
    .optional()
    .describe("Your server's signature of `user_id`, where the tenant requires one."),
  referrer: z
    .string()
    .max(REFERRER_CHARS_MAX)
    .optional()
    .describe("The address that led to the site, for a visitor of whom nothing else is known."),
  country: z
    .string()
    .regex(/^[A-Z]{2}$/, "must be two capital letters, as ISO 3166 has them")
    .optional()
    .describe(`The visitor's country, two letters of ISO 3166. ${FOR_SERVERS}`),
  device: z.enum(DEVICES).optional().describe(`What the visitor holds. ${FOR_SERVERS}`),
};

export const recommendationsQuerySchema = listQuery.extend({
  ...visitor,
  recent: listOf(id, HISTORY_MAX)
    .optional()
    .describe(
      "The visitor's latest item ids, oldest first, comma-separated; from five on, they stand for the profile.",
    ),
});

/** Items asked about by one `why`. */
const WHY_ITEMS_MAX = 20;

const recommendationId = z
  .string()
  .max(RECOMMENDATION_ID_BYTES_MAX)
  .optional()
  .describe("Of a list that the same visit was given within the hour: then a publishable key may ask.");
const WHICH_MISSING = "to be told why they are not in the list, if they are not.";
const modelVersion = z
  .string()
  .regex(VERSION_PATTERN, "must be a version as GET /v1/admin/models names it")
  .optional()
  .describe(
    "With a secret key: the list that this version, which is kept but need not be live, would give now. It is loaded for the question, which may take seconds.",
  );

export const whyQuerySchema = listQuery.omit({ cursor: true }).extend({
  ...visitor,
  recent: recommendationsQuerySchema.shape.recent,
  items: listOf(id, WHY_ITEMS_MAX).optional().describe(`Item ids, comma-separated, ${WHICH_MISSING}`),
  recommendation_id: recommendationId,
  model_version: modelVersion,
});

export const itemListQuerySchema = listQuery;

const category = z.string().min(1).max(100).optional().describe("Only items of this category.");
export const commonListQuerySchema = listQuery.extend({ category });
export const trendingQuerySchema = commonListQuerySchema.extend({
  window: z.enum(["1h", "24h", "7d"]).default("24h").describe("How far back: hours and days of UTC."),
});

const visitorBody = {
  ...visitor,
  timeout_ms: timeout.optional().describe(HOW_LONG),
  recent: z.array(id).max(HISTORY_MAX).optional().describe("The visitor's latest item ids, oldest first."),
  attributes: z
    .record(z.string().max(40), z.union([z.string().max(500), z.number(), z.boolean()]))
    .optional()
    .describe("What the visitor is like, for rules; counts before what is stored."),
  location: z
    .strictObject({ lat: z.number().min(-90).max(90), lon: z.number().min(-180).max(180) })
    .optional()
    .describe("Where the visitor is, in degrees, for rules."),
};

/** A list as JSON asks for it: with rules of its own beside its scenario's. */
const listBody = {
  limit: limit.optional().describe(HOW_MANY),
  exclude: z.array(id).max(EXCLUDE_MAX).optional().describe("Item ids that must not come."),
  fields: z.array(field).max(ITEM_FIELDS.length).optional().describe(`Item fields to carry, ${WHICH_FIELDS}`),
  scenario,
  rules: rulesSchema.optional(),
};

export const recommendationsBodySchema = z.strictObject({ ...visitorBody, ...listBody, cursor });

export const whyBodySchema = recommendationsBodySchema.omit({ cursor: true }).extend({
  items: z.array(id).max(WHY_ITEMS_MAX).optional().describe(`Item ids, ${WHICH_MISSING}`),
  recommendation_id: recommendationId,
  model_version: modelVersion,
});

export const batchBodySchema = z.strictObject({
  ...visitorBody,
  distinct: z.boolean().default(true).describe("No item twice on the page: earlier placements choose first."),
  placements: z.array(z.strictObject(listBody)).min(1).max(PLACEMENTS_MAX),
});

export const rankBodySchema = z.strictObject({
  ...visitorBody,
  items: z
    .array(id)
    .min(1)
    .max(RANK_ITEMS_MAX)
    .describe("Item ids to put in order; a repeated one counts once."),
  fields: listBody.fields,
  scenario,
});
