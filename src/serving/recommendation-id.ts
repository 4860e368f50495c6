import {
  assert,
  equalConstantTime,
  fnv1a32,
  RECOMMENDATION_ID_BYTES_MAX,
  toBase64Url,
} from "../base/index.ts";
import { LIST_ORIGIN_SEPARATOR, type ListOrigin, readListOrigin } from "../events/index.ts";
import { DEGRADED_REASONS, type DegradedReason } from "./degraded.ts";
import type { Signer } from "./signer.ts";

/** What an answer was, so that the impression and the click that carry its id can be judged later. */
export interface RecommendationId extends ListOrigin {
  degraded?: DegradedReason;
}

const PURPOSE = "recommendation";
const SIGNATURE_CHARS = 22;

/** `<payload>.<signature>`, both base64url. Readable by anyone, made by us only. */
export async function mintRecommendationId(id: RecommendationId, signer: Signer): Promise<string> {
  const payload = [
    "1",
    id.tenant,
    id.scenario,
    id.variant,
    id.modelVersion ?? "",
    id.seed.toString(36),
    id.mintedAtMs.toString(36),
    id.source,
    ...withoutEmptyEnd([id.degraded ?? "", id.visit ?? "", id.explored ?? ""]),
  ];
  assert(
    payload.every((part) => !part.includes(LIST_ORIGIN_SEPARATOR)),
    "no part of a recommendation id holds its separator",
  );
  const text = toBase64Url(new TextEncoder().encode(payload.join(LIST_ORIGIN_SEPARATOR)));
  const token = `${text}.${await signer.sign(PURPOSE, text)}`;
  assert(token.length <= RECOMMENDATION_ID_BYTES_MAX, `recommendation id of ${token.length} B`);
  return token;
}

function withoutEmptyEnd(parts: readonly string[]): readonly string[] {
  const last = parts.findLastIndex((part) => part !== "");
  return parts.slice(0, last + 1);
}

/**
 * What a recommendation id says of whom it was for: enough to know the same visit of the same device again. 32 bits lead back to no id that was drawn at
 * random.
 */
export function visitMark({
  session_id,
  anonymous_id,
}: {
  session_id?: string | undefined;
  anonymous_id?: string | undefined;
}): string | undefined {
  if (session_id === undefined && anonymous_id === undefined) return undefined;
  return fnv1a32(JSON.stringify([session_id, anonymous_id])).toString(36);
}

/** Null unless the token is one of ours, unchanged. */
export async function readRecommendationId(token: string, signer: Signer): Promise<RecommendationId | null> {
  if (token.length > RECOMMENDATION_ID_BYTES_MAX) return null;
  const [text, signature, ...more] = token.split(".");
  if (text === undefined || signature?.length !== SIGNATURE_CHARS || more.length > 0) return null;
  if (!equalConstantTime(signature, await signer.sign(PURPOSE, text))) return null;
  const said = readListOrigin(token);
  if (said === null) return null;
  const { degraded, ...id } = said;
  const reason = DEGRADED_REASONS.find((name) => name === degraded);
  return { ...id, ...(reason === undefined ? {} : { degraded: reason }) };
}
