import { type ChildProcess, fork } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { StepLine, StepResult } from "./contract.ts";
import { cpuSecondsOf } from "./cpu.ts";
import { folderObjects } from "./folder-objects.ts";
import type { Host } from "./host.ts";

/** A Node process of its own; objects stand in a folder that goes with it. */
export async function startInNode(): Promise<Host> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "lakeshore-quality-"));
  const child = fork(new URL("./child.ts", import.meta.url), [folder], { stdio: ["ignore", 2, 2, "ipc"] });
  const { pid } = child;
  if (pid === undefined) throw new Error("Node could not be started");
  return {
    objects: folderObjects(folder),
    step: (step, job, onProgress) =>
      answerOf(child, { step, job }, (line) => onProgress(line.fraction, line.message)),
    cpuSeconds: () => cpuSecondsOf(pid),
    takePeak: async () => ({ peakMb: await peakMemoryOf(pid) }),
    async close() {
      child.kill();
      await rm(folder, { recursive: true });
    },
  };
}

function answerOf(
  child: ChildProcess,
  message: object,
  onProgress: (line: { fraction: number; message: string }) => void,
): Promise<StepResult> {
  return new Promise((resolve, reject) => {
    const end = (settle: () => void) => {
      child.off("message", onLine);
      child.off("exit", onExit);
      settle();
    };
    const onLine = (line: StepLine) => {
      if ("result" in line) end(() => resolve(line.result));
      else if ("error" in line) end(() => reject(new Error(line.error)));
      else onProgress(line);
    };
    const onExit = (code: number | null) => end(() => reject(new Error(`Node ended with ${code}`)));
    child.on("message", onLine);
    child.on("exit", onExit);
    child.send(message);
  });
}

/** The most that the process held in memory; 0 where the system does not tell. */
async function peakMemoryOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  const kib = Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0);
  return Math.round((kib * 1_024) / 1e5) / 10;
}
