import * as z from "zod";
import { ANSWER_ITEMS_DEFAULT, ANSWER_ITEMS_MAX, RECOMMENDATION_ID_BYTES_MAX } from "../../src/base/index.ts";
import { propensities, readExploration, readRecommendationId } from "../../src/serving/index.ts";
import { type Endpoint, endpoint } from "./endpoint.ts";
import { ApiError } from "./errors.ts";

/** What a list's signed id tells of it: for judging other policies by what was shown under this one. */
export const propensityRoutes: Endpoint[] = [
  endpoint({
    tag: "admin",
    access: "secret",
    method: "get",
    path: "/v1/admin/recommendations/{id}",
    summary:
      "What a recommendation id says of the list that it was given with, and the propensity of each of its places: for off-policy evaluation.",
    query: z.object({
      places: z.coerce
        .number()
        .int()
        .min(1)
        .max(ANSWER_ITEMS_MAX)
        .default(ANSWER_ITEMS_DEFAULT)
        .describe("How many items the list had: the id does not keep that."),
    }),
    answer: z.object({
      scenario: z.string(),
      variant: z.string(),
      model_version: z.string().nullable(),
      source: z.string().describe("Of the list's first item."),
      served_at: z.number(),
      degraded: z.string().optional(),
      exploration: z
        .object({
          share: z
            .number()
            .describe(
              "The chance that a place is given to an item on trial: each of the first 16, until six are.",
            ),
        })
        .nullable()
        .describe("Null where nothing was tried: the list was certain."),
      places: z.array(
        z.object({
          place: z.number().describe("1 the first."),
          explored: z.boolean(),
          propensity: z
            .number()
            .describe(
              "The chance that the item had of being at this place, given the places before it; kept to within 1.1 %.",
            ),
        }),
      ),
    }),
    async handle({ tenant, ports, param, query }) {
      const said = await readRecommendationId(param("id", RECOMMENDATION_ID_BYTES_MAX), ports.signer);
      if (said === null || said.tenant !== tenant) {
        throw new ApiError("not_found", "id: is no recommendation id of this tenant", { field: "id" });
      }
      const record = said.explored === undefined ? null : readExploration(said.explored);
      const chances = propensities(record ?? NOTHING_TRIED, query.places);
      const tried = new Set(record?.slots.map(({ place }) => place));
      return {
        scenario: said.scenario,
        variant: said.variant,
        model_version: said.modelVersion,
        source: said.source,
        served_at: said.mintedAtMs,
        ...(said.degraded === undefined ? {} : { degraded: said.degraded }),
        exploration: record === null ? null : { share: record.share },
        places: chances.map((propensity, at) => ({ place: at + 1, explored: tried.has(at), propensity })),
      };
    },
  }),
];

const NOTHING_TRIED = { share: 0, slots: [], exhausted: true };
