import type { Context } from "hono";
import { SECOND_MS } from "../../src/base/index.ts";
import type { KeyRecord } from "../../src/events/index.ts";
import { type Answer, ServedCounter } from "../../src/serving/index.ts";
import { type Env, pipeline } from "./bindings.ts";
import { ApiError } from "./errors.ts";
import { logFailure } from "./log.ts";

/** What there is to count of a call. */
export interface Said {
  /** When it came in. */
  sinceMs: number;
  /** The lists of its answer. */
  answer?: readonly Pick<Answer, "modelVersion" | "degraded">[];
  /** Accepted. */
  events: number;
}

interface Told {
  tenant: string;
  said: Said;
}

const counter = new ServedCounter();
/** The runtime keeps an isolate for thirty seconds after an answer: what has come together by then is told in one go. */
const TELL_AFTER_MS = 25 * SECOND_MS;
/** An isolate's first is told sooner, so that a site that has just begun sees something. */
const FIRST_AFTER_MS = 2 * SECOND_MS;
let hasTold = false;
/** Somebody is about to tell until then; whoever comes later begins anew, for a telling may have been cut off. */
let dueMs = 0;

/** Of keys that proved good only. Costs a few additions; telling is of an isolate, twice a minute at the most, and never of an answer. */
export function countSaid({ tenant, said }: Told, c: Context<{ Bindings: Env }>): void {
  const { answer, events, sinceMs } = said;
  if (answer !== undefined) {
    counter.answer(tenant, {
      waitedMs: Date.now() - sinceMs,
      isPersonal: answer.some(({ modelVersion }) => modelVersion !== null),
      degraded: answer.find(({ degraded }) => degraded !== undefined)?.degraded?.reason,
    });
  } else if (events > 0) counter.events(tenant, events);
  else return;
  tellSoon(c);
}

/** What failed on our side is counted once the key has proved good; then it goes its way. */
export async function countError(
  error: unknown,
  check: Promise<KeyRecord>,
  { tenant }: Told,
  c: Context<{ Bindings: Env }>,
): Promise<never> {
  if (!(error instanceof ApiError)) {
    await check;
    counter.error(tenant);
    tellSoon(c);
  }
  throw error;
}

function tellSoon(c: Context<{ Bindings: Env }>): void {
  const nowMs = Date.now();
  if (nowMs < dueMs) return;
  const afterMs = hasTold ? TELL_AFTER_MS : FIRST_AFTER_MS;
  dueMs = nowMs + afterMs;
  c.executionCtx.waitUntil(tell(c.env, afterMs));
}

/** What could not be told is lost, and a line in the log says so: these are figures for people, and shares for the guardrails' second look. */
async function tell(env: Env, afterMs: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  hasTold = true;
  const told = counter.take();
  try {
    if (told.length > 0) await pipeline(env).countServed(told);
  } catch (error) {
    logFailure("counts of answers", error);
  }
}
