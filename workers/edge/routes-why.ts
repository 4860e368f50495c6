import * as z from "zod";
import { HOUR_MS } from "../../src/base/index.ts";
import {
  type Explanation,
  explain,
  readRecommendationId,
  readUserToken,
  VARIANT,
  visitMark,
  whyBodySchema,
  whyQuerySchema,
} from "../../src/serving/index.ts";
import { type ListAsked, listRequest, type VisitorAsked, visitorOf } from "./asked.ts";
import { memory } from "./bindings.ts";
import { type Call, type Endpoint, endpoint } from "./endpoint.ts";
import { ApiError } from "./errors.ts";
import { ANSWER_BODY } from "./routes-answers.ts";

const reasons = {
  rank_before: z.number().nullable().describe("Its place without any rule, of the first 1,000."),
  boosts: z
    .array(z.object({ name: z.string(), by: z.number() }))
    .describe("Boosts and rotation, in standard deviations."),
  pin: z.string().optional().describe("The pin that put it there."),
  history: z
    .array(z.object({ item_id: z.string(), by: z.number() }))
    .describe("What of the history spoke for it: by how much its score falls without that item."),
};

const whySchema = z
  .object({
    model_version: z.string().nullable(),
    variant: z.string(),
    scenario: z.object({
      name: z.string(),
      version: z.number().describe("0: nothing is stored under the name."),
    }),
    items: z.array(
      z.object({ item_id: z.string(), rank: z.number(), source: z.string(), score: z.number(), ...reasons }),
    ),
    not_listed: z.array(
      z.object({
        item_id: z.string(),
        reason: z
          .string()
          .describe(
            "`unknown`, `unavailable`, `excluded`, `filter` or `filter.<name>`, `rotation`, `min_score`, `cap.<field>`, or `rank`: others came before it.",
          ),
        ...reasons,
      }),
    ),
    qualifying: z.number().nullable(),
    relaxed: z.array(z.string()),
    notices: z
      .array(z.object({ field: z.string(), message: z.string() }))
      .optional()
      .describe("What of the request was not used, and why."),
    degraded: z.object({ reason: z.string(), detail: z.string() }).optional(),
  })
  .meta({ id: "Why" });

const common = {
  path: "/v1/why",
  tag: "answers",
  access: "publishable",
  rate: "answers",
  answer: whySchema,
  exampleKey: "secret",
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
}

async function why(
  call: Pick<Call, "tenant" | "ports" | "timeline" | "request" | "keyKind">,
  asked: WhyAsked,
): Promise<unknown> {
  await checkAsker(call, asked);
  const { ports, timeline } = call;
  const isVouchedFor = await maySpeakFor(call, asked);
  const visitor = visitorOf(call, isVouchedFor ? asked : { ...asked, user_id: undefined });
  const request = listRequest(call, visitor, asked, { scenario: "recommendations" });
  const told = await explain({ ...request, items: asked.items ?? [] }, ports, { memory, timeline });
  return { ...body(told), ...(isVouchedFor ? {} : { notices: [USER_UNVOUCHED] }) };
}

const USER_UNVOUCHED = {
  field: "user_id",
  message: "was ignored: reasons tell what the user did, so a browser needs a valid user_token beside it",
};

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

function body({ modelVersion, scenario, items, unlisted, qualifying, relaxed, problem }: Explanation) {
  return {
    model_version: modelVersion,
    variant: VARIANT,
    scenario,
    items: items.map(({ itemId, rank, source, score, ...why }) => ({
      ...{ item_id: itemId, rank, source, score },
      ...reasonsBody(why),
    })),
    not_listed: unlisted.map(({ itemId, reason, ...why }) => ({
      item_id: itemId,
      reason,
      ...reasonsBody(why),
    })),
    qualifying,
    relaxed,
    ...(problem === null ? {} : { degraded: problem }),
  };
}

function reasonsBody({
  rankBefore,
  boosts,
  pin,
  history,
}: Pick<Explanation["unlisted"][number], "rankBefore" | "boosts" | "pin" | "history">) {
  return {
    rank_before: rankBefore,
    boosts,
    ...(pin === undefined ? {} : { pin }),
    history: history.map(({ itemId, by }) => ({ item_id: itemId, by })),
  };
}
