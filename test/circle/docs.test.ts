import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ApiClient } from "../../scripts/client/index.ts";
import { type LocalRuntime, startLocal } from "../../scripts/local/runtime.ts";
import { ROOT } from "../tidy/source-files.ts";
import { curlLine, type Entry, entriesOf } from "./documented-entries.ts";

/** What each route says that it answers, by `get /v1/…`. */
async function answersByRoute(): Promise<Map<string, AnswerSchema>> {
  const folder = path.join(ROOT, "workers/edge");
  const files = (await readdir(folder)).filter((file) => file.startsWith("routes-"));
  const modules: object[] = await Promise.all(files.map((file) => import(path.join(folder, file))));
  const routes = modules
    .flatMap((module) => Object.values(module))
    .filter((value): value is Route[] => Array.isArray(value))
    .flat();
  return new Map(
    routes.map(({ method, path, answer }) => [`${method} ${path.replaceAll("*}", "}")}`, answer]),
  );
}

interface AnswerSchema {
  safeParse(value: unknown): { success: boolean; data?: unknown; error?: { message: string } };
}

interface Route {
  method: string;
  path: string;
  answer: AnswerSchema;
}

/** What an answer holds that its schema does not tell, or the other way round; empty where they agree. */
function mismatch(schema: AnswerSchema | undefined, text: string): string {
  const json = JSON.parse(text) as unknown;
  const { success, data, error } = schema?.safeParse(json) ?? { success: false };
  if (!success) return `not as documented: ${error?.message}`;
  const told = new Set(keysOf(data));
  // Rules are read to another form than they are written in, and are given back as they were written.
  const untold = keysOf(json).filter((key) => !told.has(key) && !key.includes(".rules."));
  return untold.length === 0 ? "" : `not documented: ${untold.slice(0, 5).join(", ")}`;
}

function keysOf(value: unknown, at = ""): string[] {
  if (typeof value !== "object" || value === null) return [];
  const isList = Array.isArray(value);
  return Object.entries(value).flatMap(([key, part]) => {
    const here = `${at}.${isList ? "*" : key}`;
    return [here, ...keysOf(part, here)];
  });
}

const ADMIN_TOKEN = "root-token-of-the-tests";
/** The tenant that an example names. */
const TENANT = "demo";
const SEED = path.join(ROOT, "models/seed");

/** What others need, or what takes away what others need. The rest is run between, in the document's order. */
const FIRST = [
  "post_v1_items",
  "post_v1_users",
  "post_v1_events",
  "put_v1_admin_scenarios_name",
  "post_v1_admin_refresh",
];
const LAST = [
  "delete_v1_items_id",
  "delete_v1_users_id",
  "delete_v1_admin_keys_hash",
  "delete_v1_admin_scenarios_name",
  "post_v1_admin_scenarios_name_versions_version_restore",
  "patch_v1_admin_tenant",
  "post_v1_admin_rebuild",
];

