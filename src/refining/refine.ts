import { LINEAGE, type LineageRow, StaleBaseError } from "../lake/index.ts";
import { GOLD_JOBS } from "./gold/index.ts";
import { type Job, type JobOutcome, type RefineOptions, type RefinePorts, runName } from "./job.ts";
import { JOBS } from "./jobs.ts";

export interface Refined {
  /** Whether every job found all of its input read: then calling again changes nothing until more comes. */
  done: boolean;
  runs: LineageRow[];
}

/** Other writers of an output (another run, a compaction) come between at most this often in one call. */
const ATTEMPTS_MAX = 3;

/**
 * One bounded unit of work of each job, from bronze to gold; the caller repeats until `done`. A job that fails stops no other: those
 * after it go on from what its table holds. Rejects in the end with what the first one failed with; what was committed stands, and
 * the next call goes on from there.
 */
export async function refine(ports: RefinePorts, options: RefineOptions): Promise<Refined> {
  return runJobs(JOBS, ports, options);
}

/**
 * Begins gold again from silver alone; the caller goes on with `refine` until `done`. User histories are replaced in one commit, so
 * readers meet the old rows or the new ones. Daily counts are replaced some whole days at a time: until the end, readers meet days
 * counted anew beside days as they were, but never a part of a day.
 */
export async function remakeGold(ports: RefinePorts, options: Omit<RefineOptions, "anew">): Promise<Refined> {
  return runJobs(GOLD_JOBS, ports, { ...options, anew: true });
}

async function runJobs(jobs: readonly Job[], ports: RefinePorts, options: RefineOptions): Promise<Refined> {
  const runs: LineageRow[] = [];
  const faults: unknown[] = [];
  let done = true;
  for (const job of jobs) {
    try {
      const run = await runJob(job, ports, options);
      if (run === null) continue;
      runs.push(run.row);
      done &&= !run.more;
    } catch (cause) {
      faults.push(cause);
    }
  }
  if (faults.length > 0) throw faults[0];
  return { done, runs };
}

async function runJob(
  job: Job,
  ports: RefinePorts,
  options: RefineOptions,
): Promise<{ row: LineageRow; more: boolean } | null> {
  const startedAtMs = ports.clock();
  const attempted = await attempt(job, ports, options);
  if (attempted === null) return null;
  const { run, outcome } = attempted;
  const row: LineageRow = {
    run,
    job: job.name,
    inputs: { ...outcome.inputs },
    output: job.name,
    ...(outcome.snapshotId === null ? {} : { output_snapshot: outcome.snapshotId }),
    rows_in: outcome.rowsIn,
    rows_out: outcome.rowsOut,
    duration_ms: ports.clock() - startedAtMs,
    started_at: options.nowMs,
  };
  // After the commit: a crash in between costs this row, and the snapshot's own summary still names run and inputs.
  await ports.lake.append(LINEAGE, [row], { nowMs: options.nowMs });
  return { row, more: outcome.more };
}

/** Each attempt is a run of its own: whether a run got in must be told by its name. */
async function attempt(
  job: Job,
  ports: RefinePorts,
  options: RefineOptions,
): Promise<{ run: string; outcome: JobOutcome } | null> {
  for (let attempt = 1; ; attempt++) {
    const run = runName(options.nowMs, ports.newRunName());
    try {
      const outcome = await job.run(ports, { ...options, run });
      return outcome === null ? null : { run, outcome };
    } catch (cause) {
      if (!(cause instanceof StaleBaseError) || attempt === ATTEMPTS_MAX) throw cause;
    }
  }
}
