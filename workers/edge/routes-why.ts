import { HOUR_MS } from "../../src/base/index.ts";
import type { NoVersion, Unlisted } from "../../src/registry/index.ts";
import {
  explain,
  readRecommendationId,
  readUserToken,
  visitMark,
  whyBodySchema,
  whyQuerySchema,
} from "../../src/serving/index.ts";
import { type ListAsked, listRequest, type VisitorAsked, visitorOf } from "./asked.ts";
import { memory } from "./bindings.ts";
import { type Call, type Endpoint, endpoint } from "./endpoint.ts";
import { ApiError } from "./errors.ts";
import { ANSWER_BODY } from "./routes-answers.ts";
import { whyBody, whySchema } from "./why-body.ts";

const common = {
  path: "/v1/why",
  tag: "answers",
  access: "publishable",
  rate: "answers",
  answer: whySchema,
  exampleKey: "secret",
  // A `model_version` that is not kept.
  mayMiss: true,
} as const;

/** Why these items, and why not those: for the shop's own people, and for a page that tells its visitor. */
export const whyRoutes: Endpoint[] = [
  endpoint({
    ...common,
    method: "get",
    summary: "Why a visitor's list is as it is, item by item, and why other items are not in it.",
    query: whyQuerySchema,
    exampleQuery: { user_id: "ann", items: "item-3" },
    handle: (call) => why(call, call.query),
  }),
  endpoint({
    ...common,
    method: "post",
    summary: "The same of a list that was asked for with rules.",
    body: {
      schema: whyBodySchema,
      limit: ANSWER_BODY,
      required: true,
      example: { user_id: "ann", items: ["item-2"], rules: { filter: { price: { lt: 50 } } } },
    },
    handle: async (call) => why(call, await call.body()),
  }),
];

interface WhyAsked extends ListAsked, VisitorAsked {
  items?: readonly string[] | undefined;
  recommendation_id?: string | undefined;
  model_version?: string | undefined;
}

async function why(
  call: Pick<Call, "tenant" | "ports" | "timeline" | "request" | "keyKind">,
  asked: WhyAsked,
): Promise<unknown> {
  if (asked.model_version !== undefined && call.keyKind !== "secret") {
    const field = "model_version";
    throw new ApiError("invalid_parameter", `${field}: needs a secret key, as a version is loaded for it`, {
      field,
    });
  }
  await checkAsker(call, asked);
  const { ports, timeline } = call;
  const isVouchedFor = await maySpeakFor(call, asked);
  const visitor = visitorOf(call, isVouchedFor ? asked : { ...asked, user_id: undefined });
  const request = listRequest(call, visitor, asked, { scenario: "recommendations" });
  const about = { items: asked.items ?? [], modelVersion: asked.model_version };
  const told = await explain({ ...request, ...about }, ports, { memory, timeline });
  if (told.noVersion !== undefined) throw versionRefusal(asked.model_version, told.noVersion);
  if (isVouchedFor) return whyBody(told);
  return { ...whyBody({ ...told, unlisted: told.unlisted.map(unclaimed) }), notices: [USER_UNVOUCHED] };
}

function versionRefusal(version: string | undefined, { problem, detail }: NoVersion): ApiError {
  const field = "model_version";
  if (problem === "unfit")
    return new ApiError("unavailable", `${field}: ${version} cannot be loaded: ${detail}`, { field });
  return new ApiError(
    "not_found",
    `${field}: ${version} is not kept; GET /v1/admin/models lists those that are`,
    { field },
  );
}

const USER_UNVOUCHED = {
  field: "user_id",
  message: "was ignored: reasons tell what the user did, so a browser needs a valid user_token beside it",
};

/** Reasons by which an item stands behind others: in the user's own list, which has not been asked about, others may be those. */
const BY_SCORE = /^(rank|min_score|cap\.)/;

function unclaimed(unlisted: Unlisted): Unlisted {
  return BY_SCORE.test(unlisted.reason) ? { ...unlisted, reason: "unvouched" } : unlisted;
}

/**
 * Where a tenant asks for no token, anybody may have a list made in a user's name. Its reasons name the items of the user's history, and go only to
 * whom the tenant's server vouches for.
 */
async function maySpeakFor(
  { keyKind, tenant, ports }: Pick<Call, "keyKind" | "tenant" | "ports">,
  { user_id, user_token }: VisitorAsked,
): Promise<boolean> {
  if (user_id === undefined || keyKind === "secret") return true;
  if (user_token === undefined) return false;
  const { signer, now } = ports;
  return (await readUserToken(tenant, user_token, { signer, nowMs: now() })) === user_id;
}

/** A list is explained to those who were given it, for an hour: a history is nobody else's business. */
const EXPLAINABLE_MS = HOUR_MS;

async function checkAsker(
  { keyKind, tenant, ports }: Pick<Call, "keyKind" | "tenant" | "ports">,
  asked: WhyAsked,
): Promise<void> {
  if (keyKind === "secret") return;
  const field = "recommendation_id";
  if (asked.recommendation_id === undefined) {
    throw new ApiError("forbidden", `${field}: needed beside a publishable key; a secret key asks without`, {
      field,
    });
  }
  const id = await readRecommendationId(asked.recommendation_id, ports.signer);
  const isOwn =
    id !== null && id.tenant === tenant && id.visit !== undefined && id.visit === visitMark(asked);
  if (!isOwn || Date.now() - id.mintedAtMs > EXPLAINABLE_MS) {
    const words = `${field}: is of no list that was given lately to this session_id and anonymous_id`;
    throw new ApiError("forbidden", words, { field });
  }
}
