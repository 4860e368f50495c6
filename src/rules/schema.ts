/**
 * The language of rules, as JSON. An expression is an object; all that it names must hold. What can be said stands, with examples, in
 * `reference.ts`, which the served documents show too.
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
import { EXPRESSION_FORMS, RULE_EXAMPLES } from "./reference.ts";

const expression = {
  type: "object",
  description:
    "Conditions that must all hold: a field of the item with a value or operators (`eq ne lt lte gt gte in not_in exists`, `any all none` of lists, `prefix contains` of texts), `and`, `or`, `not`, `geo`, `user`, `interacted`, `shown`. Impressions are kept for seven days: the `within` of `shown` is `7d` at most, that of `interacted` `400d`.",
  examples: EXPRESSION_FORMS.flatMap(({ examples }) => examples),
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
const PARTS = {
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
      "Items shown within so long lose up to `weight` standard deviations; without a weight they do not come. Impressions are kept for seven days: `within` is `7d` at most.",
    properties: {
      within: { type: "string", description: "At most `7d`.", examples: ["2d"] },
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
      "What may be given up, in this order, when too few qualify: rotation, cap, min_score, filter, filter.<name>. A scenario's comes first; a request can add what it alone has brought, never a filter of the scenario, nor a cap, rotation or min_score where the scenario has one.",
  },
};

const PROPERTIES = Object.fromEntries(
  Object.entries(PARTS).map(([part, schema]) => [
    part,
    { ...schema, examples: RULE_EXAMPLES[part as keyof typeof PARTS] },
  ]),
);

function readBy(options: { isStored: boolean }) {
  return z.unknown().transform((value, context) => {
    const parsed = parseRules(value, options);
    if (parsed.ok) return parsed.value;
    for (const { keys, message } of parsed.error) {
      context.issues.push({ code: "custom", input: value, path: keys, message });
    }
    return z.NEVER;
  });
}

/** Wire form in, canonical rules out. Issues carry the path into the rules. */
export const rulesSchema = readBy({ isStored: false }).meta({
  id: "Rules",
  type: "object",
  description: `At most ${RULES_BYTES_MAX} bytes of JSON.`,
  properties: PROPERTIES,
  additionalProperties: false,
});

/** The same for rules that were stored, maybe by an earlier release. */
export const storedRulesSchema = readBy({ isStored: true });
