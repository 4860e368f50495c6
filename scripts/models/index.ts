/** The seed model: made by `npm run models`, committed in `models/`, the same bytes on every machine. */
import path from "node:path";
import type { Command } from "commander";
import { ROOT } from "../local/workers.ts";

export function registerModels(program: Command): void {
  program
    .command("models")
    .description("make the small seed model of models/ again, byte for byte (for tests)")
    .action(async () => {
      const { buildSeedModel } = await import("./seed-model.ts");
      const outcome = await buildSeedModel(path.join(ROOT, "models"));
      console.log(JSON.stringify(outcome, null, 2));
      if (outcome.status !== "published") process.exitCode = 1;
    });
}
