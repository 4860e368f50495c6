import type { Lake } from "../lake/index.ts";
import type { Holdout } from "./holdouts.ts";
import { liftsOf, type ScenarioLift } from "./lift.ts";
import { type ListKind, type ListSum, type ListSums, readListSums } from "./list-sums.ts";

/** What visitors did with the lists of one scenario and variant, of the kind named by `source`. */
export interface ListOutcome extends ListKind {
  /** That were seen: lists by their recommendation ids, and places; what was clicked before an impression of it was sent was seen, too. */
  lists: number;
  places: number;
  /** Lists of which an item was clicked, and clicks, each item of a list once. */
  clickedLists: number;
  clicks: number;
  purchases: number;
  value: number;
}

export interface Outcome extends Pick<ListSums, "all" | "complete"> {
  lists: ListOutcome[];
  /** Of each scenario that holds visitors out now, by name. */
  lifts: ScenarioLift[];
}

/** What became of the lists that were seen since `fromMs`, and, of each holdout since it began, what the lists were worth against popularity. */
export async function readOutcome(
  lake: Pick<Lake, "scan">,
  {
    tenant,
    fromMs,
    holdouts,
    rowsMax,
  }: { tenant: string; fromMs: number; holdouts: readonly Holdout[]; rowsMax?: number },
): Promise<Outcome> {
  const own = await readListSums(lake, { tenant, fromMs, rowsMax });
  const lists = outcomesOf(own.lists);
  const liftFromMs = Math.min(...holdouts.map(({ sinceMs }) => sinceMs));
  const isWithin = liftFromMs >= fromMs;
  const told = isWithin ? own : await readListSums(lake, { tenant, fromMs: liftFromMs, rowsMax });
  return { lists, lifts: liftsOf(told, holdouts), all: own.all, complete: own.complete };
}

function outcomesOf(lists: readonly ListSum[]): ListOutcome[] {
  const byKind = new Map<ListKind, ListOutcome>();
  for (const { kind, isSeen, places, clicks, purchases, value } of lists) {
    if (!isSeen && clicks + purchases === 0) continue;
    let sum = byKind.get(kind);
    if (sum === undefined) {
      sum = { ...kind, lists: 0, places: 0, clickedLists: 0, clicks: 0, purchases: 0, value: 0 };
      byKind.set(kind, sum);
    }
    if (isSeen || clicks > 0) sum.lists++;
    sum.places += Math.max(places, clicks);
    if (clicks > 0) sum.clickedLists++;
    sum.clicks += clicks;
    sum.purchases += purchases;
    sum.value += value;
  }
  return [...byKind.values()].sort((a, b) => b.lists - a.lists || (a.scenario < b.scenario ? -1 : 1));
}
