import { existsSync } from "node:fs";
import type { Command } from "commander";
import { startRetrain } from "../client/index.ts";
import { FIELDS, type Format, KINDS, type Kind, parseMapping, runImport } from "../import/index.ts";
import { Progress } from "../progress.ts";
import { oneOf } from "./arguments.ts";
import { connect, type ServerOptions, withServer } from "./server.ts";

interface Options extends ServerOptions {
  map: string[];
  format?: Format;
  type?: string;
  state?: string;
  rejects?: string;
  train: boolean;
}

const HELP = `
Columns that have a field's name are taken as they are; --map names the others. Times may be milliseconds, seconds or
ISO 8601; lists (categories, tags) are separated by |; attributes.<name> makes one attribute. Rows of interactions
without event_id, session_id or consent get an id of their own, one session per visitor and day, and "granted".

  lakeshore import interactions ratings.csv.gz --map userId=user_id --map movieId=item_id --map timestamp=occurred_at --type view
  lakeshore import items products.jsonl

An import that is broken off goes on where it stopped when it is run again.

${KINDS.map((kind) => `Fields of ${kind}: ${FIELDS[kind].join(", ")}`).join("\n")}`;

export function registerImport(program: Command): void {
  const command = program
    .command("import")
    .description("send a CSV or JSON-lines file of interactions, items or users")
    .argument("<kind>", KINDS.join(", "), oneOf(...KINDS))
    .argument("<file>", ".csv or .jsonl, also with .gz")
    .option("--map <column=field>", "which column is which field (repeatable)", collect, [])
    .option("--format <format>", "csv or jsonl (default: by the file's name)", oneOf("csv", "jsonl"))
    .option("--type <type>", "type of interactions whose row names none, such as view or purchase")
    .option("--state <file>", "where to keep how far it is (default: <file>.import.json)")
    .option("--rejects <file>", "where to write rejected rows (default: <file>.rejects.jsonl)")
    .option("--no-train", "do not start a retrain once interactions have been brought in")
    .addHelpText("after", HELP);
  withServer(command).action(runCommand);
}

async function runCommand(kind: Kind, file: string, options: Options): Promise<void> {
  if (!existsSync(file)) throw new Error(`${file} does not exist`);
  const { client, tenant } = await connect(options);
  const rejectsPath = options.rejects ?? `${file}.rejects.jsonl`;
  const statePath = options.state ?? `${file}.import.json`;
  const part = new Progress().part(`Importing ${kind}`, 1);
  const report = await runImport(client, {
    kind,
    file,
    format: options.format ?? formatOf(file),
    mapping: parseMapping(kind, options.map),
    ...(options.type === undefined ? {} : { typeDefault: options.type }),
    tenant,
    statePath,
    rejectsPath,
    nowMs: Date.now(),
    onProgress: (bytes, total) => {
      part.total(total);
      part.update(bytes);
    },
  });
  part.finish();
  if (report.alreadyComplete) {
    console.log(`This file has been imported already (delete ${statePath} to import it again).`);
  }
  const resumed =
    report.resumedAt > 0 && !report.alreadyComplete ? `, resumed after ${report.resumedAt}` : "";
  console.log(`${report.records} records${resumed}: ${report.sent} sent, ${report.rejected} rejected`);
  if (report.rejected > 0) console.log(`Rejected rows with their line and reason: ${rejectsPath}`);
  if (kind !== "interactions" || report.sent === 0 || !options.train) return;
  const { run_id: run } = await startRetrain(client, { reason: "import" });
  console.log(`A retrain has started on what came in: ${run} (--no-train leaves that to the schedule)`);
}

function formatOf(file: string): Format {
  const name = file.replace(/\.gz$/, "");
  if (name.endsWith(".csv")) return "csv";
  if (name.endsWith(".jsonl") || name.endsWith(".ndjson")) return "jsonl";
  throw new Error(`${file}: say --format csv or --format jsonl`);
}

function collect(value: string, previous: string[]): string[] {
  return [...previous, value];
}
