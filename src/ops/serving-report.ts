import type { D1Database } from "@cloudflare/workers-types";
import { DAY_MS, HOUR_MS } from "../base/index.ts";
import {
  readServed,
  SERVED_SLOT_MS,
  type Served,
  type ServedCounts,
  WAITED_BOUNDS_MS,
} from "../features/index.ts";

/** How the edge answered, by its own counts. They come within half a minute; what an isolate had counted when it was taken away is missing. */
export interface ServingReport {
  lastHour: ServingSummary;
  lastDay: ServingSummary;
  /** Oldest first; those without an answer are left out. */
  hours: (ServingSummary & { fromMs: number })[];
}

export interface ServingSummary {
  answers: number;
  /** Requests that failed on our side. */
  errors: number;
  /** Answers in which the model had a part. */
  personal: number;
  degraded: number;
  reasons: Record<string, number>;
  /** Null: nothing was answered. */
  waited: { p50Ms: number; p95Ms: number; p99Ms: number } | null;
}

/** A few hundred rows of D1 at the most for each isolate and day. */
export async function readServing(
  profiles: D1Database,
  tenant: string,
  nowMs: number,
): Promise<ServingReport> {
  const [slots, hours] = await Promise.all([
    readServed(profiles, tenant, { fromMs: nowMs - HOUR_MS, everyMs: SERVED_SLOT_MS }),
    readServed(profiles, tenant, { fromMs: nowMs - DAY_MS, everyMs: HOUR_MS }),
  ]);
  return {
    lastHour: summary(added(slots)),
    lastDay: summary(added(hours)),
    hours: hours.map(({ fromMs, counts }) => ({ fromMs, ...summary(counts) })),
  };
}

function added(stretches: readonly Served[]): ServedCounts {
  const sum: Record<string, number> = {};
  for (const { counts } of stretches)
    for (const [name, count] of Object.entries(counts)) sum[name] = (sum[name] ?? 0) + count;
  return sum;
}

const REASON = "degraded.";

function summary(counts: ServedCounts): ServingSummary {
  const reasons = Object.entries(counts).filter(([name]) => name.startsWith(REASON));
  return {
    answers: counts.answers ?? 0,
    errors: counts.errors ?? 0,
    personal: counts.personal ?? 0,
    degraded: counts.degraded ?? 0,
    reasons: Object.fromEntries(reasons.map(([name, count]) => [name.slice(REASON.length), count])),
    waited: waitedOf(counts),
  };
}

/** Upper ends of the bands that the percentiles lie in; of the last, which has none, its lower end. */
function waitedOf(counts: ServedCounts): ServingSummary["waited"] {
  const bands = [...WAITED_BOUNDS_MS, WAITED_BOUNDS_MS.at(-1) ?? 0].map((boundMs, place) => ({
    boundMs,
    count: counts[`ms.${place}`] ?? 0,
  }));
  const all = bands.reduce((sum, { count }) => sum + count, 0);
  if (all === 0) return null;
  const at = (share: number) => {
    let passed = 0;
    for (const { boundMs, count } of bands) {
      passed += count;
      if (passed >= share * all) return boundMs;
    }
    return bands.at(-1)?.boundMs ?? 0;
  };
  return { p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99) };
}
