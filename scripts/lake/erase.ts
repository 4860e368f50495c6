import type { Command } from "commander";
import type { EraseOutcome } from "../../src/ops/index.ts";
import { runJob } from "./jobs.ts";
import { type LakeOptions, withLake, withLakeStore } from "./open.ts";
import { printRows } from "./print.ts";

interface Options extends LakeOptions {
  json?: true;
}

export function registerErase(lake: Command): void {
  const command = lake
    .command("erase")
    .description("take deleted users out of every table now; the schedule does it together once a week")
    .option("--json", "print what was erased as JSON");
  withLake(command).action((options: Options) =>
    withLakeStore(options, async ({ server, from }) => {
      if (server === null) throw new Error(`${from} is stopped: its Workers do this, so start it first.`);
      const outcome = (await runJob(server, "erase")) as unknown as EraseOutcome;
      if (options.json === true) console.log(JSON.stringify(outcome));
      else print(outcome);
    }),
  );
}

function print({ users, rows }: EraseOutcome): void {
  if (users === 0) {
    console.log("nobody was deleted since the last erasure");
    return;
  }
  console.log(`${users} deleted ${users === 1 ? "user is" : "users are"} out of the lake`);
  const tables = Object.entries(rows).map(([table, count]) => ({ table, rows: count }));
  if (tables.length > 0) printRows(["table", "rows"], tables);
}
