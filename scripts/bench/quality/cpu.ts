import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** Ticks of /proc in a second on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** CPU time that a process has taken, in user and system mode, all its threads together; by `ps` where there is no /proc. */
export function cpuSecondsOf(pid: number): number {
  try {
    return cpuSecondsOfStat(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    const { stdout } = spawnSync("ps", ["-o", "time=", "-p", String(pid)], { encoding: "utf8" });
    return cpuSecondsOfPs((stdout ?? "").trim());
  }
}

/** Fields 14 and 15; the name in field 2 may hold spaces and brackets. */
export function cpuSecondsOfStat(text: string): number {
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** `[[days-]hours:]minutes:seconds`, seconds with hundredths on macOS. */
export function cpuSecondsOfPs(text: string): number {
  const [days, clock] = text.includes("-") ? text.split("-") : ["0", text];
  const seconds = (clock ?? "").split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
  return Number(days) * 86_400 + seconds;
}
