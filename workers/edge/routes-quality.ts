import * as z from "zod";
import { quality } from "./bindings.ts";
import { type Endpoint, endpoint } from "./endpoint.ts";
import { ApiError } from "./errors.ts";

const outcomeSchema = z.object({
  table: z.string(),
  check: z.string(),
  kind: z.string(),
  tenant: z.string().nullable().describe("Null: it concerns the table as a whole."),
  status: z
    .enum(["pass", "warn", "error", "unknown"])
    .describe("`error` stops the promotion of models; `unknown`: too little history."),
  reason: z.string().describe("The figures that it was judged by."),
  tested: z.number().optional(),
  failing: z.number().optional(),
  examples: z.array(z.string()).optional(),
});

const differenceSchema = z.object({
  tenant: z.string(),
  received_from: z.string().describe("The beginning of the hour in which the events were received."),
  between: z.array(z.string()).describe("Two of edge, queue, bronze, silver and ledger that do not agree."),
  expected: z.number(),
  actual: z.number(),
  reason: z.string(),
  examples: z.array(z.string()).optional(),
});

const reportSchema = z.object({
  at: z.number().describe("When it was made, ms since the epoch."),
  complete: z.boolean().describe("False: the next report goes on where a bound stopped this one."),
  tables: z.record(
    z.string(),
    z.object({
      snapshot_id: z.number().nullable(),
      rows_read: z.number().describe("Since the report before."),
      partitions_read: z.number(),
      complete: z.boolean(),
    }),
  ),
  checks: z.array(outcomeSchema),
  reconciliation: z.object({
    hours_compared: z.number(),
    hours_open: z.number().describe("Hours whose events may still be on their way."),
    hours_left: z.number(),
    differences: z.array(differenceSchema),
  }),
  quarantined: z.number().describe("Rows that this report copied to ops.quarantine."),
});

/** Whether the lake can be trusted. */
export const qualityRoutes: Endpoint[] = [
  endpoint({
    tag: "lake",
    access: "secret_or_root",
    method: "get",
    path: "/v1/admin/quality",
    mayMiss: true,
    summary:
      "The latest report on the lake's quality: all of it with the admin token, a tenant's own part with its key.",
    answer: reportSchema,
    async handle({ env, tenant }) {
      const report = await quality(env).qualityReport(tenant === "" ? null : tenant);
      if (report === null) {
        throw new ApiError("not_found", "there is no report yet: the schedule makes one every hour");
      }
      return report;
    },
  }),
];
