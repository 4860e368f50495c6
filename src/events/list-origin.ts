import { fromBase64Url } from "../base/index.ts";

/** What a recommendation id says of the list that it was given with. */
export interface ListOrigin {
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
  degraded?: string;
  /** A hash of the visit or device that the list was for; absent where neither was named. */
  visit?: string;
  /** How the list was explored, for `serving` to read; absent where it was not. */
  explored?: string;
}

/** Between the parts of an id's payload. */
export const LIST_ORIGIN_SEPARATOR = "~";

/**
 * The payload of a recommendation id, whoever made it: for sums over many, in which one forged id weighs as much as one request.
 * Null for what is none. Whether it is ours, only `serving` can tell.
 */
export function readListOrigin(recommendationId: string): ListOrigin | null {
  const bytes = fromBase64Url(recommendationId.split(".")[0] ?? "");
  if (bytes === null) return null;
  const parts = new TextDecoder().decode(bytes).split(LIST_ORIGIN_SEPARATOR) as (string | undefined)[];
  const [format, tenant, scenario, variant, modelVersion, seed, mintedAt, source, ...more] = parts;
  if (format !== "1" || tenant === undefined || scenario === undefined || variant === undefined) return null;
  if (modelVersion === undefined || seed === undefined || mintedAt === undefined || source === undefined) {
    return null;
  }
  return {
    tenant,
    scenario,
    variant,
    modelVersion: modelVersion === "" ? null : modelVersion,
    seed: Number.parseInt(seed, 36),
    mintedAtMs: Number.parseInt(mintedAt, 36),
    source,
    ...named("degraded", more[0]),
    ...named("visit", more[1]),
    ...named("explored", more[2]),
  };
}

/** Empty where a later part is there and this one is not. */
function named<Name extends string>(name: Name, value: string | undefined): Partial<Record<Name, string>> {
  return value === undefined || value === "" ? {} : ({ [name]: value } as Record<Name, string>);
}
