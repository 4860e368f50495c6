import * as z from "zod";
import { SCENARIOS_MAX } from "../../src/base/index.ts";
import type { ScenarioVersion } from "../../src/features/index.ts";
import type { Contended, ScenarioCall, ScenarioRefusal } from "../../src/ops/index.ts";
import { scenarioNameSchema, scenarioSchema, storedScenarioSchema } from "../../src/serving/index.ts";
import { memory, pipeline } from "./bindings.ts";
import { type Call, type Endpoint, endpoint } from "./endpoint.ts";
import { ApiError, schemaError } from "./errors.ts";
import { settled } from "./outcome.ts";
import { SMALL_BODY } from "./routes-admin.ts";
import { refuseTooLarge, refuseUnknownTypes, scenarioCheckRoute } from "./scenario-check.ts";

const VERSIONS_DEFAULT = 20;
/** At 20 KB each, 2 MB over RPC. */
const VERSIONS_MAX = 100;

const liveSchema = z
  .object({
    name: z.string(),
    version: z.number().describe("1 the first; each change makes the next."),
    config: scenarioSchema,
    updated_at: z.number(),
    updated_by: z.string().describe("The beginning of the secret key's hash."),
  })
  .meta({ id: "StoredScenario" });

const versionSchema = liveSchema
  .extend({ config: scenarioSchema.nullable().describe("Null where this version deleted it.") })
  .meta({ id: "ScenarioVersion" });

const expecting = z.object({
  expected_version: z.coerce
    .number()
    .int()
    .min(0)
    .optional()
    .describe("Change it only if this is the live version, 0: only if there is none; else 409."),
});

const common = { tag: "admin", access: "secret" } as const;

const EXAMPLE = {
  description: "Beside the basket: in stock, not too dear, two of a brand at the most.",
  rules: {
    filter: { and: [{ stock: { gt: 0 } }, { price: { lte: 80 } }] },
    boost: [{ name: "sale", where: { tags: { any: ["sale"] } }, by: 0.5 }],
    cap: [{ field: "brand", max: 2 }],
    relax: ["cap"],
  },
  limit: 8,
  fallback: ["trending", "popular"],
};

/** Named ways of answering: checked here, kept by the pipeline, every version of each. */
export const scenarioRoutes: Endpoint[] = [
  scenarioCheckRoute,
  endpoint({
    ...common,
    method: "get",
    path: "/v1/admin/scenarios",
    summary: "All scenarios, by name.",
    answer: z.object({ scenarios: z.array(liveSchema) }),
    async handle({ tenant, env }) {
      return { scenarios: (await pipeline(env).listScenarios(tenant)).map(versionBody) };
    },
  }),
  endpoint({
    ...common,
    method: "get",
    path: "/v1/admin/scenarios/{name}",
    summary: "A scenario as it is in force.",
    answer: liveSchema,
    async handle({ tenant, env, param }) {
      const name = nameOf(param);
      return versionBody(existing(await pipeline(env).getScenario(tenant, name), name));
    },
  }),
  endpoint({
    ...common,
    method: "put",
    path: "/v1/admin/scenarios/{name}",
    mayMiss: false,
    summary: `Stores the whole of a scenario, of ${SCENARIOS_MAX} at most: effective everywhere within 60 s. The same again makes no new version.`,
    query: expecting,
    body: { schema: scenarioSchema, limit: SMALL_BODY, required: true, example: EXAMPLE },
    answer: liveSchema,
    async handle({ tenant, env, param, query, actor, json }) {
      const name = nameOf(param);
      const wanted = checked(await json());
      await refuseUnknownTypes(env, tenant, Object.keys((wanted.event_weights as object | undefined) ?? {}));
      const outcome = await pipeline(env).putScenario(tenant, { name, config: wanted }, call(query, actor));
      return changed(tenant, outcome);
    },
  }),
  endpoint({
    ...common,
    method: "delete",
    path: "/v1/admin/scenarios/{name}",
    summary: "Deletes a scenario; its versions stay, and may be restored.",
    query: expecting,
    answer: z.object({ deleted: z.literal(true), version: z.number().describe("That has no scenario.") }),
    async handle({ tenant, env, param, query, actor }) {
      const name = nameOf(param);
      const outcome = await pipeline(env).deleteScenario(tenant, name, call(query, actor));
      return { deleted: true, version: changed(tenant, existing(outcome, name)).version };
    },
  }),
  endpoint({
    ...common,
    method: "get",
    path: "/v1/admin/scenarios/{name}/versions",
    summary: "What a scenario has been, newest first: when and by whom each version was made.",
    query: z.object({
      before: z.coerce.number().int().min(1).optional().describe("Versions below this one."),
      limit: z.coerce.number().int().min(1).max(VERSIONS_MAX).default(VERSIONS_DEFAULT),
    }),
    answer: z.object({ versions: z.array(versionSchema) }),
    async handle({ tenant, env, param, query: { before, limit } }) {
      const range = { limit, ...(before === undefined ? {} : { before }) };
      const name = nameOf(param);
      const versions = await pipeline(env).scenarioVersions(tenant, name, range);
      if (versions.length === 0 && before === undefined) existing(null, name);
      return { versions: versions.map(versionBody) };
    },
  }),
  endpoint({
    ...common,
    method: "post",
    path: "/v1/admin/scenarios/{name}/versions/{version}/restore",
    summary: "Makes an earlier version's configuration the newest version.",
    query: expecting,
    body: { schema: z.object({}), limit: SMALL_BODY },
    answer: liveSchema,
    async handle({ tenant, env, param, query, actor }) {
      const of = { name: nameOf(param), version: versionOf(param) };
      const range = { before: of.version + 1, limit: 1 };
      const [earlier] = await pipeline(env).scenarioVersions(tenant, of.name, range);
      if (earlier?.version === of.version) stillReads(earlier);
      const outcome = await pipeline(env).restoreScenario(tenant, of, call(query, actor));
      if (outcome !== null) return changed(tenant, outcome);
      const words = `"${of.name}" has no version ${of.version} with a configuration`;
      throw new ApiError("not_found", words, { field: "version" });
    },
  }),
];

