import * as z from "zod";
import { manifestSchema, metricSchema, type Pointer } from "../../src/registry/index.ts";
import type { PointerRefusal, RunSummary } from "../../src/retraining/index.ts";
import { trainer } from "./bindings.ts";
import { type Endpoint, endpoint } from "./endpoint.ts";
import { ApiError } from "./errors.ts";
import { outcomeBody } from "./retrain-outcome.ts";
import { SMALL_BODY } from "./routes-admin.ts";

const liveSchema = z.object({
  version: z.string(),
  promoted_at: z.number(),
  pinned: z.boolean().describe("A pinned version stays live until it is unpinned or changed by hand."),
  previous: z.array(z.string()),
  taken_back: z
    .object({ version: z.string(), reason: z.string(), at: z.number() })
    .optional()
    .describe(
      "The guardrails took this version back; the pin ends with a superior candidate of another recipe.",
    ),
});

const runSchema = z.object({
  run_id: z.string(),
  requested_at: z.number(),
  status: z.string(),
  started_by: z.string(),
  seconds: z.number(),
  learner: z.string().nullable(),
  version: z.string().nullable(),
  refusal: z.string().nullable().describe("Why nothing was published, or nothing but popularity."),
});

const metrics = z.record(z.string(), metricSchema);

const outcomeSchema = z.discriminatedUnion("status", [
  z.object({
    status: z.literal("published"),
    version: z.string(),
    learner: z.string(),
    reason: z.string(),
    metrics,
  }),
  z.object({
    status: z.literal("refused"),
    reason: z.string(),
    metrics,
    live: z
      .string()
      .optional()
      .describe("The live version, where what came out is equal to it byte for byte: nothing is wrong."),
  }),
  z.object({ status: z.literal("too_little_data"), interactions_needed: z.number(), message: z.string() }),
  z.object({
    status: z.literal("reproduced"),
    of: z.string().describe("The run that was run again."),
    identical: z.boolean().describe("Whether what it had made came out byte for byte."),
    evaluated_hash: z.string(),
    model_hash: z.string(),
    metrics,
  }),
]);

/** A Workflow instance's name has no more. */
const RUN_CHARS_MAX = 100;

const common = { tag: "admin", access: "secret" } as const;

/** Retraining and models: the trainer's, checked and passed on. */
export const modelRoutes: Endpoint[] = [
  endpoint({
    ...common,
    method: "post",
    path: "/v1/admin/retrain",
    mayMiss: true,
    summary: "Starts a retrain, or runs an earlier one again; a run goes on by itself.",
    body: {
      schema: z.strictObject({
        seed: z.int().nonnegative().optional(),
        reason: z.enum(["admin", "import"]).default("admin").describe("Told with the run."),
        run: z
          .string()
          .max(RUN_CHARS_MAX)
          .optional()
          .describe("An earlier run's id: again with its seed, on the data that it read. Publishes nothing."),
      }),
      limit: SMALL_BODY,
    },
    status: 202,
    answer: z.object({ run_id: z.string() }),
    async handle({ tenant, env, body }) {
      const { seed, run, reason = "admin" } = await body();
      if (run !== undefined) {
        if (seed !== undefined) {
          throw new ApiError("invalid_body", "seed: a run that is run again has its own", { field: "seed" });
        }
        const started = await trainer(env).startRerun(tenant, run);
        if ("runId" in started) return { run_id: started.runId };
        const { kind, message } = started.refusal;
        throw new ApiError(kind === "unknown" ? "not_found" : "conflict", message, { field: "run" });
      }
      const options = { reason, ...(seed === undefined ? {} : { seed }) };
      return { run_id: (await trainer(env).startRetrain(tenant, options)).runId };
    },
  }),
  endpoint({
    ...common,
    method: "get",
    path: "/v1/admin/retrain/{run_id}",
    summary: "How far a retrain is, and how it ended.",
    answer: z.object({
      status: z.enum(["queued", "running", "complete", "errored"]),
      step: z.string(),
      progress: z.number().describe("0 to 1 over the whole run."),
      message: z.string(),
      outcome: outcomeSchema.optional(),
      error: z.string().optional(),
    }),
    async handle({ tenant, env, param }) {
      const found = await trainer(env).retrainStatus(tenant, param("run_id"));
      if (found === null) throw new ApiError("not_found", "there is no such run", { field: "run_id" });
      const { status, step, progress, message, outcome, error } = found;
      return {
        ...{ status, step, progress, message },
        ...(outcome === undefined ? {} : { outcome: outcomeBody(outcome) }),
        ...(error === undefined ? {} : { error }),
      };
    },
  }),
  endpoint({
    ...common,
    method: "get",
    path: "/v1/admin/models",
    summary: "The versions that are kept, which one is live, and how the newest runs ended.",
    answer: z.object({
      live: liveSchema.nullable(),
      versions: z.array(z.string()),
      runs: z.array(runSchema).describe("Newest first, of the last 30 days."),
    }),
    async handle({ tenant, env }) {
      const { live, versions, runs } = await trainer(env).listModels(tenant);
      return { live: live === null ? null : liveBody(live), versions, runs: runs.map(runBody) };
    },
  }),
  endpoint({
    ...common,
    method: "get",
    path: "/v1/admin/models/{version}",
    summary:
      "A version's model card: data, recipe, both fits, metrics with intervals, why it went live, cost, hashes.",
    answer: manifestSchema.meta({ id: "Manifest" }),
    async handle({ tenant, env, param }) {
      const manifest = await trainer(env).getModel(tenant, param("version"));
      if (manifest === null)
        throw new ApiError("not_found", "there is no such version", { field: "version" });
      return manifest;
    },
  }),
  endpoint({
    ...common,
    method: "post",
    path: "/v1/admin/models/{version}/promote",
    summary: "Makes a version live by hand, and pins it.",
    body: { schema: z.object({}), limit: SMALL_BODY },
    answer: liveSchema,
    async handle({ tenant, env, param }) {
      const result = await trainer(env).promote(tenant, param("version"));
      if ("error" in result && result.code === "unknown_version") {
        throw new ApiError("not_found", result.error, { field: "version" });
      }
      return moved(result);
    },
  }),
  endpoint({
    ...common,
    method: "post",
    path: "/v1/admin/rollback",
    summary: "Makes the version before live again, and pins it: effective within a minute.",
    body: { schema: z.object({}), limit: SMALL_BODY },
    answer: liveSchema,
    handle: async ({ tenant, env }) => moved(await trainer(env).rollback(tenant)),
  }),
  endpoint({
    ...common,
    method: "post",
    path: "/v1/admin/unpin",
    summary: "Lets retrains change the live version again.",
    body: { schema: z.object({}), limit: SMALL_BODY },
    answer: liveSchema,
    handle: async ({ tenant, env }) => moved(await trainer(env).unpin(tenant)),
  }),
];

function moved(result: Pointer | PointerRefusal): z.infer<typeof liveSchema> {
  if ("error" in result) throw new ApiError("conflict", result.error);
  return liveBody(result);
}

function liveBody(pointer: Pointer): z.infer<typeof liveSchema> {
  const { version, promotedAtMs, pinned, previous, takenBack } = pointer;
  const live = { version, promoted_at: promotedAtMs, pinned, previous };
  if (takenBack === undefined) return live;
  const { atMs, ...taken } = takenBack;
  return { ...live, taken_back: { ...taken, at: atMs } };
}

function runBody({ run, requestedAtMs, startedBy, ...rest }: RunSummary): z.infer<typeof runSchema> {
  return { run_id: run, requested_at: requestedAtMs, started_by: startedBy, ...rest };
}
