import type { LocalRuntime } from "./runtime.ts";

/** Minute, hour, day of month, month, day of week: bounds of each field of a cron expression. */
const FIELDS = [
  { name: "minute", low: 0, high: 59 },
  { name: "hour", low: 0, high: 23 },
  { name: "day of month", low: 1, high: 31 },
  { name: "month", low: 1, high: 12 },
  // As Cloudflare counts: 1 is Sunday, 7 is Saturday.
  { name: "day of week", low: 1, high: 7 },
] as const;

const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/**
 * Whether a cron expression names this UTC minute, by the five fields, lists, ranges, steps and names that Cloudflare's
 * triggers take. Throws on what it cannot read (`L`, `W` and `#` among them) rather than never fire.
 */
export function cronMatches(expression: string, timeMs: number): boolean {
  const parts = expression.trim().split(/\s+/);
  if (parts.length !== FIELDS.length) throw new Error(`cron "${expression}" must have five fields`);
  const date = new Date(timeMs);
  const now = [
    date.getUTCMinutes(),
    date.getUTCHours(),
    date.getUTCDate(),
    date.getUTCMonth() + 1,
    date.getUTCDay() + 1,
  ];
  const hits = parts.map((part, index) => fieldValues(part, index, expression).has(now[index] as number));
  const [minute, hour, dayOfMonth, month, dayOfWeek] = hits as [boolean, boolean, boolean, boolean, boolean];
  // As cron has it: with both day fields restricted, either one suffices.
  const eitherDay = !parts[2]?.startsWith("*") && !parts[4]?.startsWith("*");
  return minute && hour && month && (eitherDay ? dayOfMonth || dayOfWeek : dayOfMonth && dayOfWeek);
}

function fieldValues(part: string, index: number, expression: string): Set<number> {
  const field = FIELDS[index] as (typeof FIELDS)[number];
  const values = new Set<number>();
  for (const piece of part.split(",")) {
    const match = /^(\*|\w+)(?:-(\w+))?(?:\/(\d+))?$/.exec(piece);
    if (match === null) throw new Error(`cron "${expression}": cannot read "${piece}" as ${field.name}`);
    const [, first = "*", last, step] = match;
    const from = first === "*" ? field.low : boundOf(first, index);
    const to =
      last !== undefined ? boundOf(last, index) : first === "*" || step !== undefined ? field.high : from;
    if (!(from >= field.low && to <= field.high && from <= to && step !== "0")) {
      throw new Error(`cron "${expression}": "${piece}" is no ${field.name} (${field.low}-${field.high})`);
    }
    for (let value = from; value <= to; value += Number(step ?? 1)) values.add(value);
  }
  return values;
}

/** A number, or a month's or day's name; NaN for anything else. */
function boundOf(text: string, index: number): number {
  const names = index === 3 ? MONTHS : index === 4 ? DAYS : [];
  const named = names.indexOf(text.toUpperCase());
  return named >= 0 ? named + 1 : /^\d+$/.test(text) ? Number(text) : Number.NaN;
}

const MINUTE_MS = 60_000;

/**
 * Fires every Worker's crons at their minutes, as the platform does when deployed, until the returned function is called. A
 * cron that still runs is not fired again.
 */
export function runCrons(runtime: LocalRuntime, onError: (message: string) => void): () => void {
  const running = new Set<string>();
  let timer: NodeJS.Timeout;
  function fireDue(minuteMs: number): void {
    for (const { worker, cron } of runtime.crons()) {
      const name = `${worker} ${cron}`;
      if (!cronMatches(cron, minuteMs) || running.has(name)) continue;
      running.add(name);
      runtime
        .fireCron(worker, cron)
        .catch((error: unknown) => onError(error instanceof Error ? error.message : String(error)))
        .finally(() => running.delete(name));
    }
  }
  function schedule(): void {
    const nextMs = (Math.floor(Date.now() / MINUTE_MS) + 1) * MINUTE_MS;
    timer = setTimeout(() => {
      fireDue(nextMs);
      schedule();
    }, nextMs - Date.now());
  }
  schedule();
  return () => clearTimeout(timer);
}
