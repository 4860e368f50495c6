import { type Context, Hono } from "hono";
import { ID_CHARS_MAX } from "../../src/base/index.ts";
import type { KeyRecord } from "../../src/events/index.ts";
import { Timeline } from "../../src/serving/index.ts";
import { checkCaller, checkRoot, hasKey, readCaller, refuseSecrets } from "./access.ts";
import { type Env, servingPorts } from "./bindings.ts";
import { readJson } from "./body.ts";
import { catalogError, isCatalogPath } from "./catalog-error.ts";
import { allowAnyOrigin, originHeaders, preflight, SECURITY_HEADERS } from "./cors.ts";
import { type Call, type Endpoint, pathPattern } from "./endpoint.ts";
import { ApiError, schemaError } from "./errors.ts";
import { logFailure } from "./log.ts";
import { readQuery } from "./question.ts";
import { limitRate } from "./rate.ts";
import { countError, countSaid } from "./served.ts";
import { checkNotEnded, checkSession, openSession, sessionCookie } from "./session.ts";

export type App = Hono<{ Bindings: Env }>;
type EdgeContext = Context<{ Bindings: Env }>;

/** The HTTP face of a list of endpoints: every check of every route happens here, in one order. */
export function buildApp(endpoints: readonly Endpoint[]): App {
  const app: App = new Hono();
  for (const endpoint of endpoints) {
    app.on(endpoint.method.toUpperCase(), honoPath(endpoint.path), (c) => answer(c, endpoint));
  }
  app.options("/v1/*", (c) => preflight(c, endpoints));
  app.notFound((c) => finish(toResponse(unrouted(c, endpoints), c.req.path)));
  app.onError((error, c) => finish(failed(error, c)));
  return app;
}

async function answer(c: EdgeContext, endpoint: Endpoint): Promise<Response> {
  const { access } = endpoint;
  refuseSecrets(c.req.url);
  if (access === "open") return success(endpoint, await endpoint.handle(openCall(c, endpoint)));
  const keyInUrl = c.req.query("key") ?? null;
  const token = access === "root" || keyInUrl !== null ? null : sessionToken(c.req.raw);
  if (token !== null) return answerSession(c, endpoint, token);
  if (access === "root" || (access === "secret_or_root" && !hasKey(c.req.raw, keyInUrl))) {
    await checkRoot(c.req.raw, c.env);
    return success(endpoint, await endpoint.handle(openCall(c, endpoint, "root")));
  }
  const caller = readCaller(c.req.raw, keyInUrl, access === "publishable" ? access : "secret");
  await limitRate(endpoint.rate ?? "none", caller, c.req.raw, c.env);
  const call = { ...openCall(c, endpoint), tenant: caller.tenant, keyKind: caller.kind };
  const origin = c.req.header("origin") ?? null;
  const check = call.timeline.measure("key", checkCaller(caller, origin, call.ports));
  // Whatever the handler found, nothing leaves this function before the key's check has come back.
  const answered = endpoint.besideKeyCheck
    ? Promise.all([check, endpoint.handle(call)])
    : checkThenHandle(check, endpoint, call);
  const [record, outcome] = await answered.catch((error: unknown) => countError(error, check, call, c));
  countSaid(call, c);
  return success(endpoint, outcome, {
    ...(access === "publishable" ? originHeaders(record, origin) : {}),
    ...call.timeline.headers(),
  });
}

/** A key in the header counts before a cookie: who sends one means it. */
function sessionToken(request: Request): string | null {
  return request.headers.has("authorization") ? null : sessionCookie(request);
}

/** For the console: a session in place of the secret key. */
async function answerSession(c: EdgeContext, endpoint: Endpoint, token: string): Promise<Response> {
  const open = openCall(c, endpoint);
  const session = await openSession(c.req.raw, token, open.ports);
  const call = { ...open, tenant: session.tenant, keyKind: "secret" as const };
  const checks = Promise.all([checkSession(session, call.ports), checkNotEnded(token, c.env.KV, call.ports)]);
  const check = checks.then(([record]) => record);
  const [, outcome] = await checkThenHandle(check, endpoint, call);
  // What is imported counts; what is looked at was no visitor's answer.
  if (call.said.events > 0) countSaid(call, c);
  return success(endpoint, outcome);
}

/** Enough of a hash to tell a tenant's keys apart. */
const ACTOR_CHARS = 12;

