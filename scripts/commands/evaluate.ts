import type { Command } from "commander";
import type { Manifest } from "../../src/registry/index.ts";
import { printMetrics } from "../metrics.ts";
import { connect, type ServerOptions, withServer } from "./server.ts";

interface Options extends ServerOptions {
  model?: string;
  json?: boolean;
}

export function registerEvaluate(program: Command): void {
  const command = program
    .command("evaluate")
    .description("print how a model did on data that it had not seen, beside popularity")
    .option("--model <version>", "which model (default: the live one)")
    .option("--json", "print the whole manifest as JSON");
  withServer(command).action(runCommand);
}

async function runCommand(options: Options): Promise<void> {
  const { client } = await connect(options);
  const { live } = await client.request<{ live: { version: string } | null }>("/v1/admin/models");
  const version = options.model ?? live?.version;
  if (version === undefined) throw new Error("No model is live yet: `lakeshore train` makes one.");
  const manifest = await client.request<Manifest>(`/v1/admin/models/${encodeURIComponent(version)}`);
  if (options.json === true) console.log(JSON.stringify(manifest));
  else printCard(manifest, version === live?.version);
}

function printCard(
  { version, learner, data, itemCount, evaluation, metrics }: Manifest,
  isLive: boolean,
): void {
  console.log(`${version}${isLive ? " (live)" : ""}, learner ${learner}`);
  console.log(
    `fitted on ${data.interactions} interactions of ${data.users} users with ${itemCount} items, ` +
      `${day(data.fromMs)} to ${day(data.untilMs)}`,
  );
  console.log(
    `measured on ${evaluation.cases} cases of ${evaluation.users} users after ${day(evaluation.cutMs)} (${evaluation.protocol})`,
  );
  printMetrics(metrics, console.log);
}

function day(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10);
}
