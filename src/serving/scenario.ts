import * as z from "zod";
import { ANSWER_ITEMS_MAX } from "../base/index.ts";
import { ITEM_FIELDS } from "../events/index.ts";
import type { StoredScenario } from "../features/index.ts";
import { NO_RULES, type Rules, rulesSchema, storedRulesSchema } from "../rules/index.ts";
import {
  EXPLORED_PLACES,
  EXPLORED_SHARE_MAX,
  EXPLORED_SLOTS_MAX,
  HOLDOUT_SHARE_MAX,
  SCENARIO_EVENT_TYPES_MAX,
  SCENARIO_WEIGHT_MAX,
} from "./limits.ts";

/** The lists below the model's that a scenario may choose from, and their usual order. */
export const FALLBACKS = ["last_good", "segment", "trending", "popular", "newest"] as const;

export type Fallback = (typeof FALLBACKS)[number];

export const scenarioNameSchema = z
  .string()
  .regex(/^[a-z0-9_-]{1,64}$/, "must match [a-z0-9_-]{1,64}")
  .describe("The place on your pages that the list is for.");

/** A named way of answering, as its owner writes it. What is absent is as without a scenario. */
export const scenarioSchema = z
  .strictObject({
    description: z.string().max(500).optional().describe("For people."),
    rules: rulesSchema.optional(),
    limit: z
      .int()
      .min(1)
      .max(ANSWER_ITEMS_MAX)
      .optional()
      .describe("Items where the request names no number."),
    fields: z
      .array(z.enum(ITEM_FIELDS))
      .max(ITEM_FIELDS.length)
      .optional()
      .describe("Item fields where the request names none."),
    repeat: z
      .boolean()
      .optional()
      .describe(
        "Whether items of the visitor's own history may come again, as for buying again. False otherwise.",
      ),
    event_weights: z
      .record(z.string().max(40), z.number().min(0).max(SCENARIO_WEIGHT_MAX))
      .refine((weights) => Object.keys(weights).length <= SCENARIO_EVENT_TYPES_MAX, {
        message: `at most ${SCENARIO_EVENT_TYPES_MAX} types`,
      })
      .optional()
      .describe("How much an event of a type says about the visitor's taste here; 0: nothing."),
    fallback: z
      .array(z.enum(FALLBACKS))
      .max(FALLBACKS.length)
      .optional()
      .describe(
        "The lists that fill up what the model leaves open, in this order; empty: none, and the list may be short.",
      ),
    exploration: z
      .strictObject({
        share: z
          .number()
          .min(0)
          .max(EXPLORED_SHARE_MAX)
          .describe(
            `The chance of each of a list's first ${EXPLORED_PLACES} places to be given to one, until ${EXPLORED_SLOTS_MAX} are: of a longer list it is a smaller share.`,
          ),
      })
      .optional()
      .describe(
        "Gives places to items of which little is known yet, each with a logged propensity; not beside `pin`.",
      ),
    holdout: z
      .strictObject({
        share: z.number().min(0).max(HOLDOUT_SHARE_MAX).describe("Of the visitors."),
      })
      .optional()
      .describe(
        "Gives a share of the visitors the popular list in place of the model's, under the same rules: what lists are worth is the difference between the two. A visitor stays with one variant, by `user_id`, else `anonymous_id`, else `session_id`; who names none is never held out, and who signs in is assigned anew.",
      ),
  })
  .meta({ id: "Scenario" });

/** As it was stored: an earlier release may have taken what is refused by now. */
export const storedScenarioSchema = scenarioSchema.extend({ rules: storedRulesSchema.optional() });

export type ScenarioInput = z.input<typeof scenarioSchema>;

/** A scenario as answers go by it. */
export interface Scenario {
  name: string;
  /** 0: nothing is stored under this name. */
  version: number;
  rules: Rules;
  limit: number | null;
  fields: readonly (typeof ITEM_FIELDS)[number][] | null;
  repeat: boolean;
  eventWeights: Record<string, number> | null;
  fallback: readonly Fallback[];
  explorationShare: number;
  /** Of the visitors; 0: nobody is held out. */
  holdoutShare: number;
}

/** What holds where nothing is stored under a name. */
export function plainScenario(name: string): Scenario {
  return {
    name,
    version: 0,
    rules: NO_RULES,
    limit: null,
    fields: null,
    repeat: false,
    eventWeights: null,
    fallback: FALLBACKS,
    explorationShare: 0,
    holdoutShare: 0,
  };
}

/** Null for what a newer release has stored and this one cannot read. */
export function readScenario({ name, version, config }: StoredScenario): Scenario | null {
  const parsed = storedScenarioSchema.safeParse(config);
  if (!parsed.success) return null;
  const { rules, limit, fields, repeat, event_weights, fallback, exploration, holdout } = parsed.data;
  return {
    name,
    version,
    rules: rules ?? NO_RULES,
    limit: limit ?? null,
    fields: fields ?? null,
    repeat: repeat ?? false,
    eventWeights: event_weights ?? null,
    fallback: fallback ?? FALLBACKS,
    explorationShare: exploration?.share ?? 0,
    holdoutShare: holdout?.share ?? 0,
  };
}
