import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** Process ids of the direct children of a process; empty where the system will not tell. */
export function childPids(pid: number = process.pid): number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");
    return text.trim().split(" ").filter(Boolean).map(Number);
  } catch {
    // No such file on macOS.
    const { stdout } = spawnSync("pgrep", ["-P", String(pid)], { encoding: "utf8" });
    return (stdout ?? "").trim().split("\n").filter(Boolean).map(Number);
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, as someone else's.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** The command line of a process, empty when it is gone: an id alone may have been given to another program. */
export function commandOf(pid: number): string {
  const { stdout } = spawnSync("ps", ["-o", "command=", "-p", String(pid)], { encoding: "utf8" });
  return (stdout ?? "").trim();
}