function nameOf(param: Call["param"]): string {
  const name = scenarioNameSchema.safeParse(param("name"));
  if (name.success) return name.data;
  throw new ApiError("invalid_parameter", `name: ${name.error.issues[0]?.message}`, { field: "name" });
}

function versionOf(param: Call["param"]): number {
  const text = param("version");
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new ApiError("invalid_parameter", "version: must be a whole number from 1", { field: "version" });
}

/** The configuration as it came, which is what is kept: what it is read to may change with a release. */
function checked(given: unknown): Record<string, unknown> {
  const parsed = scenarioSchema.safeParse(given);
  if (!parsed.success) throw schemaError("invalid_body", parsed.error);
  refuseTooLarge(given);
  return given as Record<string, unknown>;
}

/** What an earlier release took may be nothing that this one reads. */
function stillReads({ version, config: earlier }: ScenarioVersion): void {
  if (earlier === null) return;
  const parsed = storedScenarioSchema.safeParse(earlier);
  if (parsed.success) return;
  const { message, details } = schemaError("invalid_body", parsed.error);
  throw new ApiError("conflict", `version ${version} is not valid any more: ${message}`, details);
}

function call({ expected_version }: z.output<typeof expecting>, actor: string): ScenarioCall {
  return { actor, ...(expected_version === undefined ? {} : { expectedVersion: expected_version }) };
}

function existing<T>(scenario: T | null, name: string): T {
  if (scenario === null) throw new ApiError("not_found", `there is no scenario "${name}"`, { field: "name" });
  return scenario;
}

function changed(tenant: string, outcome: ScenarioVersion | ScenarioRefusal): z.input<typeof versionSchema> {
  if ("error" in outcome && outcome.error === "conflict") {
    const words =
      outcome.version === 0 ? "there is none now" : `version ${outcome.version} is the live one now`;
    throw new ApiError("conflict", `expected_version: ${words}`, { field: "expected_version" });
  }
  if ("error" in outcome && outcome.error === "too_many") {
    const words = `there are ${SCENARIOS_MAX} scenarios already: delete one first`;
    throw new ApiError("conflict", words, { limit: "SCENARIOS_MAX" });
  }
  // This isolate reads anew; the others when their copies are over.
  memory.scenarios.delete(tenant);
  return versionBody(settled<ScenarioVersion>(outcome as ScenarioVersion | Contended));
}

function versionBody(version: ScenarioVersion): z.input<typeof versionSchema> {
  const { name, version: number, config: stored, updatedAtMs, actor } = version;
  return { name, version: number, config: stored, updated_at: updatedAtMs, updated_by: actor };
}
