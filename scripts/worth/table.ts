import type { Interval } from "./intervals.ts";
import type { Worth, WorthWindow } from "./run.ts";

/** Columns for people: each day, then each week. */
export function tableOf(worth: Worth): string[] {
  const names = Object.keys(worth.daily[0]?.policies ?? {});
  const head = ["days", "sessions", ...names, "ours / popularity", "ours / item-knn", "of the oracle's gain"];
  const rows = [...worth.daily, ...worth.weekly].map((window) => rowOf(window, names));
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] ?? "").length)),
  );
  const line = (cells: string[]) =>
    cells.map((cell, column) => cell.padStart(widths[column] ?? 0)).join("  ");
  return ["Clicks in lists per session, 95 % intervals over shoppers", line(head), ...rows.map(line)];
}

/** What ours learnt with, and since how many interactions. */
export function studyLines({ studies }: Worth): string[] {
  return studies.map(
    ({ interactions, learners, reason }) =>
      `Study at ${interactions} interactions: ${learners.join(" + ")} (${reason})`,
  );
}

/** Each week's purchases per session, by policy. */
export function purchaseLines({ weekly }: Worth): string[] {
  return weekly.map(({ firstDay, lastDay, policies }) => {
    const parts = Object.entries(policies).map(
      ([
        name,
        {
          purchasesPerSession: { value },
        },
      ]) => `${name} ${value.toFixed(3)}`,
    );
    return `Purchases per session, days ${firstDay}–${lastDay}: ${parts.join(", ")}`;
  });
}

function rowOf(window: WorthWindow, names: readonly string[]): string[] {
  const { firstDay, lastDay, sessions, policies, oursOver, shareOfOracle } = window;
  return [
    firstDay === lastDay ? `${firstDay}` : `${firstDay}–${lastDay}`,
    `${sessions}`,
    ...names.map((name) => (policies[name]?.clicksPerSession.value ?? Number.NaN).toFixed(3)),
    percent(oursOver.popularity, "+"),
    percent(oursOver["item-knn"], "+"),
    percent(shareOfOracle, ""),
  ];
}

function percent(interval: Interval | undefined, sign: string): string {
  if (interval === undefined || !Number.isFinite(interval.value)) return "–";
  const text = (value: number) => `${value < 0 ? "−" : sign}${Math.abs(value * 100).toFixed(0)}`;
  return `${text(interval.value)} % [${text(interval.low)}, ${text(interval.high)}]`;
}
