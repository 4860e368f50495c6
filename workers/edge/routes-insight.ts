import * as z from "zod";
import type { ServingSummary } from "../../src/ops/index.ts";
import { pipeline } from "./bindings.ts";
import { type Endpoint, endpoint } from "./endpoint.ts";

const DAYS_DEFAULT = 30;
const DAYS_MAX = 60;

const waited = (what: string) =>
  z.number().describe(`${what}: upper end of its band, ms; of the last band, 1,000 ms and more, its lower.`);

const summarySchema = z
  .object({
    answers: z.number().describe("Lists that were given to visitors with a good key; a batch is one."),
    errors: z.number().describe("Requests that failed on our side."),
    personal: z.number().describe("Answers in which the model had a part."),
    degraded: z.number().describe("Answers that told of a part that was late or absent."),
    reasons: z.record(z.string(), z.number()).describe("Those, by their first reason."),
    waited_ms: z
      .object({
        p50: waited("Half of the answers took no longer"),
        p95: waited("Of a hundred, 95"),
        p99: waited("Of a hundred, 99"),
      })
      .nullable()
      .describe("In the Worker, by its clock, which counts waiting and not computing. Null without answers."),
  })
  .meta({ id: "ServingSummary" });

const usd = z.number().describe("US dollars.");

/** How it answers and what that costs, by the edge's own counts. */
export const insightRoutes: Endpoint[] = [
  endpoint({
    tag: "admin",
    access: "secret",
    method: "get",
    path: "/v1/admin/serving",
    summary:
      "How visitors were answered in the last hour and day: how many, how fast, how many personally, and what went wrong. The counts of an isolate come within half a minute; its last are missing where it was taken away.",
    answer: z.object({
      last_hour: summarySchema,
      last_day: summarySchema,
      hours: z
        .array(summarySchema.extend({ from: z.number() }))
        .describe("Oldest first; hours without answers are left out."),
    }),
    async handle({ tenant, env }) {
      const { lastHour, lastDay, hours } = await pipeline(env).serving(tenant);
      return {
        last_hour: summaryBody(lastHour),
        last_day: summaryBody(lastDay),
        hours: hours.map(({ fromMs, ...summary }) => ({ from: fromMs, ...summaryBody(summary) })),
      };
    },
  }),
  endpoint({
    tag: "admin",
    access: "secret",
    method: "get",
    path: "/v1/admin/costs",
    summary:
      "What was used and what it comes to at the published rates of Workers Paid, beyond what the plan includes; and how far each limit is.",
    query: z.object({
      days: z.coerce
        .number()
        .int()
        .min(1)
        .max(DAYS_MAX)
        .default(DAYS_DEFAULT)
        .describe("Whole days before today, UTC."),
    }),
    answer: z.object({
      from: z.number(),
      answers: z.number(),
      event_requests: z.number().describe("Calls that brought events."),
      events: z.number(),
      training_seconds: z.number().describe("CPU time of retrains, by their own estimate."),
      bill: z
        .object({ workers: usd, cpu: usd, kv: usd, d1: usd, queue: usd, r2: usd, training: usd, total: usd })
        .describe(
          "Requests and messages are counted; CPU time, rows and reads are what a benchmark measures for each. Storage is left out.",
        ),
      usd_per_thousand_answers: z
        .number()
        .nullable()
        .describe("All of it, events too; null without answers."),
      limits: z.array(
        z.object({
          name: z.string(),
          used: z.number(),
          limit: z.number(),
          is_shared: z.boolean().describe("By all tenants of this deployment."),
        }),
      ),
    }),
    async handle({ tenant, env, query: { days } }) {
      const report = await pipeline(env).costs(tenant, days);
      const { fromMs, eventRequests, trainingSeconds, bill, training, total, limits } = report;
      return {
        from: fromMs,
        answers: report.answers,
        event_requests: eventRequests,
        events: report.events,
        training_seconds: trainingSeconds,
        bill: { ...bill, training, total },
        usd_per_thousand_answers: report.usdPerThousandAnswers,
        limits: limits.map(({ isShared, ...limit }) => ({ ...limit, is_shared: isShared })),
      };
    },
  }),
];

function summaryBody({ waited: took, ...summary }: ServingSummary): z.infer<typeof summarySchema> {
  const waitedMs = took === null ? null : { p50: took.p50Ms, p95: took.p95Ms, p99: took.p99Ms };
  return { ...summary, waited_ms: waitedMs };
}
