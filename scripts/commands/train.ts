import type { Command } from "commander";
import { retrain } from "../client/index.ts";
import { printMetrics } from "../metrics.ts";
import { Progress } from "../progress.ts";
import { wholeNumber } from "./arguments.ts";
import { connect, type ServerOptions, withServer } from "./server.ts";

interface Options extends ServerOptions {
  seed?: number;
  json?: boolean;
}

export function registerTrain(program: Command): void {
  const command = program
    .command("train")
    .description("retrain the model now, follow it, and print how it compares")
    .option("--seed <number>", "seed of the training", wholeNumber)
    .option("--json", "print the outcome as JSON");
  withServer(command).action(runCommand);
}

/** Exit code 0 when a model was published, 1 when it was refused or the data does not suffice. */
async function runCommand(options: Options): Promise<void> {
  const { client } = await connect(options);
  const part = new Progress().part("Training", 1);
  const outcome = await retrain(client, options.seed, ({ progress, step, message }) =>
    part.update(progress, message === "" ? step : message),
  );
  part.finish(outcome.status);
  if (outcome.status !== "published") process.exitCode = 1;
  if (options.json === true) {
    console.log(JSON.stringify(outcome));
    return;
  }
  switch (outcome.status) {
    case "published":
      console.log(`Published ${outcome.version}, learner ${outcome.learner}`);
      printMetrics(outcome.metrics, console.log);
      return;
    case "refused":
      console.log(`Not published: ${outcome.reason}`);
      printMetrics(outcome.metrics, console.log);
      return;
    case "too_little_data":
      console.log(outcome.message);
  }
}
