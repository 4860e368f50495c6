import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { childPids, commandOf, isAlive } from "../local/children.ts";

interface Run {
  pid: number;
  url: string;
  /** Processes that the run started: the local runtime. */
  children: number[];
}

/** The run that lives on this state, null when none does. */
export function liveRun(file: string): { url: string } | null {
  if (!existsSync(file)) return null;
  const run = readRun(file);
  return lives(run) ? { url: run.url } : null;
}

/**
 * Two processes on one state would corrupt it: refuses while another run lives, and ends what a run left behind that was
 * killed too hard to clean up.
 */
export function checkRun(file: string): void {
  if (!existsSync(file)) return;
  const run = readRun(file);
  if (run.pid !== process.pid && lives(run)) {
    throw new Error(`Lakeshore already runs here, at ${run.url} (process ${run.pid}): stop that one first.`);
  }
  for (const pid of run.children) {
    if (isAlive(pid) && commandOf(pid).includes("workerd")) process.kill(pid, "SIGKILL");
  }
  rmSync(file);
}

/** Notes this run and its children, and tells the parent about them: it ends them should this process be killed. */
export function noteRun(file: string, url: string): void {
  const children = childPids();
  writeFileSync(file, JSON.stringify({ pid: process.pid, url, children } satisfies Run));
  for (const dependant of children) process.send?.({ dependant });
}

export function forgetRun(file: string): void {
  rmSync(file, { force: true });
}

function readRun(file: string): Run {
  return JSON.parse(readFileSync(file, "utf8")) as Run;
}

/** By its command line too: the id alone may have been given to another program. */
function lives({ pid }: Run): boolean {
  return isAlive(pid) && (pid === process.pid || commandOf(pid).includes("cli.ts"));
}
