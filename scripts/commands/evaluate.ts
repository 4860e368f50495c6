import type { Command } from "commander";
import type { Manifest } from "../../src/registry/index.ts";
import type { ApiClient } from "../client/index.ts";
import { printMetrics } from "../metrics.ts";
import { readRunReport, writeRunReport, writeVersionReport } from "../report/index.ts";
import { connect, type ServerOptions, withServer } from "./server.ts";

interface Options extends ServerOptions {
  model?: string;
  run?: string;
  report?: string;
  json?: boolean;
}

export function registerEvaluate(program: Command): void {
  const command = program
    .command("evaluate")
    .description(
      "print a model's card: what it was made of, how it did on data that it had not seen, why it is live",
    )
    .option("--model <version>", "which model (default: the live one)")
    .option("--run <id>", "instead: what a run did and how it ended, also one that published nothing")
    .option("--report <file>", "write an HTML page with plots of it")
    .option("--json", "print the whole manifest, or the run's whole report, as JSON");
  withServer(command).action(runCommand);
}

async function runCommand(options: Options): Promise<void> {
  const { client } = await connect(options);
  const { run, report } = options;
  if (run !== undefined) return showRun(client, run, options);
  const { live } = await client.request<{ live: { version: string } | null }>("/v1/admin/models");
  const version = options.model ?? live?.version;
  if (version === undefined) throw new Error("No model is live yet: `lakeshore train` makes one.");
  const manifest = await client.request<Manifest>(`/v1/admin/models/${encodeURIComponent(version)}`);
  if (report !== undefined) await writeVersionReport(client, manifest, report);
  if (options.json === true) console.log(JSON.stringify(manifest));
  else printCard(manifest, version === live?.version);
}

async function showRun(
  client: ApiClient,
  run: string,
  { model, report: file, json }: Options,
): Promise<void> {
  if (model !== undefined) throw new Error("--run goes alone: `--model` is a version, of whichever run");
  const report = await readRunReport(client, run);
  if (file !== undefined) await writeRunReport(client, report, file);
  if (json === true) return console.log(JSON.stringify(report));
  const { status, reason, trials, metrics } = report;
  console.log(`${run}: ${status}, ${reason}`);
  console.log(`${trials.length} trials, about $${report.dollars.toFixed(4)}`);
  printMetrics(metrics, console.log);
}

/** The model card, as far as it fits a terminal; `--json` has all of it. */
function printCard(card: Manifest, isLive: boolean): void {
  const { version, learner, data, itemCount, evaluation, metrics } = card;
  console.log(`${version}${isLive ? " (live)" : ""}, learner ${learner}, seed ${card.seed}`);
  const { sampledFrom } = data;
  const sample = sampledFrom === undefined ? "" : `, a sample of ${sampledFrom.interactions}`;
  console.log(
    `fitted on ${data.interactions} interactions${sample} of ${data.users} users with ${itemCount} items, ` +
      `${day(data.fromMs)} to ${day(data.untilMs)}`,
  );
  if (data.snapshots !== undefined) {
    const read = Object.entries(data.snapshots).map(([table, snapshot]) => `${table} ${snapshot}`);
    console.log(`read ${read.join(", ")}`);
  }
  const parameters = Object.entries(card.parameters).map(([name, value]) => `${name} ${value}`);
  console.log(`parameters ${parameters.join(", ")}`);
  if (card.study !== undefined) {
    const figures = Object.entries(card.study.figures).map(
      ([name, figure]) => `${name} ${figure.toFixed(4)}`,
    );
    console.log(
      `chosen ${day(card.study.atMs)} from ${card.study.trials} trials, validation: ${figures.join(", ")}`,
    );
    if (card.study.reason !== undefined) console.log(`chosen because: ${card.study.reason}`);
  }
  if (card.gate !== undefined) console.log(`live because: ${card.gate.reason}`);
  if (card.cost !== undefined) {
    console.log(
      `cost about ${card.cost.cpuSeconds.toFixed(0)} CPU-seconds, $${card.cost.dollars.toFixed(4)}`,
    );
  }
  console.log(
    `measured on ${evaluation.cases} cases of ${evaluation.users} users after ${day(evaluation.cutMs)} (${evaluation.protocol})`,
  );
  printMetrics(metrics, console.log);
}

function day(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10);
}
