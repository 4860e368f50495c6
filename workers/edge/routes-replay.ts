import * as z from "zod";
import type { ReplayOutcome } from "../../src/ops/index.ts";
import { pipeline } from "./bindings.ts";
import { type Endpoint, endpoint } from "./endpoint.ts";
import { ApiError } from "./errors.ts";
import { SMALL_BODY } from "./routes-admin.ts";

/** One step of a replay, in rows of quarantine. */
export const replaySchema = z.object({
  read: z.number(),
  accepted: z.number(),
  already_replayed: z.number(),
  skipped: z
    .record(z.string(), z.number())
    .describe("Copies of rows that failed a check, which are in their tables already."),
  refused: z.record(z.string(), z.number()).describe("Rows by the reason they have today."),
  cursor: z.string().optional(),
});

/** Null: the cursor was none that a step answered. */
export function replayBody(outcome: ReplayOutcome | null): z.infer<typeof replaySchema> {
  if (outcome === null) {
    throw new ApiError("invalid_body", "cursor: is none that a step answered", { field: "cursor" });
  }
  const { alreadyReplayed, ...counts } = outcome;
  return { ...counts, already_replayed: alreadyReplayed };
}

/** Taking back what was set aside, once a fix accepts it. */
export const replayRoutes: Endpoint[] = [
  endpoint({
    tag: "lake",
    access: "root",
    method: "post",
    path: "/v1/admin/lake/replay",
    summary:
      "Judges rows of ops.quarantine again and lands those that are now accepted; repeat with the answer's cursor until there is none.",
    body: {
      schema: z.strictObject({
        tenant: z.string().max(32).optional(),
        reason: z.string().max(100).optional().describe("Rows of this reason only."),
        since: z.int().nonnegative().optional().describe("Rows set aside from then on, ms since the epoch."),
        dry_run: z.boolean().default(false).describe("Judges and counts; nothing is written."),
        cursor: z.string().max(100).optional().describe("Of the answer before."),
      }),
      limit: SMALL_BODY,
      example: { reason: "too_late", dry_run: true },
    },
    answer: replaySchema,
    async handle({ env, body }) {
      const { since, dry_run, tenant, reason, cursor } = await body();
      return replayBody(
        await pipeline(env).replayQuarantine({
          isDryRun: dry_run,
          ...(tenant === undefined ? {} : { tenant }),
          ...(reason === undefined ? {} : { reason }),
          ...(since === undefined ? {} : { sinceMs: since }),
          ...(cursor === undefined ? {} : { cursor }),
        }),
      );
    },
  }),
];
