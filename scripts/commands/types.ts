import { spawnSync } from "node:child_process";
import type { Command } from "commander";
import { ROOT, WORKER_CONFIGS } from "../local/workers.ts";

/** `Env` is generated from each Worker's config, one interface per Worker, and committed: no one writes it by hand. */
export function registerTypes(program: Command): void {
  program
    .command("types")
    .description("generate the Workers' binding types after a change of their configs")
    .action(() => {
      for (const [worker, config] of Object.entries(WORKER_CONFIGS)) {
        const name = `${worker.charAt(0).toUpperCase()}${worker.slice(1)}Env`;
        const args = ["types", "-c", config, "--include-runtime=false", "--env-interface", name];
        const { status } = spawnSync("wrangler", [...args, `workers/types/${worker}.d.ts`], {
          cwd: ROOT,
          stdio: "inherit",
        });
        if (status !== 0) throw new Error(`wrangler types failed for ${config}`);
      }
    });
}
