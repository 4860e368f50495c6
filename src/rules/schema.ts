/**
 * The language of rules, as JSON. An expression is an object; all that it names must hold.
 *
 * | expression | holds for |
 * | --- | --- |
 * | `{"brand": "Acme"}` | a value, short for `eq`; of categories and tags, for `any` of one |
 * | `{"price": {"gte": 10, "lt": 50}}` | `eq ne lt lte gt gte`: several must all hold |
 * | `{"currency": {"in": ["EUR", "USD"]}}` | `in`, `not_in` |
 * | `{"attributes.size": {"exists": true}}` | items that have the field; `false`: that lack it |
 * | `{"categories": {"any": ["shoes", "bags"]}}` | `any`, `all`, `none` over categories and tags |
 * | `{"title": {"prefix": "winter"}}` | `prefix`, `contains`, whatever the case; `eq` and `in` go by the case |
 * | `{"published_at": {"gte": {"ago": "30d"}}}` | times: `{"ago": "12h"}` by the minute, `"2026-01-31"`, milliseconds |
 * | `{"attributes.size": {"user": "attributes.size"}}` | what the visitor has: `attributes.<name>`, `country`, `device` |
 * | `{"user": {"segments": {"any": ["loyal"]}, "country": "NL"}}` | every item, where the visitor is such |
 * | `{"geo": {"near": "visitor", "within_km": 10}}` | also `near: {"lat": 52.1, "lon": 5.2}`; other fields by `lat: "attributes.y"`, `lon` |
 * | `{"not": {"interacted": {"types": ["purchase"], "within": "30d"}}}` | not bought in 30 days; types and within may be left out |
 * | `{"not": {"shown": {"times": {"gt": 3}, "within": "7d"}}}` | not shown more than 3 times this week |
 * | `{"and": […]}`, `{"or": […]}`, `{"not": {…}}` | groups |
 *
 * Without a value nothing compares: an item that lacks a field, or a visitor who lacks what is referred to, passes no test, and passes
 * `ne`, `not_in`, `none` and `not`, which are no more than negations. A field that no item has is no error.
 */
import * as z from "zod";
import {
  RULE_BOOST_MAX,
  RULE_CAPS_MAX,
  RULE_PINS_MAX,
  RULE_POSITION_MAX,
  RULES_BYTES_MAX,
} from "./limits.ts";
import { parseRules } from "./parse.ts";

const expression = z.record(z.string(), z.unknown()).meta({
  description:
    "Conditions that must all hold: a field of the item with a value or operators (`eq ne lt lte gt gte in not_in exists`, `any all none` of lists, `prefix contains` of texts), `and`, `or`, `not`, `geo`, `user`, `interacted`, `shown`.",
  examples: [
    { price: { lt: 50 }, categories: { any: ["shoes"] } },
    { not: { interacted: { types: ["purchase"], within: "30d" } } },
  ],
});

const name = z.string().optional();

/** What documents show. What is checked is `parseRules`, which knows where in an expression something is wrong. */
const documented = z.object({
  filter: z
    .union([expression, z.array(z.object({ name: z.string(), where: expression }))])
    .optional()
    .describe("Only items for which it holds; a list gives names, for `relax`."),
  boost: z
    .array(z.object({ name, where: expression, by: z.number().min(-RULE_BOOST_MAX).max(RULE_BOOST_MAX) }))
    .optional()
    .describe("Adds standard deviations to the score."),
  pin: z
    .array(
      z.object({
        name,
        item_id: z.string().optional(),
        where: expression.optional(),
        position: z.int().min(1).max(RULE_POSITION_MAX),
      }),
    )
    .max(RULE_PINS_MAX)
    .optional()
    .describe("An item, or the best of those, at a place of the list. Filters hold for it too."),
  cap: z
    .array(z.object({ field: z.string(), max: z.int().min(1) }))
    .max(RULE_CAPS_MAX)
    .optional()
    .describe("At most so many items with the same value of a field."),
  diversity: z.number().min(0).max(1).optional().describe("Weight of maximal marginal relevance."),
  rotation: z
    .object({ within: z.string(), weight: z.number().min(0).max(RULE_BOOST_MAX).optional() })
    .optional()
    .describe(
      "Items shown within so long lose up to `weight` standard deviations; without a weight they do not come.",
    ),
  min_score: z.number().optional().describe("Of the model, in standard deviations."),
  relax: z
    .array(z.string())
    .optional()
    .describe(
      "What may be given up, in this order, when too few qualify: rotation, cap, min_score, filter, filter.<name>.",
    ),
});

/** Wire form in, canonical rules out. Issues carry the path into the rules. */
export const rulesSchema = z
  .unknown()
  .transform((value, context) => {
    const parsed = parseRules(value);
    if (parsed.ok) return parsed.value;
    for (const { keys, message } of parsed.error) {
      context.issues.push({ code: "custom", input: value, path: keys, message });
    }
    return z.NEVER;
  })
  .meta({
    ...z.toJSONSchema(documented),
    id: "Rules",
    description: `At most ${RULES_BYTES_MAX} bytes of JSON.`,
  });
