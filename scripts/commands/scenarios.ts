import { readFile } from "node:fs/promises";
import type { Command } from "commander";
import { wholeNumber } from "./arguments.ts";
import { connect, type ServerOptions, withServer } from "./server.ts";

interface Version {
  name: string;
  version: number;
  config: { description?: string } | null;
  updated_at: number;
  updated_by: string;
}

interface ChangeOptions extends ServerOptions {
  expectedVersion?: number;
}

/** As many as the server tells at once. */
const VERSIONS_PER_PAGE = 100;

export function registerScenarios(program: Command): void {
  const scenarios = program
    .command("scenarios")
    .description("named ways of answering: rules, diversity, event weights, fallback; every version is kept");
  const add = (name: string, description: string) =>
    withServer(scenarios.command(name).description(description));
  const addChange = (name: string, description: string) =>
    add(name, description).option(
      "--expected-version <number>",
      "only if this is the live version; 0: only if there is none",
      wholeNumber,
    );
  add("list", "all of them, with version, time and author").action(list);
  add("get", "print one as JSON, as `put` takes it").argument("<name>").action(get);
  addChange("put", "store the whole of one; effective everywhere within 60 s")
    .argument("<name>")
    .argument("<file>", "JSON: rules, limit, fields, repeat, event_weights, fallback, exploration")
    .action(put);
  addChange("delete", "delete one; its versions stay").argument("<name>").action(remove);
  add("history", "every version, newest first").argument("<name>").action(history);
  addChange("restore", "make an earlier version the newest one")
    .argument("<name>")
    .argument("<version>", "its number, as `history` tells", wholeNumber)
    .action(restore);
}

async function list(options: ServerOptions): Promise<void> {
  const { client } = await connect(options);
  const { scenarios } = await client.request<{ scenarios: Version[] }>("/v1/admin/scenarios");
  for (const scenario of scenarios) console.log(`${scenario.name.padEnd(20)}  ${line(scenario)}`);
}

async function get(name: string, options: ServerOptions): Promise<void> {
  const { client } = await connect(options);
  const { config } = await client.request<Version>(address(name));
  console.log(JSON.stringify(config, null, 2));
}

async function put(name: string, file: string, options: ChangeOptions): Promise<void> {
  const body = await readConfig(file);
  const { client } = await connect(options);
  const stored = await client.request<Version>(address(name), {
    method: "PUT",
    body,
    query: { expected_version: options.expectedVersion },
  });
  console.log(`${name} is version ${stored.version}`);
}

async function remove(name: string, options: ChangeOptions): Promise<void> {
  const { client } = await connect(options);
  const query = { expected_version: options.expectedVersion };
  const { version } = await client.request<Version>(address(name), { method: "DELETE", query });
  console.log(`${name} is deleted with version ${version}`);
}

async function history(name: string, options: ServerOptions): Promise<void> {
  const { client } = await connect(options);
  for (let before: number | undefined; before !== 1; ) {
    const query = { limit: VERSIONS_PER_PAGE, before };
    const page: { versions: Version[] } = await client.request(`${address(name)}/versions`, { query });
    for (const version of page.versions) console.log(line(version));
    before = page.versions.at(-1)?.version ?? 1;
  }
}

async function restore(name: string, version: number, options: ChangeOptions): Promise<void> {
  const { client } = await connect(options);
  const stored = await client.request<Version>(`${address(name)}/versions/${version}/restore`, {
    method: "POST",
    body: {},
    query: { expected_version: options.expectedVersion },
  });
  console.log(`${name} is version ${stored.version}, as version ${version} was`);
}

function address(name: string): string {
  return `/v1/admin/scenarios/${encodeURIComponent(name)}`;
}

async function readConfig(file: string): Promise<unknown> {
  const text = await readFile(file, "utf8");
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error(`${file} is not JSON: ${(cause as Error).message}`);
  }
}

function line({ version, config, updated_at, updated_by }: Version): string {
  const time = new Date(updated_at).toISOString().slice(0, 16).replace("T", " ");
  const words = config === null ? "deleted" : (config.description ?? "");
  return `${String(version).padStart(4)}  ${time}  by ${updated_by}  ${words}`.trimEnd();
}
