import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import fc from "fast-check";
import { Hono } from "hono";
import { beforeAll, describe, expect, it } from "vitest";
import { hashKey, makeKey } from "../../src/events/index.ts";
import { buildApp } from "../../workers/edge/app.ts";
import { type Env, memory } from "../../workers/edge/bindings.ts";
import type { Endpoint } from "../../workers/edge/endpoint.ts";
import { ApiError } from "../../workers/edge/errors.ts";
import { readQuery } from "../../workers/edge/question.ts";
import { answerRoutes } from "../../workers/edge/routes-answers.ts";
import { rankRoutes } from "../../workers/edge/routes-rank.ts";
import { whyRoutes } from "../../workers/edge/routes-why.ts";
import { migrated } from "./migrated.ts";

const ROUTES = [...answerRoutes, ...rankRoutes, ...whyRoutes];
const ASKED = ROUTES.filter(({ query }) => query !== undefined);
const NAMES = [
  ...new Set(ASKED.flatMap(({ query }) => Object.keys(query?.shape ?? {}))),
  ...["key", "__proto__", "constructor", "colour", ""],
];

const value = fc.oneof(
  fc.constantFrom(
    "1",
    "10",
    "0",
    "-1",
    "1e2",
    " 7",
    "24h",
    "1h",
    "first",
    "title,price",
    "a,b,c",
    "",
    ",",
    "x",
  ),
  fc.string({ unit: "grapheme", maxLength: 12 }).map(encodeURIComponent),
  fc.string({ maxLength: 12 }).map((text) => text.replace(/[#\s\\]/g, "%")),
  fc.integer({ min: -5, max: 2_500 }).map(String),
);
const pair = fc
  .tuple(fc.constantFrom(...NAMES), value, fc.boolean())
  .map(([name, text, bare]) => (bare && text === "" ? name : `${name}=${text}`));
const search = fc
  .array(pair, { maxLength: 5 })
  .map((pairs) => (pairs.length === 0 ? "" : `?${pairs.join("&")}`));
const question = fc.tuple(fc.constantFrom(...ASKED), search);

/** What one request's question comes to, kept or read anew. */
type Outcome = { said: unknown } | { refused: string; field: unknown };

/** The first name that the endpoint does not have, or that stands a second time. */
function wrongName({ query }: Endpoint, url: string): string | undefined {
  const names = [...new URL(url).searchParams.keys()];
  const has = (name: string) => name === "key" || Object.hasOwn(query?.shape ?? {}, name);
  return names.find((name, at) => name !== "" && (!has(name) || names.indexOf(name) < at));
}

/** Of the names that the endpoint has, the first one of a number that is not written in digits. */
function notInDigits({ query }: Endpoint, given: Record<string, string>): string | undefined {
  const isNumber = (name: string) => ["limit", "timeout_ms"].includes(name) && name in (query?.shape ?? {});
  return Object.keys(given).find((name) => isNumber(name) && !/^-?[0-9]+$/.test(given[name] ?? ""));
}

async function outcomes(endpoint: Endpoint, url: string): Promise<{ kept: Outcome[]; anew: Outcome }> {
  let found: { kept: Outcome[]; anew: Outcome } | undefined;
  const app = new Hono().get("*", (c) => {
    const kept = [0, 1, 2].map((): Outcome => {
      try {
        return { said: readQuery(c, endpoint, 0) };
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        return { refused: error.message, field: error.details.field };
      }
    });
    const parsed = endpoint.query?.safeParse(c.req.query());
    const issue = parsed?.error?.issues[0];
    const name = wrongName(endpoint, url);
    const number = notInDigits(endpoint, c.req.query());
    const anew: Outcome =
      name !== undefined
        ? { refused: expect.stringContaining(`${name}: `), field: name }
        : number !== undefined
          ? { refused: `${number}: must be a whole number, in decimal digits`, field: number }
          : parsed?.success === true
            ? { said: parsed.data }
            : { refused: `${issue?.path.join(".")}: ${issue?.message}`, field: issue?.path.join(".") };
    found = { kept, anew };
    return c.body(null);
  });
  await app.request(url);
  if (found === undefined) throw new Error(`${url} was not handled`);
  return found;
}

const isDeepFrozen = (value: unknown): boolean =>
  typeof value !== "object" ||
  value === null ||
  (Object.isFrozen(value) && Object.values(value).every(isDeepFrozen));

describe("a question in an address", () => {
  it("means the same when it is kept as when it is read anew, whatever was asked in between", async () => {
    let said = 0;
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(question, async ([endpoint, text]) => {
        const { kept, anew } = await outcomes(endpoint, `https://shop.example/v1/x${text}`);
        for (const one of kept) expect(one).toEqual(anew);
        if ("said" in anew) said++;
        else refused++;
        for (const one of kept) expect(isDeepFrozen("said" in one ? one.said : null)).toBe(true);
      }),
      { numRuns: 5_000, seed: 5 },
    );
    // Both kinds in plenty: a test of refusals alone would show nothing.
    expect(Math.min(said, refused)).toBeGreaterThan(500);
  });
});

it("a number in an address is a whole one in decimal digits", async () => {
  const [endpoint] = ASKED as [Endpoint];
  const ask = async (search: string) =>
    (await outcomes(endpoint, `https://shop.example/v1/x?${search}`)).kept[0];
  for (const text of ["0x5", "1e1", "%20", "", "%205", "5.0", "+5", "Infinity"])
    expect(await ask(`limit=${text}`), text).toEqual({
      refused: "limit: must be a whole number, in decimal digits",
      field: "limit",
    });
  expect(await ask("limit=-1")).toMatchObject({ field: "limit", refused: expect.stringContaining(">=1") });
  expect(await ask("limit=5&timeout_ms=050")).toEqual({ said: { limit: 5, timeout_ms: 50 } });
});

it("what a body asks has no parameters beside it: one that would change the list is not passed over", async () => {
  const posted = ROUTES.filter(({ query }) => query === undefined);
  expect(posted.map(({ path }) => path)).toContain("/v1/recommendations");
  for (const endpoint of posted) {
    const ask = async (search: string) =>
      (await outcomes(endpoint, `https://shop.example/v1/x${search}`)).kept[0];
    for (const search of ["", "?", "?key=pk_x", "?key="])
      expect(await ask(search), search).toEqual({ said: {} });
    for (const search of ["?country=DE", "?key=pk_x&country=DE", "?country=DE&key=pk_x"])
      expect(await ask(search), search).toEqual({
        refused: "country: is no parameter of this call: what it asks stands in the body",
        field: "country",
      });
    expect(await ask("?key=pk_x&key=sk_y")).toMatchObject({ field: "key" });
  }
});

const KEY = makeKey("secret", "shore", new Uint8Array(24).fill(3));

const edge = {
  ...env,
  SCORER: { score: async () => ({ status: "no_model" }) },
  RATE_ANSWERS: { limit: async () => ({ success: true }) },
  SIGNING_SECRET: "the tests' secret",
} as unknown as Env;

describe("handlers", () => {
  beforeAll(async () => {
    await migrated(env.DB, "core");
    await migrated(env.PROFILES_0, "profiles");
  });

  it("run beside the key's check and write to nothing that is kept: a kept question is answered as a new one", async () => {
    const record = { hash: await hashKey(KEY), tenant: "shore", kind: "secret" as const, origins: [] };
    const app = buildApp(ROUTES);
    const statuses = new Map<number, number>();
    await fc.assert(
      fc.asyncProperty(question, async ([{ path }, text]) => {
        memory.keys.set(KEY, { ...record, createdAtMs: 0, revokedAtMs: null }, Date.now());
        const url = `https://shop.example${path.replace("{id}", "boots")}${text.replace(/key=[^&]*/, "")}`;
        const ask = async () => {
          const init = { headers: { authorization: `Bearer ${KEY}` } };
          const response = await app.request(url, init, edge, createExecutionContext());
          const {
            recommendation_id: _,
            next_cursor: __,
            ...body
          } = (await response.json()) as Record<string, unknown>;
          return { status: response.status, body };
        };
        const [first, second] = [await ask(), await ask()];
        expect([200, 400]).toContain(first.status);
        expect(second).toEqual(first);
        statuses.set(first.status, (statuses.get(first.status) ?? 0) + 1);
      }),
      { numRuns: 400, seed: 5 },
    );
    expect(statuses.get(200)).toBeGreaterThan(30);
  });

  it("of lists run beside the key's check, so that a cold isolate needs no round for the key alone", () => {
    const waiting = ROUTES.filter(({ besideKeyCheck }) => besideKeyCheck !== true).map(({ path }) => path);
    // Reasons are for people, and say more than lists do.
    expect([...new Set(waiting)]).toEqual(["/v1/why"]);
  });
});
