import * as z from "zod";
import { type SettingsPatch, settingsPatchSchema, type TrainingSettings } from "../../src/registry/index.ts";
import { trainer } from "./bindings.ts";
import { type Endpoint, endpoint } from "./endpoint.ts";
import { ApiError } from "./errors.ts";
import { SMALL_BODY } from "./routes-admin.ts";

const settings = z.looseObject({ version: z.int() }).describe("As in the parameter file.");

const common = { tag: "admin", access: "secret", path: "/v1/admin/training" } as const;

/** What training goes by: `config/<tenant>/training.json`, looked at and changed through the trainer. */
export const trainingRoutes: Endpoint[] = [
  endpoint({
    ...common,
    method: "get",
    summary: "The settings that training goes by.",
    answer: z.object({
      settings,
      error: z
        .string()
        .nullable()
        .describe("Why the parameter file that lies in the bucket is not in force; the old one is."),
    }),
    async handle({ tenant, env }) {
      const { settings, error } = await trainer(env).getSettings(tenant);
      return { settings: settingsBody(settings), error };
    },
  }),
  endpoint({
    ...common,
    method: "put",
    summary:
      "Makes the next version of the settings, and starts a run by them; settings that are in force already change nothing.",
    body: {
      schema: settingsPatchSchema,
      limit: SMALL_BODY,
      required: true,
      example: { budgetSeconds: 600, schedule: "daily" },
    },
    status: 202,
    answer: z.object({
      settings,
      run_id: z.string().nullable().describe("Null where nothing has changed: no run was started."),
    }),
    async handle({ tenant, env, body }) {
      const written = await trainer(env).putSettings(tenant, (await body()) as SettingsPatch);
      if ("runId" in written) {
        return { settings: settingsBody(written.settings), run_id: written.runId };
      }
      const field = written.error.slice(0, written.error.indexOf(":"));
      if (field === "version") throw new ApiError("conflict", written.error, { field });
      throw new ApiError("invalid_body", written.error, { field });
    },
  }),
];

function settingsBody(settings: TrainingSettings): z.infer<typeof settings> {
  return { ...settings };
}
