import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { type RetrainOutcome, type RetrainStatus, retrain, retrainBySettings } from "../client/index.ts";
import { printMetrics } from "../metrics.ts";
import { Progress } from "../progress.ts";
import { readRunReport, writeRunReport } from "../report/index.ts";
import { wholeNumber } from "./arguments.ts";
import { connect, type ServerOptions, withServer } from "./server.ts";

interface Options extends ServerOptions {
  seed?: number;
  run?: string;
  config?: string;
  report?: string;
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
    .option(
      "--config <file>",
      "make these the training settings (JSON: budgetSeconds, learners, schedule, …), and train by them",
    )
    .option(
      "--report <file>",
      "write an HTML page with plots: what was tried, training curves, metrics, the gate's reason, cost",
    )
    .option("--json", "print the outcome as JSON");
  withServer(command).action(runCommand);
}

/** Exit code 0 when a model was published or came out the same again, 1 otherwise. */
async function runCommand(options: Options): Promise<void> {
  const { client } = await connect(options);
  const part = new Progress().part("Training", 1);
  const { seed, run, config, report } = options;
  if (config !== undefined && (seed !== undefined || run !== undefined)) {
    throw new Error("--config goes alone: the seed is one of the settings, and an earlier run has its own");
  }
  const request = { ...(seed === undefined ? {} : { seed }), ...(run === undefined ? {} : { run }) };
  let runId = "";
  const onStatus = ({ run_id, progress, step, message }: RetrainStatus) => {
    runId = run_id;
    part.update(progress, message === "" ? step : message);
  };
  const outcome =
    config === undefined
      ? await retrain(client, request, onStatus)
      : await retrainBySettings(client, readSettings(config), onStatus);
  part.finish(outcome.status);
  if (report !== undefined) await writeRunReport(client, await readRunReport(client, runId), report);
  const isGood = outcome.status === "published" || (outcome.status === "reproduced" && outcome.identical);
  if (!isGood) process.exitCode = 1;
  if (options.json === true) console.log(JSON.stringify(outcome));
  else printOutcome(outcome);
}

function readSettings(file: string): unknown {
  const text = readFileSync(file, "utf8");
  try {
    const { version: _given, ...settings } = JSON.parse(text) as Record<string, unknown>;
    return settings;
  } catch (cause) {
    throw new Error(`${file} is not JSON: ${cause instanceof Error ? cause.message : cause}`);
  }
}

function printOutcome(outcome: RetrainOutcome): void {
  switch (outcome.status) {
    case "published":
      console.log(`Published ${outcome.version}, learner ${outcome.learner}: ${outcome.reason}`);
      break;
    case "refused":
      console.log(`Not published: ${outcome.reason}`);
      break;
    case "too_little_data":
      console.log(outcome.message);
      return;
    case "reproduced":
      console.log(
        `${outcome.of}, run again: ${outcome.identical ? "byte for byte the same" : "not the same"}`,
      );
  }
  printMetrics(outcome.metrics, console.log);
}
