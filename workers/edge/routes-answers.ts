import type * as z from "zod";
import { RECOMMEND_BODY_BYTES_MAX } from "../../src/base/index.ts";
import {
  answerBody,
  answerPlacements,
  answerSchema,
  batchAnswerSchema,
  batchBodySchema,
  commonListQuerySchema,
  itemListQuerySchema,
  makeAnswer,
  recommendationsBodySchema,
  recommendationsQuerySchema,
  type Subject,
  trendingQuerySchema,
} from "../../src/serving/index.ts";
import { cursorOf, type ListAsked, listRequest, pageBody, type VisitorAsked, visitorOf } from "./asked.ts";
import { memory } from "./bindings.ts";
import { type Call, type Endpoint, endpoint } from "./endpoint.ts";

export const ANSWER_BODY = { name: "RECOMMEND_BODY_BYTES_MAX", bytes: RECOMMEND_BODY_BYTES_MAX };

const RECOMMENDATIONS = "recommendations";
const SHOWN = { limit: 5, fields: "title,price" };
const VISITOR_EXAMPLE = { user_id: "ann", recent: ["item-1", "item-2"] };

/** Recommendations for a visitor, beside an item, and for anybody: one shape of answer, one way to it. */
export const answerRoutes: Endpoint[] = [
  endpoint({
    ...listEndpoint("get", "/v1/recommendations", "Items for a visitor, by what the visitor did."),
    query: recommendationsQuerySchema,
    exampleQuery: { user_id: "ann", ...SHOWN },
    handle: (call) => list(call, call.query, visitorOf(call, call.query), RECOMMENDATIONS),
  }),
  endpoint({
    ...listEndpoint("post", "/v1/recommendations", "The same, with rules and with ids that hold commas."),
    // Its rules ask what the user has bought.
    exampleKey: "secret",
    body: {
      schema: recommendationsBodySchema,
      limit: ANSWER_BODY,
      example: {
        ...VISITOR_EXAMPLE,
        limit: 5,
        fields: ["title", "price"],
        rules: {
          filter: { price: { lt: 50 }, not: { interacted: { types: ["purchase"], within: "30d" } } },
          cap: [{ field: "brand", max: 2 }],
        },
      },
    },
    async handle(call) {
      const asked = await call.body();
      return list(call, asked, visitorOf(call, asked), RECOMMENDATIONS);
    },
  }),
  endpoint({
    ...listEndpoint(
      "post",
      "/v1/recommendations:batch",
      "Several lists of one page for one visitor; with `distinct` no item comes twice on it.",
    ),
    body: {
      schema: batchBodySchema,
      limit: ANSWER_BODY,
      required: true,
      example: {
        ...VISITOR_EXAMPLE,
        placements: [
          { scenario: "home", limit: 4 },
          { scenario: "footer", limit: 4, rules: { diversity: 0.5 } },
        ],
      },
    },
    answer: batchAnswerSchema,
    async handle(call) {
      const { placements, distinct, ...visitor } = await call.body();
      const subject = visitorOf(call, visitor);
      const requests = placements.map((asked) =>
        listRequest(call, subject, { ...asked, ...visitor }, { scenario: RECOMMENDATIONS }),
      );
      const { timeline, ports } = call;
      const answers = await answerPlacements(requests, distinct, ports, { memory, timeline });
      call.said.answer = answers;
      return { placements: answers.map((answer) => answerBody(answer)) };
    },
  }),
  itemList("/v1/items/{id}/similar", "Items that could stand in an item's place.", "similar", false),
  itemList(
    "/v1/items/{id}/bought-together",
    "Items that are bought along with an item.",
    "bought-together",
    true,
  ),
  endpoint({
    ...listEndpoint("get", "/v1/trending", "What is asked for most just now, by everybody."),
    query: trendingQuerySchema,
    exampleQuery: { window: "24h", ...SHOWN },
    handle: (call) =>
      list(call, call.query, anybody(`trending_${call.query.window}`, call.query), "trending"),
  }),
  commonList("/v1/popular", "What was asked for most in 31 days, by everybody.", "popular", "popular"),
  commonList("/v1/new", "The newest items.", "newest", "new"),
];

function listEndpoint(method: "get" | "post", path: string, summary: string) {
  return {
    ...{ method, path, summary, tag: "answers" as const, answer: answerSchema as z.ZodType },
    ...{ access: "publishable" as const, rate: "answers" as const, besideKeyCheck: true },
  };
}

function itemList(path: string, summary: string, scenario: string, together: boolean): Endpoint {
  return endpoint({
    ...listEndpoint("get", path, summary),
    query: itemListQuerySchema,
    exampleQuery: SHOWN,
    // Of an item that nobody knows there is a list for anybody.
    mayMiss: false,
    handle: (call) => list(call, call.query, { kind: "item", itemId: call.param("id"), together }, scenario),
  });
}

type Common = Extract<Subject, { kind: "anybody" }>["list"];

function commonList(path: string, summary: string, of: Common, scenario: string): Endpoint {
  return endpoint({
    ...listEndpoint("get", path, summary),
    query: commonListQuerySchema,
    exampleQuery: SHOWN,
    handle: (call) => list(call, call.query, anybody(of, call.query), scenario),
  });
}

function anybody(of: Common, { category }: { category?: string | undefined }): Subject {
  return { kind: "anybody", list: of, category: category ?? null };
}

async function list(
  call: Pick<Call, "tenant" | "ports" | "timeline" | "request" | "keyKind" | "said">,
  asked: ListAsked & VisitorAsked & { cursor?: string | undefined },
  subject: Subject,
  scenario: string,
) {
  const { ports, timeline } = call;
  const name = cursorName(subject, asked.scenario ?? scenario);
  const cursor = await cursorOf(call, { list: name, cursor: asked.cursor });
  const request = listRequest(call, subject, asked, { scenario, cursor });
  const answer = await makeAnswer(request, ports, { memory, timeline });
  call.said.answer = [answer];
  return pageBody(call, answer, name);
}

/** A cursor is good for one list: whoever it was made for, as a visitor may be named by the next page only. */
function cursorName(subject: Subject, scenario: string): string {
  if (subject.kind === "item")
    return `${scenario}/${subject.together ? "together" : "similar"}/${subject.itemId}`;
  if (subject.kind === "anybody") return `${scenario}/${subject.list}/${subject.category ?? ""}`;
  return scenario;
}
