import * as z from "zod";
import { ATTRIBUTED_HOURS, DAY_MS } from "../../src/base/index.ts";
import type { Comparison, ScenarioLift, VariantOutcome } from "../../src/ops/index.ts";
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

const variantSchema = z.object({
  visitors: z.number().describe("Who saw a list: users, else devices, else sessions, as they were assigned."),
  clicked_visitors: z.number().describe("Of them, those who clicked in one."),
  lists: z.number().describe("That were seen."),
  clicked_lists: z.number().describe("Of them, those of which an item was clicked."),
  value: z.number().describe("Of purchases that the lists had a part in."),
  value_squared: z.number().describe("The sum of the squares of what each visitor bought so."),
});

const comparisonSchema = z
  .object({
    personal: z.number().nullable(),
    popular: z.number().nullable(),
    lift: z.number().nullable().describe("0.2: 20 % more with personal lists. Null: too little is known."),
    low: z.number().nullable(),
    high: z
      .number()
      .nullable()
      .describe(
        "The interval holds the truth at all looks together in 95 of 100 experiments: look as often as you like, and stop when you like.",
      ),
    verdict: z
      .enum(["early", "better", "worse"])
      .describe("`early`: the interval holds 0, or there is none yet; 100 visitors of each are needed."),
  })
  .meta({ id: "Comparison" });

const liftSchema = z.object({
  scenario: z.string(),
  share: z.number().describe("Of the visitors who are held out."),
  from: z
    .number()
    .describe("Since when: the share's last change, 31 days ago at most, whatever `days` says."),
  complete: z.boolean().describe("False: there is more than one answer reads."),
  skewed: z
    .boolean()
    .describe(
      "True: there are more or fewer visitors held out than the share and chance allow (1 in 1,000 experiments), so trust no verdict. Questions and impressions may name different ids, or one of the lists is not shown alike.",
    ),
  personal: variantSchema,
  popular: variantSchema,
  click_rate: comparisonSchema.describe("Clicked lists of those seen."),
  value_per_visitor: comparisonSchema.describe(
    "Value of purchases that lists had a part in, by visitor: also of what would have been bought without them.",
  ),
});

/** What is read out of the lake for people: whether it pays, who changed what, what is kept of somebody. */
export const outcomeRoutes: Endpoint[] = [
  endpoint({
    tag: "admin",
    access: "secret",
    method: "get",
    path: "/v1/admin/outcome",
    summary:
      "What became of the lists that visitors saw: impressions, clicks, purchases and their value by scenario and variant, their share of all, and their lift over the popular list.",
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
      lifts: z
        .array(liftSchema)
        .describe("Of each scenario with a `holdout`: what its lists are worth against the popular list."),
      all: z
        .object({ purchases: z.number(), value: z.number(), customers: z.number() })
        .describe("Of all visitors, whether a list had a part in it or not."),
    }),
    async handle({ tenant, env, query }) {
      const fromMs = Date.now() - query.days * DAY_MS;
      const { lists, lifts, ...rest } = await pipeline(env).outcome(tenant, fromMs);
      return {
        from: fromMs,
        ...rest,
        lists: lists.map(({ clickedLists, ...list }) => ({ ...list, clicked_lists: clickedLists })),
        lifts: lifts.map(liftBody),
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
    mayMiss: false,
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

function liftBody({ scenario, share, sinceMs, complete, skewed, ...told }: ScenarioLift) {
  return {
    ...{ scenario, share, from: sinceMs, complete, skewed },
    personal: variantBody(told.personal),
    popular: variantBody(told.popular),
    click_rate: comparisonBody(told.clickRate),
    value_per_visitor: comparisonBody(told.valuePerVisitor),
  };
}

function variantBody({ clickedVisitors, clickedLists, valueSquared, ...same }: VariantOutcome) {
  const more = { clicked_visitors: clickedVisitors, clicked_lists: clickedLists };
  return { ...same, ...more, value_squared: valueSquared };
}

function comparisonBody({ value, ...same }: Comparison) {
  return { ...same, lift: value };
}
