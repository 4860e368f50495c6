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
  RULE_BOOSTS_MAX,
  RULE_CAPS_MAX,
  RULE_FILTERS_MAX,
  RULE_PINS_MAX,
  RULE_POSITION_MAX,
  RULE_RELAX_MAX,
  RULES_BYTES_MAX,
} from "./limits.ts";
import { parseRules } from "./parse.ts";

const expression = {
  type: "object",
  description:
    "Conditions that must all hold: a field of the item with a value or operators (`eq ne lt lte gt gte in not_in exists`, `any all none` of lists, `prefix contains` of texts), `and`, `or`, `not`, `geo`, `user`, `interacted`, `shown`.",
  examples: [
    { price: { lt: 50 }, categories: { any: ["shoes"] } },
    { not: { interacted: { types: ["purchase"], within: "30d" } } },
  ],
};

const name = { type: "string", pattern: "^[a-z0-9_-]{1,40}$" };

/** Items of a list, each an object. */
function listOf(maxItems: number, properties: Record<string, object>, required: readonly string[]) {
  return {
    type: "array",
    maxItems,
    items: { type: "object", properties, required, additionalProperties: false },
  };
}

/** What documents show, as JSON Schema. What is checked is `parseRules`, which knows where in an expression something is wrong. */
const PROPERTIES = {
  filter: {
    description: "Only items for which it holds; a list gives names, for `relax`.",
    anyOf: [expression, listOf(RULE_FILTERS_MAX, { name, where: expression }, ["name", "where"])],
  },
  boost: {
    description: "Adds standard deviations to the score.",
    ...listOf(
      RULE_BOOSTS_MAX,
      { name, where: expression, by: { type: "number", minimum: -RULE_BOOST_MAX, maximum: RULE_BOOST_MAX } },
      ["where", "by"],
    ),
  },
  pin: {
    description:
      "The item of that id, or the best of those, at a place of the list. Filters hold for it too.",
    ...listOf(
      RULE_PINS_MAX,
      {
        name,
        item_id: { type: "string" },
        where: expression,
        position: { type: "integer", minimum: 1, maximum: RULE_POSITION_MAX },
      },
      ["position"],
    ),
  },
  cap: {
    description: "At most so many items with the same value of a field.",
    ...listOf(
      RULE_CAPS_MAX,
      { field: { type: "string" }, max: { type: "integer", minimum: 1, maximum: RULE_POSITION_MAX } },
      ["field", "max"],
    ),
  },
  diversity: { type: "number", minimum: 0, maximum: 1, description: "Weight of maximal marginal relevance." },
  rotation: {
    type: "object",
    description:
      "Items shown within so long lose up to `weight` standard deviations; without a weight they do not come.",
    properties: {
      within: { type: "string", examples: ["2d"] },
      weight: { type: "number", minimum: 0, maximum: RULE_BOOST_MAX },
    },
    required: ["within"],
    additionalProperties: false,
  },
  min_score: { type: "number", description: "Of the model, in standard deviations." },
  relax: {
    type: "array",
    maxItems: RULE_RELAX_MAX,
    items: { type: "string" },
    description:
      "What may be given up, in this order, when too few qualify: rotation, cap, min_score, filter, filter.<name>.",
  },
};

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
    id: "Rules",
    type: "object",
    description: `At most ${RULES_BYTES_MAX} bytes of JSON.`,
    properties: PROPERTIES,
    additionalProperties: false,
  });
