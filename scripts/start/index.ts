/**
 * start: the whole circle on this machine. Runs the four Workers, seeds them through the real HTTP path, trains the first
 * model with the trainer's Workflow, and stays up; or runs the circle once and reports.
 */
import { readFileSync } from "node:fs";
import { checkDataSet } from "../data/index.ts";
import { Progress } from "../progress.ts";
import { runOnce } from "./once.ts";
import type { StartOptions } from "./options.ts";
import type { Shore } from "./shore.ts";
import { onStop } from "./signals.ts";
import { bringUp } from "./up.ts";

export { type DemoState, Home } from "./home.ts";
export type { OnceReport } from "./once.ts";
export { PORT_DEFAULT, type StartOptions } from "./options.ts";
export { openShore, type Shore } from "./shore.ts";

/** Runs `start`; resolves to the exit code of a single run, and to null while the Workers go on running. */
export async function start(options: StartOptions): Promise<number | null> {
  const progress = new Progress();
  const shores: Shore[] = [];
  onStop(async () => {
    progress.say("\nStopping …");
    for (const shore of shores) await shore.stop();
    if (options.once) for (const { home } of shores) await home.remove();
  });
  try {
    if (options.data !== undefined) await checkDataSet(options.data);
    if (!options.once) {
      await bringUp(options, progress, (shore) => shores.push(shore));
      return null;
    }
    const report = await runOnce(options, progress, (shore) => shores.push(shore));
    if (options.json) console.log(JSON.stringify(report));
    else console.log(report.ok ? "The circle is closed." : "The circle is NOT closed:", report);
    return report.ok ? 0 : 1;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (options.json) console.log(JSON.stringify({ ok: false, error: message }));
    progress.say(`Failed: ${message}`);
    for (const shore of shores) {
      progress.say(lastLines(shore));
      await shore.stop();
    }
    return 1;
  }
}

const LOG_LINES_SHOWN = 15;

/** The Workers' last words. */
function lastLines({ home }: Shore): string {
  const lines = readFileSync(home.logPath, "utf8").trim().split("\n").slice(-LOG_LINES_SHOWN);
  return lines.join("") === "" ? "" : `The Workers' last words:\n${lines.join("\n")}`;
}
