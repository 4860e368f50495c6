import { HOUR_MS, listAll, type ObjectStore } from "../../base/index.ts";
import type { StoredEvent } from "../../events/index.ts";
import { INTERACTIONS, type Lake } from "../../lake/index.ts";
import { type RefinePorts, RUN_KEY, startedMsOf } from "../job.ts";
import { openScratch, type Scratch, type Storable, WORK_PREFIX } from "../sort/index.ts";

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

export type LateRow = StoredEvent & Storable;

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
        await ports.applyLate(await scratch.read<LateRow>(key));
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
