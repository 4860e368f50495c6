import type { Activity, SessionEntry } from "./activity.ts";

/** Of one day as it is stored. Only lists of a hundred long ids, by the hundred, come near; their session then keeps its verdict. */
const DAY_CHARS_MAX = 300_000;
/** D1 takes rows of 2 MB. */
const DAYS_CHARS_MAX = 600_000;
/** Silver takes ids of up to seven days before, or one after, their receipt: an older day meets no event any more. */
export const ACTIVITY_DAYS = 9;

/** `[[[first, last, occurred_at, count, automated, entries], …], surroundings]`: names would be most of the text. */
export type StoredDay = readonly [readonly StoredSession[], Activity["surroundings"]];

type StoredSession = readonly [number, number, number, number, 0 | 1, readonly SessionEntry[] | null];

/** What one visitor's row has of their sessions: by UTC day (of the ids) since the epoch. */
export type StoredActivity = Readonly<Record<string, StoredDay>>;

export function activityOf([sessions, surroundings]: StoredDay): Activity {
  return {
    sessions: sessions.map(([firstMs, lastMs, occurredAtMs, count, automated, entries]) => ({
      firstMs,
      lastMs,
      occurredAtMs,
      count,
      automated: automated === 1,
      entries,
    })),
    surroundings,
  };
}

/** The newest day's, which may be days ago. */
export function newestActivity(text: string): Activity | null {
  const days = JSON.parse(text) as StoredActivity;
  const newest = Object.keys(days)
    .map(Number)
    .sort((a, b) => a - b)
    .at(-1);
  const stored = newest === undefined ? undefined : days[newest];
  return stored === undefined ? null : activityOf(stored);
}

function storedDay({ sessions, surroundings }: Activity, withEntries: boolean): StoredDay {
  return [
    sessions.map((session) => [
      session.firstMs,
      session.lastMs,
      session.occurredAtMs,
      session.count,
      session.automated ? 1 : 0,
      withEntries ? session.entries : null,
    ]),
    surroundings,
  ];
}

/** Days as they are stored, without those before `firstDay`. */
export function activityText(days: ReadonlyMap<number, Activity>, firstDay: number): string {
  const texts: string[] = [];
  let chars = 0;
  for (const [day, activity] of [...days].sort(([a], [b]) => b - a)) {
    if (day < firstDay) break;
    let text = JSON.stringify(storedDay(activity, true));
    if (text.length > DAY_CHARS_MAX || chars + text.length > DAYS_CHARS_MAX)
      text = JSON.stringify(storedDay(activity, false));
    chars += text.length;
    texts.push(`"${day}":${text}`);
  }
  return `{${texts.reverse().join(",")}}`;
}
