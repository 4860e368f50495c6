import { HOUR_MS, LEDGER_HOURS, MINUTE_MS } from "../base/index.ts";
import { thousands } from "./judge.ts";

/** One tenant's events received in one hour (since the epoch), as each stage counts them. */
export interface HourCounts {
  tenant: string;
  hour: number;
  /** Sent on by edges and taken by consumers; null where D1 has not counted. An event that a client repeats counts each time. */
  edge: number | null;
  queue: number | null;
  /** Bronze, a message that came twice once: ids with their time of receipt. */
  deliveries: number;
  /** Distinct ids in bronze. */
  ids: number;
  /** Rows that no reading could make an event of: in quarantine, not in bronze. */
  refused: number;
  /** Distinct ids that silver does not take, in quarantine as `too_late` or `too_early`. */
  held: number;
  /** Ids that silver has by an earlier receipt. */
  repeated: number;
  silver: number;
  /** Ids in D1's ledger; null where it is not asked. */
  ledger: number | null;
  /** Ids that the Queue gave up: they are in silver, and reach D1 by a replay only. */
  undeliverable: number;
  /** When the newest of bronze's rows was received; null without rows. */
  newestMs: number | null;
  /** Some ids that are in bronze and in no later stage. */
  lost: string[];
}

export type Stage = "edge" | "queue" | "bronze" | "silver" | "ledger";

/** Two stages that do not agree about an hour. */
export interface Difference {
  tenant: string;
  hour: number;
  /** ISO, UTC. */
  receivedFrom: string;
  between: [Stage, Stage];
  /** What the later stage should have by the earlier one, and what it has. */
  expected: number;
  actual: number;
  reason: string;
  examples?: string[];
}

/** What was received less than this ago may still be on its way: five seconds of batching, retries, ten minutes of silver. */
export const IN_FLIGHT_MS = 15 * MINUTE_MS;

/** Whether all that the hour will hold must have arrived everywhere: it is over, or nothing came for a while. */
export function isSettled(
  { hour, newestMs }: Pick<HourCounts, "hour" | "newestMs">,
  nowMs: number,
  inFlightMs: number,
): boolean {
  const endMs = (hour + 1) * HOUR_MS;
  return Math.min(endMs, newestMs ?? endMs) + inFlightMs <= nowMs;
}

/** Hours that D1 still knows whole: an hour's margin, as its ledger is pruned by the hour. */
export function isInLedger(hour: number, nowMs: number): boolean {
  return hour > Math.floor(nowMs / HOUR_MS) - LEDGER_HOURS + 1;
}

/**
 * Where two stages disagree, upstream first; empty when the sums agree. An id that a client sent again in the `next` hour counts in
 * the hour of its first receipt, which silver knows for sure; D1 counts it in the hour of the copy that it saw first.
 */
export function differencesOf(counts: HourCounts, next?: Pick<HourCounts, "repeated">): Difference[] {
  const { tenant, hour, edge, queue, deliveries, ids, refused, held, repeated, silver, ledger } = counts;
  const differences: Difference[] = [];
  const compare = (between: [Stage, Stage], range: [least: number, most: number], actual: number) => {
    const [least, most] = range;
    if (actual >= least && actual <= most) return;
    const expected = actual < least ? least : most;
    differences.push({
      tenant,
      hour,
      receivedFrom: new Date(hour * HOUR_MS).toISOString(),
      between,
      expected,
      actual,
      reason: reasonOf(between, expected, actual, counts),
      ...(between[1] === "silver" && counts.lost.length > 0 ? { examples: counts.lost } : {}),
    });
  };
  if (edge !== null && queue !== null) compare(["edge", "queue"], [edge, edge], queue);
  if (queue !== null) compare(["queue", "bronze"], [queue, queue], deliveries + refused);
  const due = ids - held - repeated;
  compare(["bronze", "silver"], [due, due], silver);
  if (ledger !== null) {
    const slack = { below: counts.undeliverable + (next?.repeated ?? 0), above: repeated };
    // Where silver lacks what D1 lacks too, that is told already.
    const agreesWithSilver = ledger >= silver - slack.below && ledger <= silver + slack.above;
    if (!agreesWithSilver) compare(["bronze", "ledger"], [due - slack.below, due + slack.above], ledger);
  }
  return differences;
}

function reasonOf([from, to]: [Stage, Stage], expected: number, actual: number, counts: HourCounts): string {
  const by = thousands(Math.abs(actual - expected));
  const due = `${thousands(counts.ids)} ids less ${thousands(counts.held)} in quarantine and ${thousands(counts.repeated)} received before`;
  const parts: Partial<Record<Stage, string>> = {
    bronze: `${thousands(counts.deliveries)} delivered and ${thousands(counts.refused)} refused`,
    silver: due,
    ledger: due,
  };
  const detail = parts[to] === undefined ? "" : ` (${parts[to]})`;
  return `${to} has ${thousands(actual)} where ${from} gives ${thousands(expected)}: ${by} too ${actual < expected ? "few" : "many"}${detail}`;
}
