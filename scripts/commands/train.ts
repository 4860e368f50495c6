import type { Command } from "commander";
import { retrain } from "../client/index.ts";
import { printMetrics } from "../metrics.ts";
import { Progress } from "../progress.ts";
import { wholeNumber } from "./arguments.ts";
import { connect, type ServerOptions, withServer } from "./server.ts";

interface Options extends ServerOptions {
  seed?: number;
  run?: string;
  json?: boolean;
}

export function registerTrain(program: Command): void {
  const command = program
    .command("train")
    .description("retrain the model now, follow it, and print how it compares")
    .option("--seed <number>", "seed of the training", wholeNumber)
    .option(
      "--run <id>",
      "run an earlier run again, with its seed on the data that it read; publishes nothing",
    )
    .option("--json", "print the outcome as JSON");
  withServer(command).action(runCommand);
}

/** Exit code 0 when a model was published or came out the same again, 1 otherwise. */
async function runCommand(options: Options): Promise<void> {
  const { client } = await connect(options);
  const part = new Progress().part("Training", 1);
  const { seed, run } = options;
  const request = { ...(seed === undefined ? {} : { seed }), ...(run === undefined ? {} : { run }) };
  const outcome = await retrain(client, request, ({ progress, step, message }) =>
    part.update(progress, message === "" ? step : message),
  );
  part.finish(outcome.status);
  const isGood = outcome.status === "published" || (outcome.status === "reproduced" && outcome.identical);
  if (!isGood) process.exitCode = 1;
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
      return;
    case "reproduced":
      console.log(
        `${outcome.of}, run again: ${outcome.identical ? "byte for byte the same" : "not the same"}`,
      );
      printMetrics(outcome.metrics, console.log);
  }
}
