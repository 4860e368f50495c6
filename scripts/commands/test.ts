import { spawn } from "node:child_process";
import type { Command } from "commander";
import { ROOT } from "../local/workers.ts";

/** What a change must pass, in the order of how soon each tells. */
const STAGES: { name: string; command: string[] }[] = [
  { name: "format and lint", command: ["biome", "ci", `--colors=${process.stdout.isTTY ? "force" : "off"}`] },
  { name: "types", command: ["tsc", "-p", "tsconfig.json"] },
  { name: "types of the Workers", command: ["tsc", "-p", "workers/tsconfig.json"] },
  { name: "types of the browser code", command: ["tsc", "-p", "src/beacon/tsconfig.json"] },
  { name: "types of the console", command: ["tsc", "-p", "src/console/tsconfig.json"] },
  { name: "tests", command: ["vitest", "run"] },
];

export function registerTest(program: Command): void {
  program
    .command("test")
    .description("check format, lint and types, and run all tests (more arguments go to vitest)")
    .argument("[filters...]", "only test files whose path contains one of these")
    .allowUnknownOption()
    .action(async (filters: string[]) => {
      for (const { name, command } of STAGES) {
        const [program = "", ...args] = command;
        console.log(`\n— ${name}: ${command.join(" ")}`);
        const code = await run(program, program === "vitest" ? [...args, ...filters] : args);
        if (code !== 0) {
          console.error(`\n${name}: failed`);
          process.exit(code);
        }
      }
    });
}

function run(program: string, args: string[]): Promise<number> {
  const child = spawn(program, args, { cwd: ROOT, stdio: "inherit" });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? 1));
  });
}
