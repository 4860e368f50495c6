import type { Context } from "hono";
import * as z from "zod";
import { Lru } from "../../src/serving/index.ts";
import type { Call, Endpoint } from "./endpoint.ts";
import { ApiError, schemaError } from "./errors.ts";

/** Longer questions carry long lists of ids: each is another, and none comes again. */
const KEPT_CHARS_MAX = 1_000;
/** About 2 MB of addresses with what they say. */
const KEPT_MAX = 1_000;
/** What an address says never changes; this only lets go of those that nobody asks any more. */
const KEPT_MS = 3_600_000;

/** Checked questions by endpoint and address: pages ask the same again and again, and a check costs more than an answer out of memory. */
const kept = new Lru<Call["query"]>({ entriesMax: KEPT_MAX, lifeMs: KEPT_MS });

/** What a body asks has no parameters beside it. */
const NO_PARAMETERS = z.object({});

/** The query by the endpoint's schema; an error names the parameter. What is given back is frozen, as others get it too. */
export function readQuery(c: Context, endpoint: Endpoint, nowMs: number): Call["query"] {
  const { method, path, tag } = endpoint;
  const query = endpoint.query ?? (tag === "answers" ? NO_PARAMETERS : undefined);
  if (query === undefined) return {};
  const { url } = c.req;
  const start = url.indexOf("?");
  const search = start < 0 ? "" : url.slice(start);
  const name = `${method} ${path}${search}`;
  const known = kept.get(name, nowMs);
  if (known !== undefined) return known;
  checkNames(url, { query, isStrict: tag === "answers" });
  const given = c.req.query();
  checkNumbers(given, query);
  const parsed = query.safeParse(given);
  if (!parsed.success) throw schemaError("invalid_parameter", parsed.error);
  freeze(parsed.data);
  if (search.length <= KEPT_CHARS_MAX) kept.set(name, parsed.data, nowMs);
  return parsed.data;
}

/**
 * Each name once; and where a misspelt one would change a list unseen, only known ones. What catalogs and beacons may be sent beside their own is left to
 * their clients.
 */
function checkNames(url: string, { query, isStrict }: { query: z.ZodObject; isStrict: boolean }): void {
  const known = new Set(["key", ...Object.keys(query.shape)]);
  const told = new Set<string>();
  for (const name of new URL(url).searchParams.keys()) {
    if (isStrict && name !== "" && !known.has(name)) {
      const others = known.size === 1 ? "what it asks stands in the body" : `${[...known].join(", ")} are`;
      throw wrong(name, `is no parameter of this call: ${others}`);
    }
    if (known.has(name) && told.has(name))
      throw wrong(name, "stands twice: it is one value, or one list with commas");
    told.add(name);
  }
}

/** In decimal digits alone: what makes numbers of texts would take `0x5`, `1e1` and blanks too. All numbers of addresses are whole. */
function checkNumbers(given: Readonly<Record<string, string>>, { shape }: z.ZodObject): void {
  for (const [name, text] of Object.entries(given))
    if (Object.hasOwn(shape, name) && isNumber(shape[name]) && !/^-?\d+$/.test(text))
      throw wrong(name, "must be a whole number, in decimal digits");
}

function isNumber(schema: unknown): boolean {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return isNumber(schema.unwrap());
  return schema instanceof z.ZodNumber;
}

function wrong(field: string, message: string): ApiError {
  return new ApiError("invalid_parameter", `${field}: ${message}`, { field });
}

function freeze(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  Object.freeze(value);
  for (const part of Object.values(value)) freeze(part);
}
