import { HOUR_MS, listAll, type ObjectStore } from "../../base/index.ts";
import type { StoredEvent } from "../../events/index.ts";
import { INTERACTIONS, type Lake } from "../../lake/index.ts";
import { type RefinePorts, RUN_KEY, startedMsOf } from "../job.ts";
import { openScratch, type Scratch, type Storable, WORK_PREFIX } from "../sort/index.ts";

/*
 * Late events go to D1 after the commit that made them silver's, and a crash may come between the two. So they are kept beside
 * the run before it commits, under its name: who finds them later asks the table whether the run got in. If it did, they are handed
 * over, again perhaps, which D1's ledger sees; if it did not, its events are fresh for the next run, and these are void.
 */

/** Longer than any run may take: what stands under an older name, and is in no snapshot, belongs to nobody. */
const RUN_HOURS_MAX = 1;

const LATE_FOLDER = "late";

export function lateScratch(store: ObjectStore, run: string): Scratch {
  return openScratch(store, `${run}/${LATE_FOLDER}`);
}

export type LateRow = StoredEvent & Storable;

/** Hands the kept events over, block by block, and then lets go of them. */
export async function handOver(
  { store, applyLate }: Pick<RefinePorts, "store" | "applyLate">,
  keys: readonly string[],
): Promise<void> {
  const scratch = openScratch(store, "");
  for (const key of keys) {
    await applyLate(await scratch.read<LateRow>(key));
    await scratch.remove([key]);
  }
}

/**
 * Finishes what runs that crashed have left: late events of runs that committed are handed over; the rest goes once its run
 * cannot be at work any more.
 */
export async function recoverRuns(ports: RefinePorts, nowMs: number): Promise<void> {
  const byRun = await objectsByRun(ports.store);
  if (byRun.size === 0) return;
  const committed = await committedRuns(ports.lake);
  for (const [run, keys] of byRun) {
    const late = keys.filter((key) => key.startsWith(`${WORK_PREFIX}${run}/${LATE_FOLDER}/`));
    if (committed.has(run)) await handOver(ports, late);
    if (nowMs - startedMsOf(run) <= RUN_HOURS_MAX * HOUR_MS) continue;
    await openScratch(ports.store, run).remove(keys);
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