async function checkThenHandle(
  check: Promise<KeyRecord>,
  endpoint: Endpoint,
  call: Call,
): Promise<[KeyRecord, unknown]> {
  const record = await check;
  return [record, await endpoint.handle({ ...call, actor: record.hash.slice(0, ACTOR_CHARS) })];
}

function openCall(c: EdgeContext, endpoint: Endpoint, actor = ""): Call {
  const request = c.req.raw;
  const { limit = { name: "NO_BODY", bytes: 0 }, required = false } = endpoint.body ?? {};
  const json = () => readJson(request, { limit, required });
  return {
    tenant: "",
    keyKind: "publishable",
    actor,
    query: readQuery(c, endpoint, Date.now()),
    param: (name, charsMax) => readParam(c, endpoint, name, charsMax),
    json,
    async body() {
      const parsed = endpoint.body?.schema.safeParse(await json());
      if (parsed?.success === false) throw schemaError("invalid_body", parsed.error);
      return parsed?.data;
    },
    request,
    env: c.env,
    // Made when asked for: routes without a key work before the secrets are set.
    get ports() {
      return servingPorts(c.env, (work) => c.executionCtx.waitUntil(work));
    },
    timeline: new Timeline(Date.now),
    said: { sinceMs: Date.now(), events: 0 },
  };
}

function readParam(c: EdgeContext, { path }: Endpoint, name: string, charsMax = ID_CHARS_MAX): string {
  // Hono lets stand what it cannot decode, and that would be another id. Most addresses hold nothing to be decoded.
  if (c.req.url.includes("%") && !isDecodable(sentParam(c.req.url, path, name)))
    throw new ApiError("invalid_parameter", `${name}: is not percent-encoded UTF-8`, { field: name });
  const value = c.req.param(name) ?? "";
  if (value.length <= charsMax) return value;
  throw new ApiError("invalid_parameter", `${name}: at most ${charsMax} characters`, {
    field: name,
    limit: charsMax,
  });
}

/** A parameter as the address has it; of one that takes slashes, all that follows. */
function sentParam(url: string, path: string, name: string): string {
  const at = path.split("/").findIndex((part) => part === `{${name}}` || part === `{${name}*}`);
  const parts = new URL(url).pathname.split("/").slice(at);
  return path.includes(`{${name}*}`) ? parts.join("/") : (parts[0] ?? "");
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

/** Headers that every response carries; answers are for one caller and one moment. */
const EVERY_RESPONSE = { "cache-control": "no-store", ...SECURITY_HEADERS };
const EVERY_JSON = { "content-type": "application/json", ...EVERY_RESPONSE };

/** `own` are the headers of this answer alone. In one go: each header set later crosses into the runtime once more. */
function success(endpoint: Endpoint, outcome: unknown, own: Readonly<Record<string, string>> = {}): Response {
  if (outcome instanceof Response) return finish(outcome, own);
  const headers = { ...EVERY_JSON, ...own };
  return new Response(JSON.stringify(outcome), { status: endpoint.status ?? 200, headers });
}

function finish(response: Response, own: Readonly<Record<string, string>> = {}): Response {
  for (const [name, value] of Object.entries({ ...EVERY_RESPONSE, ...own })) {
    if (name !== "cache-control" || !response.headers.has(name)) response.headers.set(name, value);
  }
  return response;
}

function failed(error: Error, c: EdgeContext): Response {
  const known = error instanceof ApiError;
  if (!known) logFailure(c.req.routePath, error);
  return toResponse(known ? error : new ApiError("internal", "something failed on our side"), c.req.path);
}

function toResponse(error: ApiError, path: string): Response {
  const response = isCatalogPath(path) ? catalogError(error) : error.toResponse();
  allowAnyOrigin(response.headers);
  return response;
}

/** 405 where the path is known under another method. */
function unrouted(c: EdgeContext, endpoints: readonly Endpoint[]): ApiError {
  const methods = endpoints
    .filter(({ path }) => pathPattern(path).test(c.req.path))
    .map(({ method }) => method.toUpperCase());
  if (methods.length === 0) return new ApiError("not_found", "there is no such route; /docs lists them all");
  const allow = methods.join(", ");
  return new ApiError("method_not_allowed", `this route takes ${allow}`, { headers: { allow } });
}

function honoPath(path: string): string {
  return path.replace(/\{(\w+)\*\}/g, ":$1{.+}").replace(/\{(\w+)\}/g, ":$1");
}
