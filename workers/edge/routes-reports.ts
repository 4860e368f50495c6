import { reportSchema } from "../../src/registry/index.ts";
import { trainer } from "./bindings.ts";
import { type Endpoint, endpoint } from "./endpoint.ts";
import { ApiError } from "./errors.ts";

const common = { tag: "admin", access: "secret", method: "get" } as const;

const answer = reportSchema.meta({ id: "RunReport" });

/** What runs of training did, also those that published nothing: `lakeshore train --report` draws them. */
export const reportRoutes: Endpoint[] = [
  endpoint({
    ...common,
    path: "/v1/admin/retrain/{run_id}/report",
    summary:
      "What a finished run did: every trial of its search, curves, metrics, the gate's reason, cost. Kept for 30 days.",
    answer,
    async handle({ tenant, env, param }) {
      const report = await trainer(env).runReport(tenant, param("run_id"));
      if (report !== null) return report;
      throw new ApiError("not_found", "there is no such run that has ended", { field: "run_id" });
    },
  }),
  endpoint({
    ...common,
    path: "/v1/admin/models/{version}/report",
    summary: "The same of the run that made a version, kept as long as the version.",
    answer,
    async handle({ tenant, env, param }) {
      const report = await trainer(env).versionReport(tenant, param("version"));
      if (report !== null) return report;
      const message = "there is no such version, or it was made before reports were kept";
      throw new ApiError("not_found", message, { field: "version" });
    },
  }),
];
