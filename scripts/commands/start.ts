import path from "node:path";
import type { Command } from "commander";
import { PORT_DEFAULT, type StartOptions } from "../start/options.ts";
import { oneOf, portNumber, wholeNumber } from "./arguments.ts";

export function registerStart(program: Command): void {
  program
    .command("start")
    .description("run everything on this machine, seeded and trained, until Ctrl-C")
    .option("--data <folder>", "seed with the data set of this folder instead of the simulated demo shop")
    .option(
      "--port <number>",
      `port of the API and the demo page (default: ${PORT_DEFAULT}; with --once any free one)`,
      portNumber,
    )
    .option("--host <address>", "address to listen on", "127.0.0.1")
    .option("--seed <number>", "seed of the demo shop and of training", wholeNumber, 1)
    .option("--scale <scale>", "size of the demo shop: demo or tiny", oneOf("demo", "tiny"), "demo")
    .option("--fresh", "forget the state of earlier starts", false)
    .option(
      "--state <folder>",
      "where to keep the state and the secrets (default: .lakeshore of the project)",
    )
    .option("--once", "run the circle once in a state of its own, report, and end with 0 or 1", false)
    .option("--json", "with --once: the report as one line of JSON on stdout", false)
    .action(async (options: StartOptions) => {
      if (options.json && !options.once) throw new Error("--json needs --once");
      const data = options.data === undefined ? {} : { data: path.resolve(options.data) };
      const state = options.state === undefined ? {} : { state: path.resolve(options.state) };
      // Loaded only here: the runtime takes a second, which no other command needs.
      const { start } = await import("../start/index.ts");
      const code = await start({ ...options, ...data, ...state });
      if (code !== null) process.exit(code);
    });
}
