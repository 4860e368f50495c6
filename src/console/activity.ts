/** What came in, as the API tells it. */
export interface Activity {
  hours: Hour[];
  last_accepted_at: number | null;
  layers: { name: string; committed_at: number | null }[];
}

interface Hour {
  from: number;
  accepted: number;
  delivered: number;
  counted: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** What the layers hold, and how long after events a layer may still be without them before somebody should look: three times what is promised. */
export const LAYERS: Record<string, { title: string; staleMs: number }> = {
  "bronze.events": { title: "events as they came", staleMs: 3 * MINUTE_MS },
  "silver.interactions": { title: "events, each once", staleMs: 30 * MINUTE_MS },
  "gold.user_histories": { title: "histories to learn from", staleMs: 30 * MINUTE_MS },
};

/** Events of the last 60 minutes: those of the hour under way, and of the hour before as much of it as is still within. */
export function perMinute(hours: readonly Hour[], nowMs = Date.now()): number {
  const began = Math.floor(nowMs / HOUR_MS) * HOUR_MS;
  const of = (from: number) => hours.find((hour) => hour.from === from)?.accepted ?? 0;
  const share = 1 - (nowMs - began) / HOUR_MS;
  return (of(began) + share * of(began - HOUR_MS)) / 60;
}

/** Accepted, and not delivered yet. */
export function waiting(hours: readonly Hour[]): number {
  return hours.reduce((sum, { accepted, delivered }) => sum + Math.max(0, accepted - delivered), 0);
}

export function ago(atMs: number): string {
  const seconds = Math.max(0, Math.round((Date.now() - atMs) / 1_000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3_600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}
