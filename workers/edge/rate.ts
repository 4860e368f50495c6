import type { Caller } from "./access.ts";
import { type Env, memory } from "./bindings.ts";
import { ApiError } from "./errors.ts";

export type Rate = "events" | "answers" | "none";

/** The period of both limits in `wrangler.toml`. */
const PERIOD_S = 60;

/**
 * Per tenant, kind of key and client address, counted before the key is looked up: so guessing keys costs no reads either. A
 * server with a known secret key sends for many visitors from one address and is not limited.
 */
export async function limitRate(rate: Rate, caller: Caller, request: Request, env: Env): Promise<void> {
  if (rate === "none") return;
  if (caller.kind === "secret" && memory.keys.get(caller.key, Date.now()) !== undefined) return;
  const address = request.headers.get("cf-connecting-ip") ?? "local";
  const limiter = rate === "events" ? env.RATE_EVENTS : env.RATE_ANSWERS;
  const { success } = await limiter.limit({ key: `${caller.tenant} ${caller.kind} ${address}` });
  if (success) return;
  throw new ApiError("rate_limited", `too many requests from one address; try again in ${PERIOD_S} s`, {
    headers: { "retry-after": String(PERIOD_S) },
  });
}
