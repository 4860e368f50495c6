import * as z from "zod";
import { SCENARIO_BYTES_MAX } from "../../src/base/index.ts";
import { isStandardType } from "../../src/events/index.ts";
import { scenarioSchema } from "../../src/serving/index.ts";
import { type Env, pipeline } from "./bindings.ts";
import { endpoint } from "./endpoint.ts";
import { ApiError, type Issue, issuesOf } from "./errors.ts";
import { SMALL_BODY } from "./routes-admin.ts";

const problemSchema = z.object({
  field: z.string().describe("The dotted path into the body; empty: all of it."),
  message: z.string(),
  limit: z.number().optional(),
});

/** For forms: what storing it would refuse, all at once, before anybody stores it. */
export const scenarioCheckRoute = endpoint({
  tag: "admin",
  access: "secret",
  method: "post",
  path: "/v1/admin/scenarios:check",
  summary: "Says all that is wrong with a scenario, and stores nothing.",
  body: {
    schema: scenarioSchema,
    limit: SMALL_BODY,
    required: true,
    example: { rules: { filter: { price: { lte: 80 } } }, limit: 8 },
  },
  answer: z.object({ problems: z.array(problemSchema).describe("Empty: it can be stored.") }),
  async handle({ tenant, env, json }) {
    return { problems: await problemsOf(env, tenant, await json()) };
  },
});

async function problemsOf(env: Env, tenant: string, given: unknown): Promise<Issue[]> {
  const parsed = scenarioSchema.safeParse(given);
  if (!parsed.success) return issuesOf(parsed.error);
  const large = tooLarge(given);
  if (large !== null) return [{ field: "", message: large, limit: SCENARIO_BYTES_MAX }];
  const types = await unknownTypes(env, tenant, Object.keys(parsed.data.event_weights ?? {}));
  return types.map((type) => ({ field: `event_weights.${type}`, message: UNKNOWN_TYPE }));
}

/** Refuses with 413 what is over `SCENARIO_BYTES_MAX` as JSON, of which there is no schema. */
export function refuseTooLarge(given: unknown): void {
  const words = tooLarge(given);
  if (words !== null) throw new ApiError("too_large", words, { limit: "SCENARIO_BYTES_MAX" });
}

/** A weight of a type that no event has would never count, and nobody would be told: refused with 400. */
export async function refuseUnknownTypes(env: Env, tenant: string, types: readonly string[]): Promise<void> {
  const [unknown] = await unknownTypes(env, tenant, types);
  if (unknown === undefined) return;
  const field = `event_weights.${unknown}`;
  throw new ApiError("invalid_body", `${field}: ${UNKNOWN_TYPE}`, { field });
}

const UNKNOWN_TYPE = "is neither a standard type of events nor one of the tenant's custom_event_types";

function tooLarge(given: unknown): string | null {
  const bytes = new TextEncoder().encode(JSON.stringify(given)).byteLength;
  if (bytes <= SCENARIO_BYTES_MAX) return null;
  return `the scenario has ${bytes} bytes as JSON, over the ${SCENARIO_BYTES_MAX} allowed`;
}

async function unknownTypes(env: Env, tenant: string, types: readonly string[]): Promise<string[]> {
  const others = types.filter((type) => !isStandardType(type));
  if (others.length === 0) return [];
  const custom = (await pipeline(env).getTenant(tenant))?.customEventTypes ?? [];
  return others.filter((type) => !custom.includes(type));
}
