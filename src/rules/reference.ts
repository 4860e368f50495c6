import { HISTORY_MAX } from "../base/index.ts";

/** What can be said in an expression of the rules, told once: `schema.ts` and the documents page show it, and tests read every example. */
export interface ExpressionForm {
  /** In a few words, for which items it holds. */
  holds: string;
  /** Expressions as they are written. */
  examples: readonly Readonly<Record<string, unknown>>[];
}

export const EXPRESSION_FORMS: readonly ExpressionForm[] = [
  {
    holds: "A value, short for `eq`; of categories and tags, for `any` of one.",
    examples: [{ brand: "Acme" }, { categories: "shoes" }],
  },
  {
    holds: "Comparisons, `eq ne lt lte gt gte`: several must all hold.",
    examples: [
      { price: { gte: 10, lt: 50 } },
      { stock: { gt: 0 }, price: { lte: 80 } },
      { currency: { eq: "EUR" }, brand: { ne: "Acme" } },
    ],
  },
  {
    holds: "One of a set, or none of it.",
    examples: [{ currency: { in: ["EUR", "USD"] } }, { brand: { not_in: ["Acme", "Apex"] } }],
  },
  {
    holds: "Items that have the field, whatever its value; `false`: that lack it.",
    examples: [
      { "attributes.size": { exists: true } },
      { brand: { exists: false } },
      { tags: { exists: true } },
    ],
  },
  {
    holds: "Lists, which categories and tags are: `any`, `all` or `none` of these.",
    examples: [
      { categories: { any: ["shoes", "bags"] } },
      { tags: { all: ["wool", "winter"] } },
      { tags: { none: ["refurbished"] } },
    ],
  },
  {
    holds: "Texts, whatever the case; `eq` and `in` go by the case.",
    examples: [{ title: { prefix: "winter" } }, { title: { contains: "wool" } }],
  },
  {
    holds: 'Times: so long ago, to the minute (`"12h"`, `"30d"`), a day, or milliseconds since the epoch.',
    examples: [{ published_at: { gte: { ago: "30d" } } }, { published_at: { lt: "2026-01-31" } }],
  },
  {
    holds: "What the visitor has: `attributes.<name>`, `country`, `device`.",
    examples: [{ "attributes.size": { user: "attributes.size" } }],
  },
  {
    holds: "Every item, where the visitor is such.",
    examples: [{ user: { segments: { any: ["loyal"] }, country: "NL" } }],
  },
  {
    holds:
      "Items near the visitor, or near a place; by `attributes.lat` and `.lon`, or by fields that you name.",
    examples: [
      { geo: { near: "visitor", within_km: 10 } },
      {
        geo: {
          near: { lat: 52.1, lon: 5.2 },
          within_km: 25,
          lat: "attributes.shop_lat",
          lon: "attributes.shop_lon",
        },
      },
    ],
  },
  {
    holds: `Not bought in 30 days; \`types\` and \`within\` may be left out. Known are the visitor's newest ${HISTORY_MAX} interactions, and the purchases of 90 days.`,
    examples: [{ not: { interacted: { types: ["purchase"], within: "30d" } } }],
  },
  {
    holds:
      "Not shown more than 3 times this week. Impressions are kept for seven days, so `within` is `7d` at most, and counted by day (UTC): an earlier day counts whole while any of it lies within.",
    examples: [{ not: { shown: { times: { gt: 3 }, within: "7d" } } }],
  },
  {
    holds: "Groups.",
    examples: [
      { and: [{ price: { lt: 50 } }, { not: { tags: "sale" } }] },
      { or: [{ brand: "Acme" }, { categories: "shoes" }] },
    ],
  },
];

/** The parts of rules, each by an example of what it takes. */
export const RULE_EXAMPLES = {
  filter: [
    { price: { lt: 50 }, categories: { any: ["shoes"] } },
    [{ name: "near", where: { geo: { near: "visitor", within_km: 10 } } }],
  ],
  boost: [[{ name: "sale", where: { tags: "sale" }, by: 0.5 }]],
  pin: [
    [
      { item_id: "item-1", position: 1 },
      { where: { tags: "new" }, position: 3 },
    ],
  ],
  cap: [[{ field: "brand", max: 2 }]],
  diversity: [0.3],
  rotation: [{ within: "2d", weight: 1 }],
  min_score: [-0.5],
  relax: [["rotation", "cap", "filter.near"]],
} as const;
