import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { childPids, commandOf, isAlive } from "../local/children.ts";

interface Run {
  pid: number;
  url: string;
  /** Processes that the run started: the local runtime. */
  children: number[];
}

/**
 * Two processes on one state would corrupt it: refuses while another run lives, and ends what a run left behind that was
 * killed too hard to clean up.
 */
export function checkRun(file: string): void {
  if (!existsSync(file)) return;
  const run = JSON.parse(readFileSync(file, "utf8")) as Run;
  if (run.pid !== process.pid && isAlive(run.pid) && commandOf(run.pid).includes("cli.ts")) {
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
