import { readFileSync } from "node:fs";
import type { Command } from "commander";
import type { SettingsPatch } from "../../src/registry/index.ts";
import { outcomeBody } from "../../workers/edge/retrain-outcome.ts";
import { type RetrainOutcome, type RetrainStatus, retrain, retrainBySettings } from "../client/index.ts";
import { printMetrics } from "../metrics.ts";
import { Progress, type ProgressPart } from "../progress.ts";
import { readRunReport, writeRunReport } from "../report/index.ts";
import type { WholeRequest } from "../whole/index.ts";
import { wholeNumber } from "./arguments.ts";
import { connect, type ServerOptions, withServer } from "./server.ts";

interface Options extends ServerOptions {
  seed?: number;
  run?: string;
  config?: string;
  report?: string;
  json?: boolean;
  whole?: boolean;
  resume?: string;
  state?: string;
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
    .option("--json", "print the outcome as JSON")
    .option(
      "--whole",
      "train in this process, on all cores and all rows, where the trainer Worker takes a sample; a local site must be stopped",
    )
    .option("--resume <id>", "with --whole: go on with a run that was cut short here")
    .option(
      "--state <folder>",
      "with --whole: the folder of a local site (default: .lakeshore of the project)",
    );
  withServer(command).action(runCommand);
}

/** Exit code 0 when a model was published, is live already or came out the same again, 1 otherwise. */
async function runCommand(options: Options): Promise<void> {
  checkOptions(options);
  const outcome = options.whole === true ? await trainWhole(options) : await trainThere(options);
  if (!isGood(outcome)) process.exitCode = 1;
  if (options.json === true) console.log(JSON.stringify(outcome));
  else printOutcome(outcome);
}

function isGood(outcome: RetrainOutcome): boolean {
  if (outcome.status === "refused") return outcome.live !== undefined;
  return outcome.status === "published" || (outcome.status === "reproduced" && outcome.identical);
}

function checkOptions({ seed, run, config, whole, resume, state }: Options): void {
  if (config !== undefined && (seed !== undefined || run !== undefined)) {
    throw new Error("--config goes alone: the seed is one of the settings, and an earlier run has its own");
  }
  if (run !== undefined && seed !== undefined) {
    throw new Error("--run goes without --seed: a run that is run again has its own");
  }
  if (whole !== true && (resume !== undefined || state !== undefined)) {
    throw new Error("--resume and --state go with --whole");
  }
  if (resume !== undefined && (seed !== undefined || run !== undefined || config !== undefined)) {
    throw new Error("--resume goes without --seed, --run and --config: a run that goes on has all of them");
  }
}

/** In the site's own trainer Worker. */
async function trainThere(options: Options): Promise<RetrainOutcome> {
  const { seed, run, config, report } = options;
  const settings = config === undefined ? null : readSettings(config);
  const { client } = await connect(options);
  const part = new Progress().part("Training", 1);
  const request = { ...(seed === undefined ? {} : { seed }), ...(run === undefined ? {} : { run }) };
  let runId = "";
  const onStatus = ({ run_id, progress, step, message }: RetrainStatus) => {
    runId = run_id;
    part.update(progress, message === "" ? step : message);
  };
  const outcome =
    settings === null
      ? await retrain(client, request, onStatus)
      : await retrainBySettings(client, settings, onStatus);
  part.finish(outcome.status);
  if (report !== undefined) await writeRunReport(client, await readRunReport(client, runId), report);
  return outcome;
}

/** In this process, on the site's storage. */
async function trainWhole(options: Options): Promise<RetrainOutcome> {
  const { seed, run, resume, config, report } = options;
  const request: WholeRequest = {
    ...(seed === undefined ? {} : { seed }),
    ...(run === undefined ? {} : { run }),
    ...(resume === undefined ? {} : { resume }),
    ...(config === undefined ? {} : { settings: readSettings(config) as SettingsPatch }),
  };
  const progress = new Progress();
  // Loaded only here: the runtime and the engine take seconds, which no other command is to wait for.
  const { openSite, runWhole } = await import("../whole/index.ts");
  const site = await openSite(options, progress);
  try {
    let part: ProgressPart | undefined;
    const { runId, outcome } = await runWhole(site, request, {
      onProgress({ step, progress: done, message }) {
        // Not before the lines that a bar would stand in the way of.
        part ??= progress.part("Training", 1);
        part.update(done, message === "" ? step : message);
      },
      say: (line) => progress.say(line),
    });
    part?.finish(outcome.status);
    const { client } = site;
    if (report !== undefined) await writeRunReport(client, await readRunReport(client, runId), report);
    return outcomeBody(outcome);
  } finally {
    await site.close();
  }
}

function readSettings(file: string): unknown {
  const given = parseJson(readText(file), file);
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw new Error(`${file} holds no settings: it must be a JSON object`);
  }
  if ("version" in given) {
    throw new Error(`${file}: version: the next number is given by the site; leave it out`);
  }
  return given;
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const reason = { ENOENT: "there is no such file", EISDIR: "it is a folder" }[code ?? ""];
    throw new Error(`cannot read ${file}: ${reason ?? message}`);
  }
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
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
