import { rankAnswerSchema, rankBodySchema, rankItems, rankingBody } from "../../src/serving/index.ts";
import { listRequest, visitorOf } from "./asked.ts";
import { memory } from "./bindings.ts";
import { type Endpoint, endpoint } from "./endpoint.ts";
import { ANSWER_BODY } from "./routes-answers.ts";

/** Orders a list that somebody else has chosen. */
export const rankRoutes: Endpoint[] = [
  endpoint({
    method: "post",
    path: "/v1/rank",
    tag: "answers",
    summary:
      "Puts a given list in a visitor's order. Nothing is dropped; what is unknown goes last, without a score.",
    access: "publishable",
    rate: "answers",
    besideKeyCheck: true,
    body: {
      schema: rankBodySchema,
      limit: ANSWER_BODY,
      required: true,
      example: { user_id: "ann", items: ["item-1", "item-2", "item-3"] },
    },
    answer: rankAnswerSchema,
    async handle(call) {
      const { items, ...asked } = await call.body();
      const { ports, timeline } = call;
      const request = listRequest(call, visitorOf(call, asked), asked, { scenario: "rank" });
      const ranking = await rankItems({ ...request, items }, ports, { memory, timeline });
      call.said.answer = [ranking];
      return rankingBody(ranking);
    },
  }),
];
