import type { Command } from "commander";
import { ApiClient } from "../client/index.ts";
import { type LakeOptions, openLakeStore, withLake } from "../lake/open.ts";
import { Progress } from "../progress.ts";

/** One step's answer of `POST /v1/admin/rebuild`. */
interface Step {
  cursor: string | null;
  stage: string;
  done: number;
  total: number;
}

interface Options extends LakeOptions {
  json?: boolean;
}

export function registerRebuild(program: Command): void {
  const command = program
    .command("rebuild")
    .description(
      "make D1, KV and the gold tables again from the lake alone; into empty stores, or over what is left of them",
    )
    .option("--json", "print the outcome as JSON");
  withLake(command).action(rebuild);
}

/** Step by step, each a request of its own: what was done stays done, and a second run goes over it without harm. */
async function rebuild(options: Options): Promise<void> {
  const { server, close } = await openLakeStore(options);
  await close();
  if (server === null)
    throw new Error("Nothing runs here: `lakeshore start` first, or name a deployment by --url.");
  const client = new ApiClient(server.url, server.adminToken);
  const progress = new Progress();
  const counts: Record<string, number> = {};
  let cursor: string | null = null;
  let shown = { stage: "", part: progress.part("Rebuilding", 1) };
  do {
    const step: Step = await client.request("/v1/admin/rebuild", { method: "POST", body: { cursor } });
    if (shown.stage !== step.stage) {
      shown.part.finish();
      shown = { stage: step.stage, part: progress.part(`Rebuilding ${step.stage}`, step.total) };
    }
    shown.part.update(step.done);
    counts[step.stage] = step.done;
    cursor = step.cursor;
  } while (cursor !== null);
  shown.part.finish();
  if (options.json === true) console.log(JSON.stringify({ ok: true, steps: counts }));
  else console.log("Everything that is served stands again as the lake has it.");
}