/** A bad record of several rejects only itself, with a 200. */
const PARTLY_REFUSED = /"rejected":(\[\{|[1-9])/;
const EMPTY = /"items":\[\]/;

let runtime: LocalRuntime;
let url: string;
let variables: Record<string, string>;
/** Parts of paths that only a running site knows; all other examples stand as they are. */
let known: Record<string, string>;

beforeAll(async () => {
  runtime = await startLocal({
    secrets: { ADMIN_TOKEN, SIGNING_SECRET: "the signing secret of the tests" },
    queueTimeoutS: 1,
    onLog: () => {},
  });
  url = runtime.url.origin;
  const root = new ApiClient(url, ADMIN_TOKEN);
  const body = { tenant: TENANT, origins: [] };
  const keys = await root.request<Record<string, string>>("/v1/admin/tenants", { method: "POST", body });
  variables = {
    PUBLISHABLE_KEY: keys.publishable_key ?? "",
    SECRET_KEY: keys.secret_key ?? "",
    ADMIN_TOKEN,
  };
  const client = new ApiClient(url, variables.SECRET_KEY ?? "");
  const version = await publishSeedModel();
  const items = ["p0001", "p0002"].map((item_id) => ({ item_id, title: item_id, price: 10 }));
  await client.request("/v1/items", { method: "POST", body: { items } });
  await client.request("/v1/admin/refresh", { method: "POST", body: {} });
  await awake(client);
  for (const job of ["commit", "refine", "quality"]) await finish(root, `/v1/admin/lake/jobs/${job}`);
  const spare = await client.request<{ hash: string }>("/v1/admin/keys", {
    method: "POST",
    body: { kind: "publishable" },
  });
  const { recommendation_id } = await client.request<{ recommendation_id: string }>("/v1/popular");
  const { objects } = await root.request<{ objects: { key: string }[] }>("/v1/admin/lake/objects");
  known = {
    "keys/{hash}": spare.hash,
    "models/{version}": version,
    "recommendations/{id}": recommendation_id,
    "retrain/{run_id}": await endedRun(client),
    "objects/{key}": objects[0]?.key ?? "",
  };
});

afterAll(() => runtime?.dispose());

/** The committed model, twice, so that there is one to go back to; the version that is live. */
async function publishSeedModel(): Promise<string> {
  const bucket = await runtime.lake();
  const pointer = JSON.parse(await readFile(path.join(SEED, "current.json"), "utf8"));
  const before = `20261001T000000Z-${pointer.version.slice(-8)}`;
  for (const version of [before, pointer.version]) {
    for (const file of await readdir(path.join(SEED, pointer.version))) {
      const bytes = await readFile(path.join(SEED, pointer.version, file));
      const own = {
        ...(file === "manifest.json" ? JSON.parse(bytes.toString()) : {}),
        tenant: TENANT,
        version,
      };
      const body = file === "manifest.json" ? JSON.stringify(own) : new Uint8Array(bytes);
      await bucket.put(`models/${TENANT}/${version}/${file}`, body);
    }
  }
  const live = { ...pointer, previous: [before], promotedAtMs: Date.now() };
  await bucket.put(`models/${TENANT}/current.json`, JSON.stringify(live));
  return pointer.version;
}

async function finish(root: ApiClient, job: string): Promise<void> {
  while (!(await root.request<{ done: boolean }>(job, { method: "POST", body: {} })).done);
}

/** Until then, answers come from the lists below the model's. */
async function awake(client: ApiClient): Promise<void> {
  for (;;) {
    const { degraded } = await client.request<{ degraded?: { reason: string } }>("/v1/recommendations", {
      query: { recent: "p0001" },
    });
    if (!degraded?.reason.startsWith("scorer_")) return;
    await sleep(200);
  }
}

/** A run that found too little data, as a report is kept of each. */
async function endedRun(client: ApiClient): Promise<string> {
  const { run_id } = await client.request<{ run_id: string }>("/v1/admin/retrain", {
    method: "POST",
    body: {},
  });
  for (;;) {
    const { status } = await client.request<{ status: string }>(`/v1/admin/retrain/${run_id}`);
    if (status === "complete" || status === "errored") return run_id;
    await sleep(200);
  }
}

/** The words of each command as a shell hands them to `curl`: quotes and variables are its own work. */
async function wordsOf(lines: readonly string[]): Promise<string[][]> {
  const script = `curl() { printf '%s\\0' "$@"; printf '\\n\\0'; }\n${lines.join("\n")}\n`;
  const { stdout } = await promisify(execFile)("sh", ["-c", script], {
    env: { ...process.env, ...variables },
  });
  return stdout
    .split("\n\0")
    .slice(0, -1)
    .map((words) => words.split("\0").slice(0, -1));
}

/** What curl does with them, as far as the page's lines go. */
function send(words: readonly string[]): Promise<Response> {
  const options: Record<string, string[]> = {};
  const rest = [...words];
  let address = "";
  while (rest.length > 0) {
    const word = rest.shift() ?? "";
    if (word.startsWith("-")) options[word] = [...(options[word] ?? []), rest.shift() ?? ""];
    else address = word;
  }
  expect(Object.keys(options).filter((name) => !["-X", "-H", "-d"].includes(name))).toEqual([]);
  const headers = (options["-H"] ?? []).map(
    (header) => header.split(/: (.*)/).slice(0, 2) as [string, string],
  );
  const [body] = options["-d"] ?? [];
  return fetch(address, {
    method: options["-X"]?.[0] ?? (body === undefined ? "GET" : "POST"),
    headers: { "user-agent": "curl/8.5.0", ...Object.fromEntries(headers) },
    ...(body === undefined ? {} : { body }),
  });
}

/** Puts what this site has in place of the examples that name what another has. */
function fill(entry: Entry): Entry {
  const parameters = entry.operation.parameters?.map((parameter) => {
    const here = Object.entries(known).find(
      ([place]) => place.endsWith(`{${parameter.name}}`) && entry.path.includes(place),
    );
    return here === undefined ? parameter : { ...parameter, example: here[1] };
  });
  return parameters === undefined ? entry : { ...entry, operation: { ...entry.operation, parameters } };
}

function inOrder(entries: readonly Entry[]): Entry[] {
  const at = ({ operation: { operationId } }: Entry) =>
    FIRST.includes(operationId) ? FIRST.indexOf(operationId) : 100 + LAST.indexOf(operationId);
  return entries.toSorted((a, b) => at(a) - at(b));
}

describe("the documents page", () => {
  it("shows for every operation a line that works when pasted", async () => {
    const document = await (await fetch(`${url}/openapi.json`)).json();
    const entries = entriesOf(document);
    const ids = entries.map(({ operation }) => operation.operationId);
    expect([...FIRST, ...LAST].filter((id) => !ids.includes(id))).toEqual([]);
    const page = (await (await fetch(`${url}/docs`)).text())
      .replaceAll("&quot;", '"')
      .replaceAll("&lt;", "<")
      .replaceAll("&gt;", ">")
      .replaceAll("&amp;", "&");
    const unshown = entries.filter((entry) => !page.includes(`>${curlLine(entry, url)}</pre>`));
    expect(unshown.map(({ operation }) => operation.operationId)).toEqual([]);

    const ordered = inOrder(entries);
    const lines = ordered.map((entry) => curlLine(fill(entry), url));
    const answers = await answersByRoute();
    const failed: string[] = [];
    for (const [index, words] of (await wordsOf(lines)).entries()) {
      const entry = ordered[index];
      const response = await send(words);
      const text = await response.text();
      const [expected] = Object.keys(entry?.operation.responses ?? {});
      const isList = entry?.operation.tags.includes("answers");
      if (String(response.status) !== expected || PARTLY_REFUSED.test(text) || (isList && EMPTY.test(text)))
        failed.push(`${lines[index]}\n→ ${response.status} ${text.slice(0, 300)}`);
      if (!response.headers.get("content-type")?.includes("json")) continue;
      const wrong = mismatch(answers.get(`${entry?.method} ${entry?.path}`), text);
      if (wrong !== "") failed.push(`${entry?.method} ${entry?.path}\n→ ${wrong.slice(0, 600)}`);
    }
    expect(failed.join("\n\n")).toBe("");
    expect(lines.length).toBeGreaterThan(60);
  });
});
