import { mkdir } from "node:fs/promises";
import path from "node:path";
import { serveLake } from "../lake/index.ts";
import { openStoppedStore } from "../lake/stopped-store.ts";
import { Progress } from "../progress.ts";
import { Home } from "../start/index.ts";
import { ageLake } from "./age.ts";
import { runCircle } from "./circle.ts";
import { writeExpectations } from "./expectations.ts";
import { makeEnvironment } from "./python.ts";
import { type Check, READERS, runReader } from "./readers.ts";

/** Makes a lake in the folder, lets every reader read it, and prints each check; resolves to the exit code. */
export async function runInterop(folder: string, requireAll: boolean): Promise<number> {
  const progress = new Progress();
  const home = new Home(path.join(folder, "home"));
  await mkdir(home.folder, { recursive: true });
  await runCircle(home, progress);
  const { store, close } = await openStoppedStore(home.statePath);
  try {
    progress.say("Ageing the lake: its schema grows, its files are merged, its snapshots expire.");
    const aged = await ageLake(store, Date.now());
    const served = await serveLake(store, 0);
    try {
      const count = await writeExpectations(folder, store, { aged, url: served.url });
      progress.say(`${count} tables stand at ${served.url}.`);
      return await readAll(folder, requireAll, progress);
    } finally {
      await served.close();
    }
  } finally {
    await close();
  }
}

async function readAll(folder: string, requireAll: boolean, progress: Progress): Promise<number> {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const onCheck = (check: Check) => {
    counts[check.status]++;
    console.log(lineOf(check));
  };
  for (const reader of READERS) {
    try {
      progress.say(`Preparing ${reader.name} …`);
      const python = await makeEnvironment();
      const args = [folder, ...(await reader.prepare(python))];
      await runReader(reader, { python, args, onCheck });
    } catch (cause) {
      const detail = cause instanceof Error ? cause.message : String(cause);
      onCheck({ name: reader.name, status: requireAll ? "failed" : "skipped", detail });
    }
  }
  const { passed, failed, skipped } = counts;
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  return failed === 0 ? 0 : 1;
}

const MARKS = { passed: "ok", failed: "FAILED", skipped: "skipped" };

function lineOf({ name, status, detail, seconds }: Check): string {
  return `${MARKS[status].padEnd(8)}${name} (${detail}${seconds === undefined ? "" : `; ${seconds} s`})`;
}
