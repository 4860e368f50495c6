import * as z from "zod";
import { pipeline } from "./bindings.ts";
import { type Endpoint, endpoint } from "./endpoint.ts";
import { ApiError } from "./errors.ts";
import { SMALL_BODY } from "./routes-admin.ts";
import { replayBody, replaySchema } from "./routes-replay.ts";

const EXAMPLES_DEFAULT = 20;
const EXAMPLES_MAX = 100;
const REASON_CHARS_MAX = 100;
const CURSOR_CHARS_MAX = 100;

const common = { tag: "lake", access: "secret", path: "/v1/admin/quarantine" } as const;

const reason = z.string().max(REASON_CHARS_MAX);
const cursor = z.string().max(CURSOR_CHARS_MAX).optional().describe("Of the answer before.");

/** A tenant's own part of quarantine: what was set aside and why, and taking back what is accepted by now. */
export const quarantineRoutes: Endpoint[] = [
  endpoint({
    ...common,
    method: "get",
    summary: "What of yours was set aside, by reason, and the newest of it as it is kept; within a minute.",
    query: z.object({
      limit: z.coerce
        .number()
        .int()
        .min(1)
        .max(EXAMPLES_MAX)
        .default(EXAMPLES_DEFAULT)
        .describe("How many examples."),
      reason: reason.optional().describe("Examples of this reason only."),
      cursor,
    }),
    answer: z.object({
      reasons: z.array(
        z.object({
          reason: z.string(),
          check: z.string().nullable().describe("For `failed_check`: the table and its check."),
          rows: z.number().describe("That are still set aside."),
          taken_back: z.number().describe("That were accepted later."),
          newest_at: z.number(),
        }),
      ),
      examples: z
        .array(
          z.object({
            event_id: z.string().nullable(),
            reason: z.string(),
            check: z.string().nullable(),
            detail: z.string().nullable(),
            at: z.number().describe("When it was set aside."),
            body: z.string().describe("As it is kept, its first 10,000 characters."),
            cut: z.boolean().describe("`body` is not all of it."),
          }),
        )
        .describe("Still set aside, newest first; pages go on to the thousandth."),
      complete: z.boolean().describe("False: older rows are not counted."),
      cursor: z.string().optional().describe("Absent on the last page."),
    }),
    async handle({ tenant, env, query }) {
      const { limit, reason: only, cursor: from } = query;
      const found = await pipeline(env).setAside(tenant, { limit, ...asked(only, from) });
      if (found === null) {
        const message = "cursor: is none that an answer had, or its time is over: begin without it";
        throw new ApiError("invalid_parameter", message, { field: "cursor" });
      }
      return {
        reasons: found.reasons.map(({ takenBack, newestAtMs, ...sum }) => ({
          ...sum,
          taken_back: takenBack,
          newest_at: newestAtMs,
        })),
        examples: found.examples.map(({ eventId, atMs, isCut, ...row }) => ({
          ...row,
          ...{ event_id: eventId, at: atMs, cut: isCut },
        })),
        complete: found.isComplete,
        ...(found.cursor === undefined ? {} : { cursor: found.cursor }),
      };
    },
  }),
  endpoint({
    ...common,
    method: "post",
    path: `${common.path}/replay`,
    summary:
      "Judges your rows of quarantine again and lands those that are now accepted, each once; repeat with the answer's cursor until there is none.",
    body: {
      schema: z.strictObject({
        reason: reason.optional().describe("Rows of this reason only."),
        dry_run: z.boolean().default(false).describe("Judges and counts; nothing is written."),
        cursor,
      }),
      limit: SMALL_BODY,
      example: { reason: "too_late", dry_run: true },
    },
    answer: replaySchema,
    async handle({ tenant, env, body }) {
      const { dry_run, reason: only, cursor: from } = await body();
      const step = { isDryRun: dry_run, ...asked(only, from) };
      return replayBody(await pipeline(env).replayOwn(tenant, step));
    },
  }),
];

/** What was asked for, without what was not. */
function asked(only: string | undefined, from: string | undefined): { reason?: string; cursor?: string } {
  return {
    ...(only === undefined ? {} : { reason: only }),
    ...(from === undefined ? {} : { cursor: from }),
  };
}
