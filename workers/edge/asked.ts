import type { ItemField } from "../../src/events/index.ts";
import type { RequestContext } from "../../src/registry/index.ts";
import { NO_RULES, type Place, type Rules, type Scalar } from "../../src/rules/index.ts";
import {
  type Answer,
  type AnswerBody,
  type AnswerRequest,
  answerBody,
  type Cursor,
  FIRST_PAGE,
  mintCursor,
  readCursor,
  type Subject,
  visitMark,
} from "../../src/serving/index.ts";
import type { Call } from "./endpoint.ts";
import { ApiError } from "./errors.ts";
import { placeOf } from "./place.ts";

/** What every form of question may say of the list that it wants; absent: as its scenario says. */
export interface ListAsked {
  limit?: number | undefined;
  exclude?: readonly string[] | undefined;
  fields?: readonly ItemField[] | undefined;
  scenario?: string | undefined;
  rules?: Rules | undefined;
  timeout_ms?: number | undefined;
}

/** What a question may say of who asks. */
export interface VisitorAsked {
  user_id?: string | undefined;
  anonymous_id?: string | undefined;
  session_id?: string | undefined;
  user_token?: string | undefined;
  referrer?: string | undefined;
  country?: string | undefined;
  device?: string | undefined;
  recent?: readonly string[] | undefined;
  attributes?: Record<string, Scalar> | undefined;
  location?: Place | undefined;
}

/** What a browser's own request tells. One that could say otherwise could lift what a scenario's filter keeps to a country. */
const SERVERS_ALONE = ["country", "device"] as const;

export function visitorOf({ keyKind }: Pick<Call, "keyKind">, asked: VisitorAsked): Subject {
  const field = keyKind === "secret" ? undefined : SERVERS_ALONE.find((name) => asked[name] !== undefined);
  if (field !== undefined) {
    const message = `${field}: needs a secret key; a browser's own request tells it`;
    throw new ApiError("invalid_parameter", message, { field });
  }
  const { user_id, anonymous_id, user_token, recent = [] } = asked;
  const visitor = {
    keyKind,
    recent,
    ...(user_id === undefined ? {} : { userId: user_id }),
    ...(anonymous_id === undefined ? {} : { anonymousId: anonymous_id }),
    ...(user_token === undefined ? {} : { userToken: user_token }),
  };
  return { kind: "visitor", visitor };
}

/** `scenario`: what the list is for where the question does not say. */
export function listRequest(
  call: Pick<Call, "tenant" | "request" | "keyKind" | "timeline">,
  subject: Subject,
  asked: ListAsked & Omit<VisitorAsked, "recent">,
  { scenario, cursor = null }: { scenario: string; cursor?: Cursor | null },
): AnswerRequest {
  call.timeline.allow(asked.timeout_ms);
  const [seed = 0] = crypto.getRandomValues(new Uint32Array(1));
  return {
    tenant: call.tenant,
    scenario: asked.scenario ?? scenario,
    subject,
    ids: asked,
    limit: asked.limit ?? null,
    exclude: asked.exclude ?? [],
    fields: asked.fields ?? null,
    rules: asked.rules ?? NO_RULES,
    attributes: asked.attributes ?? {},
    location: asked.location ?? null,
    referrer: asked.referrer ?? null,
    cursor,
    visit: visitMark(asked) ?? null,
    context: () => contextOf(call, asked),
    seed,
  };
}

/** What a question says comes before what its request tells. */
function contextOf(
  call: Pick<Call, "request" | "keyKind">,
  { country, device }: Pick<VisitorAsked, "country" | "device">,
): RequestContext {
  return {
    ...placeOf(call),
    ...(country === undefined ? {} : { country }),
    ...(device === undefined ? {} : { device }),
  };
}

/** A list's name for its cursors: what it is, and what it is asked about. */
export interface Paging {
  list: string;
  cursor?: string | undefined;
}

/** Null where the question does not page. */
export async function cursorOf(
  { tenant, ports }: Pick<Call, "tenant" | "ports">,
  { list, cursor }: Paging,
): Promise<Cursor | null> {
  if (cursor === undefined) return null;
  if (cursor === FIRST_PAGE) return { shown: new Set() };
  const read = await readCursor(cursor, { tenant, list }, ports.signer);
  if (read !== null) return read;
  const message = `cursor: is none of this list's; begin with \`${FIRST_PAGE}\``;
  throw new ApiError("invalid_parameter", message, { field: "cursor" });
}

export async function pageBody(
  { tenant, ports }: Pick<Call, "tenant" | "ports">,
  answer: Answer,
  list: string,
): Promise<AnswerBody> {
  if (answer.next === undefined) return answerBody(answer);
  if (answer.next === null) return answerBody(answer, null);
  return answerBody(answer, await mintCursor(answer.next, { tenant, list }, ports.signer));
}
