import { HOUR_MS } from "../base/index.ts";
import type { Pointer } from "../registry/index.ts";
import { type DayCounts, failing, type ListCounts, NONE } from "./guard.ts";
import { WITHOUT_MODEL } from "./guard-tally.ts";

/** What the edge has counted of its own answers within an hour. */
export interface AnsweredHour {
  fromMs: number;
  answers: number;
  /** Degraded answers by reason. */
  reasons: Readonly<Record<string, number>>;
}

/**
 * Whether the edge's own counts tell of a failure too. The lists that visitors saw are known from ids that only the edge can
 * verify, so whoever holds a publishable key can make up one that says `scorer_error`; these counts no visitor writes.
 */
export function isFailureAnswered(
  hours: readonly AnsweredHour[],
  { promotedAtMs, course }: Pick<Pointer, "promotedAtMs" | "course">,
  before: DayCounts,
): boolean {
  const since = [promotedAtMs, ...(course?.before === undefined ? [] : [course.sinceMs])];
  return since.some((sinceMs) => failing(dayOf(hours, sinceMs), before) !== null);
}

/** The hour that the time began in is taken whole. */
function dayOf(hours: readonly AnsweredHour[], sinceMs: number): DayCounts {
  const day: ListCounts[] = Array.from({ length: 24 }, () => ({ ...NONE }));
  for (const { fromMs, answers, reasons } of hours) {
    const hour = day[Math.floor(fromMs / HOUR_MS) % 24];
    if (hour === undefined || fromMs + HOUR_MS <= sinceMs) continue;
    hour.lists += answers;
    hour.errors += reasons.scorer_error ?? 0;
    for (const reason of WITHOUT_MODEL) hour.degraded += reasons[reason] ?? 0;
  }
  return day;
}
