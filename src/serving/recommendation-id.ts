import {
  assert,
  equalConstantTime,
  fromBase64Url,
  RECOMMENDATION_ID_BYTES_MAX,
  toBase64Url,
} from "../base/index.ts";
import { DEGRADED_REASONS, type DegradedReason } from "./degraded.ts";
import type { Signer } from "./signer.ts";

/** What an answer was, so that the impression and the click that carry its id can be judged later. */
export interface RecommendationId {
  tenant: string;
  scenario: string;
  variant: string;
  /** Null when no model had a part in the answer. */
  modelVersion: string | null;
  seed: number;
  mintedAtMs: number;
  /** The rung of the first item; `none` for an empty answer. */
  source: string;
  /** Why the answer was less than it could be; absent where it was not, and in ids from before this was kept. */
  degraded?: DegradedReason;
}

const PURPOSE = "recommendation";
const SEPARATOR = "~";
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
    ...(id.degraded === undefined ? [] : [id.degraded]),
  ];
  assert(
    payload.every((part) => !part.includes(SEPARATOR)),
    "no part of a recommendation id holds its separator",
  );
  const text = toBase64Url(new TextEncoder().encode(payload.join(SEPARATOR)));
  const token = `${text}.${await signer.sign(PURPOSE, text)}`;
  assert(token.length <= RECOMMENDATION_ID_BYTES_MAX, `recommendation id of ${token.length} B`);
  return token;
}

/** Null unless the token is one of ours, unchanged. */
export async function readRecommendationId(token: string, signer: Signer): Promise<RecommendationId | null> {
  if (token.length > RECOMMENDATION_ID_BYTES_MAX) return null;
  const [text, signature] = token.split(".");
  if (text === undefined || signature?.length !== SIGNATURE_CHARS) return null;
  if (!equalConstantTime(signature, await signer.sign(PURPOSE, text))) return null;
  return peekRecommendationId(token);
}

/** What a token says of itself, whoever made it: for sums over many, in which one forged token weighs as much as one request. */
export function peekRecommendationId(token: string): RecommendationId | null {
  const bytes = fromBase64Url(token.split(".")[0] ?? "");
  if (bytes === null) return null;
  const [format, tenant, scenario, variant, modelVersion, seed, mintedAt, source, degraded] =
    new TextDecoder().decode(bytes).split(SEPARATOR) as (string | undefined)[];
  if (format !== "1" || tenant === undefined || scenario === undefined || variant === undefined) return null;
  if (modelVersion === undefined || seed === undefined || mintedAt === undefined || source === undefined) {
    return null;
  }
  const reason = DEGRADED_REASONS.find((name) => name === degraded);
  return {
    tenant,
    scenario,
    variant,
    modelVersion: modelVersion === "" ? null : modelVersion,
    seed: Number.parseInt(seed, 36),
    mintedAtMs: Number.parseInt(mintedAt, 36),
    source,
    ...(reason === undefined ? {} : { degraded: reason }),
  };
}
