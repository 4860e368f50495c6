import * as z from "zod";
import { HISTORY_MAX, ID_CHARS_MAX } from "../../src/base/index.ts";
import { pipeline } from "./bindings.ts";
import { type Endpoint, endpoint } from "./endpoint.ts";

const id = z.string().min(1).max(ID_CHARS_MAX);

const query = z.object({
  user_id: id.optional().describe("Your id of the user."),
  anonymous_id: id.optional().describe("The device's id: whose session counts."),
  items: z
    .string()
    .transform((text) => (text === "" ? [] : text.split(",")))
    .pipe(z.array(id).max(HISTORY_MAX))
    .optional()
    .describe(`At most ${HISTORY_MAX} item ids, comma-separated.`),
});

const values = z.looseObject({});

/** What is known by key of a visitor and of items: for your own rankers, rules and pages. */
export const featureRoutes: Endpoint[] = [
  endpoint({
    tag: "catalogue",
    access: "secret",
    method: "get",
    path: "/v1/features",
    summary: "The declared features of a visitor and of items now, and the segments that the visitor is in.",
    query,
    exampleQuery: { user_id: "ann", items: "item-1,item-2" },
    answer: z.object({
      segments: z.array(z.string()).describe("As of the last daily refresh."),
      user: values,
      session: values,
      items: z.record(z.string(), values),
      categories: z.record(z.string(), values),
      user_items: z.record(z.string(), values),
    }),
    async handle({ tenant, env, query: { user_id, anonymous_id, items = [] } }) {
      return pipeline(env).readFeatures(tenant, {
        ...(user_id === undefined ? {} : { userId: user_id }),
        ...(anonymous_id === undefined ? {} : { anonymousId: anonymous_id }),
        itemIds: items,
      });
    },
  }),
];
