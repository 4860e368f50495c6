import { HOUR_MS, listAll, type ObjectStore } from "../../base/index.ts";
import { isBeyondLedger, ledgerKnowsUntilMs, type StoredEvent } from "../../events/index.ts";
import { INTERACTIONS, type Lake } from "../../lake/index.ts";
import { type RefinePorts, RUN_KEY, startedMsOf } from "../job.ts";
import { openScratch, type Scratch, WORK_PREFIX } from "../sort/index.ts";
import { cellOf, type EventCells, eventOf } from "./columns.ts";
import type { Landed } from "./merge-rows.ts";

/*
 * Late events go to D1 after the commit that made them silver's, and a crash may come between the two. So they are kept beside
 * the run before it commits, under its name: who finds them asks the table whether the run got in. If it did, they are handed
 * over, again perhaps, which D1's ledger sees; if it did not, its events are fresh for the next run, and these are void.
 */

/** Longer than any run may take: what stands under an older name, and is in no snapshot, belongs to nobody. */
const RUN_HOURS_MAX = 1;

const LATE_FOLDER = "late";

export function lateScratch(store: ObjectStore, run: string): Scratch {
  return openScratch(store, `${run}/${LATE_FOLDER}`);
}

export interface Handover {
  event: StoredEvent;
  /** Until when D1 recognises the event, had it been applied; null for one that was not. */
  untilMs: number | null;
}

/**
 * What of an event is handed over, after its copies `landed` and `kept` is the one that stays; null when D1 has it, or needs no help
 * of silver's. `stored`: what silver had before.
 */
export function handoverOf(
  landed: Landed,
  { kept, stored }: { kept: EventCells; stored: EventCells | null },
): Handover | null {
  if (landed === "in_time") return null;
  const event = eventOf(kept);
  if (landed === "replayed") {
    // The mark of an earlier replay: it was handed over then, or landed in time and may have found D1 away.
    const markedAtMs = stored === null ? null : cellOf(stored, "replayed_at");
    return { event, untilMs: markedAtMs === null ? null : ledgerKnowsUntilMs(markedAtMs) };
  }
  if (stored === null && landed === "late") return { event, untilMs: null };
  // Received too late to be applied directly: it was handed over when it came first.
  if (isBeyondLedger(event, event.received_at)) return null;
  return { event, untilMs: ledgerKnowsUntilMs(event.received_at) };
}

export type LateRow = readonly [untilMs: number | null, event: StoredEvent];

/**
 * Hands over the late events of runs that committed, the one just now and any that crashed behind their commit. What is left of runs
 * that did not goes once they cannot be at work any more. Rejects when `applyLate` does: the events are kept for the next call.
 */
export async function finishRuns(ports: RefinePorts, nowMs: number): Promise<void> {
  const byRun = await objectsByRun(ports.store);
  if (byRun.size === 0) return;
  const committed = await committedRuns(ports.lake);
  const scratch = openScratch(ports.store, "");
  for (const [run, keys] of byRun) {
    const late = keys.filter((key) => key.startsWith(`${WORK_PREFIX}${run}/${LATE_FOLDER}/`));
    if (committed.has(run)) {
      for (const key of late) {
        const rows = await scratch.read<LateRow>(key);
        // Later than that, an event that was applied would count twice.
        const events = rows.flatMap(([untilMs, event]) =>
          untilMs === null || nowMs <= untilMs ? [event] : [],
        );
        if (events.length > 0) await ports.applyLate(events);
        await scratch.remove([key]);
      }
    }
    if (nowMs - startedMsOf(run) > RUN_HOURS_MAX * HOUR_MS) await scratch.remove(keys);
  }
}

async function objectsByRun(store: ObjectStore): Promise<Map<string, string[]>> {
  const byRun = new Map<string, string[]>();
  for await (const { key } of listAll(store, WORK_PREFIX)) {
    const run = key.slice(WORK_PREFIX.length, key.indexOf("/", WORK_PREFIX.length));
    byRun.set(run, [...(byRun.get(run) ?? []), key]);
  }
  return byRun;
}

async function committedRuns(lake: Pick<Lake, "load">): Promise<Set<string>> {
  const table = await lake.load(INTERACTIONS);
  return new Set((table?.snapshots ?? []).flatMap(({ summary }) => summary[RUN_KEY] ?? []));
}
