import { MINUTE_MS } from "../../src/base/index.ts";
import { within } from "../../src/serving/index.ts";
import type { Caller } from "./access.ts";
import { type Env, memory, timer } from "./bindings.ts";
import { ApiError } from "./errors.ts";
import { networkOf } from "./network.ts";

export type Rate = "events" | "answers" | "none";

/** The period of both limits in `wrangler.toml`. */
const PERIOD_MS = MINUTE_MS;
/** Requests of one client per minute that this isolate lets through by itself: a visitor's page never makes more. */
const UNASKED_MAX = 30;
/** Clients counted here at once; beyond them the platform is asked about everyone. About 5 MB. */
const CLIENTS_MAX = 50_000;

/** The platform's counter stands in the same data centre. One that fails or takes longer stops nobody: answers come before limits. */
const COUNTER_MS = 50;

let epoch = 0;
const counts = new Map<string, number>();

/**
 * Per tenant, kind of key and client address, counted before the key is looked up. A key that has not proved good here counts under its address alone: so
 * guessing keys is limited as one client, whatever tenants they name. The platform's counter is asked only about clients that are busy already, and so
 * adds nothing to a visitor's answer. A server with a proven secret key sends for many visitors from one address and is not limited.
 */
export async function limitRate(rate: Rate, caller: Caller, request: Request, env: Env): Promise<void> {
  if (rate === "none") return;
  const nowMs = Date.now();
  const isProven = memory.provenKeys.get(caller.key, nowMs) !== undefined;
  if (isProven && caller.kind === "secret") return;
  const address = networkOf(request.headers.get("cf-connecting-ip") ?? "local");
  const key = isProven ? `${caller.tenant} ${caller.kind} ${address}` : address;
  if (countHere(`${rate} ${key}`, nowMs) <= UNASKED_MAX) return;
  const limiter = rate === "events" ? env.RATE_EVENTS : env.RATE_ANSWERS;
  const counted = await within(limiter.limit({ key }), COUNTER_MS, timer);
  if (counted.status !== "ok" || counted.value.success) return;
  const waitS = PERIOD_MS / 1_000;
  throw new ApiError("rate_limited", `too many requests from one address; try again in ${waitS} s`, {
    headers: { "retry-after": String(waitS) },
  });
}

/** How many requests of this client there were in the current minute, this one included. */
function countHere(key: string, nowMs: number): number {
  const now = Math.floor(nowMs / PERIOD_MS);
  if (now !== epoch) {
    epoch = now;
    counts.clear();
  }
  const before = counts.get(key);
  if (before === undefined && counts.size >= CLIENTS_MAX) return UNASKED_MAX + 1;
  const count = (before ?? 0) + 1;
  counts.set(key, count);
  return count;
}
