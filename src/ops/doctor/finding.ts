/** `error`: lists are worse for it now; `warn`: they will be, or a figure is; `info`: worth knowing. */
export type Severity = "error" | "warn" | "info";

/** One thing that stands out in what a shop sends, with what it is counted from. */
export interface Finding {
  code: FindingCode;
  /** The event type, the item's field or the reason that it is about; empty where there is but one. */
  about: string;
  severity: Severity;
  /** So many … */
  count: number;
  /** … of so many: the share is theirs. */
  of: number;
  sentence: string;
  /** What to do about it. */
  advice: string;
  /** Ids and the like by which it can be looked up, at most EXAMPLES_MAX. */
  examples: string[];
}

export const FINDING_CODES = [
  "unknown_items",
  "events_without_visitor",
  "shared_visitor_id",
  "purchases_without_value",
  "mixed_currencies",
  "impressions_without_list",
  "clicks_on_foreign_lists",
  "type_never_came",
  "fewer_events",
  "automated_traffic",
  "clocks_off",
  "repeated_events",
  "set_aside",
  "items_without",
  "items_never_seen",
  "users_never_seen",
] as const;

export type FindingCode = (typeof FINDING_CODES)[number];

export const EXAMPLES_MAX = 5;

const ORDER: Record<Severity, number> = { error: 0, warn: 1, info: 2 };

/** The worst first, and of those the greatest share. */
export function bySeverity(a: Finding, b: Finding): number {
  return ORDER[a.severity] - ORDER[b.severity] || b.count / (b.of || 1) - a.count / (a.of || 1);
}

/** `38 %`, `0.4 %`: as people say it; never 0 of what there is, never all of what is not. */
export function percent(part: number, whole: number): string {
  const share = (100 * part) / whole;
  if (share >= 10 && share <= 99) return `${Math.round(share)} %`;
  if (part === whole) return "100 %";
  return `${Math.min(99.9, Math.max(0.1, share)).toFixed(1)} %`;
}

export function thousands(count: number): string {
  return count.toLocaleString("en");
}

/** Severity by two bounds of a share, both included; null below the first. */
export function severityOf(share: number, bounds: { warn: number; error: number }): "warn" | "error" | null {
  if (share >= bounds.error) return "error";
  return share >= bounds.warn ? "warn" : null;
}
