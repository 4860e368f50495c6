import { RETRY_FIRST_MS, RETRY_MAX_MS } from "./limits.ts";
import type { Reply } from "./ports.ts";

export type Outcome = { done: true } | { done: false; delayMs: number; told: boolean };

/**
 * What follows an answer. Success and refusal (4xx) both end a batch: a refused one would be refused again. Everything
 * else is tried again after a doubling delay of ±50 %, or after the server's `Retry-After` when that is longer; `told`
 * says that the server asked to be left alone until then. `random` is uniform in [0, 1).
 */
export function afterReply(reply: Reply, attempt: number, nowMs: number, random: number): Outcome {
  const { status } = reply;
  if (status >= 200 && status < 500 && status !== 408 && status !== 429) return { done: true };
  const backoffMs = Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** attempt) * (0.5 + random);
  const toldMs = retryAfterMs(reply.retryAfter, nowMs);
  return { done: false, delayMs: Math.max(backoffMs, toldMs), told: toldMs > 0 };
}

/** RFC 9110 §10.2.3: seconds or a date. 0 when absent or senseless; a day at most. */
function retryAfterMs(text: string | null | undefined, nowMs: number): number {
  const delayMs = Number(text) * 1_000 || Date.parse(text ?? "") - nowMs;
  return delayMs > 0 ? Math.min(delayMs, 86_400_000) : 0;
}
