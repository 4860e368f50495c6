import type * as z from "zod";
import {
  answerBody,
  answerSchema,
  makeAnswer,
  recommendationsQuerySchema,
  type Subject,
  similarQuerySchema,
  trendingQuerySchema,
} from "../../src/serving/index.ts";
import { memory } from "./bindings.ts";
import { type Call, type Endpoint, endpoint } from "./endpoint.ts";
import { placeOf } from "./place.ts";

/** Recommendations for a visitor, beside an item, and for anybody: one shape of answer, one way to it. */
export const answerRoutes: Endpoint[] = [
  answerRoute({
    path: "/v1/recommendations",
    summary: "Items for a visitor, by what the visitor did.",
    scenario: "recommendations",
    query: recommendationsQuerySchema,
    subject({ keyKind, query: { user_id, anonymous_id, user_token, recent = [] } }) {
      const visitor = {
        keyKind,
        recent,
        ...(user_id === undefined ? {} : { userId: user_id }),
        ...(anonymous_id === undefined ? {} : { anonymousId: anonymous_id }),
        ...(user_token === undefined ? {} : { userToken: user_token }),
      };
      return { kind: "visitor", visitor };
    },
  }),
  answerRoute({
    path: "/v1/items/{id}/similar",
    summary: "Items that go with an item.",
    scenario: "similar",
    query: similarQuerySchema,
    subject: ({ param }) => ({ kind: "item", itemId: param("id") }),
  }),
  answerRoute({
    path: "/v1/trending",
    summary: "What is asked for most just now, by everybody.",
    scenario: "trending",
    query: trendingQuerySchema,
    subject: () => ({ kind: "anybody" }),
  }),
];

interface AnswerRoute<Q extends typeof trendingQuerySchema> {
  path: string;
  summary: string;
  /** What the answer is for where the request does not say. */
  scenario: string;
  query: Q;
  subject(call: Pick<Call<Q>, "keyKind" | "param" | "query">): Subject;
}

function answerRoute<Q extends typeof trendingQuerySchema>(route: AnswerRoute<Q>): Endpoint {
  return endpoint({
    method: "get",
    path: route.path,
    tag: "answers",
    summary: route.summary,
    access: "publishable",
    rate: "answers",
    besideKeyCheck: true,
    query: route.query,
    answer: answerSchema,
    async handle(call) {
      const { limit, exclude = [], fields = [], scenario = route.scenario } = call.query as ListQuery;
      const { tenant, ports, timeline } = call;
      const [seed = 0] = crypto.getRandomValues(new Uint32Array(1));
      const list = { tenant, subject: route.subject(call), scenario, limit, exclude, fields, seed };
      const request = { ...list, context: () => placeOf(call) };
      return answerBody(await makeAnswer(request, ports, { memory, timeline }));
    },
  });
}

type ListQuery = z.output<typeof trendingQuerySchema>;
