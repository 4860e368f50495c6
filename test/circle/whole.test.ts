import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { ApiClient, retrainBySettings } from "../../scripts/client/index.ts";
import { BUCKET } from "../../scripts/lake/s3.ts";
import { openStoppedStore } from "../../scripts/lake/stopped-store.ts";
import { type LocalRuntime, startLocal } from "../../scripts/local/runtime.ts";
import { lakeshoreProgram } from "../../scripts/program.ts";
import { Home } from "../../scripts/start/home.ts";
import { r2ObjectStore } from "../../src/base/index.ts";
import { openLake } from "../../src/lake/index.ts";
import { type Manifest, readManifest, readPointer } from "../../src/registry/index.ts";
import { listRuns } from "../../src/retraining/index.ts";
import { memoryObjectStore } from "../memory-object-store.ts";
import { landShop } from "../retraining/landed.ts";
import { shopEvents } from "../retraining/shop-events.ts";
import { CREDENTIALS, type S3Server, startS3Server } from "../s3-server.ts";

const ROWS = 3_000;
const ROWS_OF_A_WORKER = 1_000;

let folder = "";
let key = "";

/** A small site whose trainer Worker has published by itself, stopped. */
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "lakeshore-whole-"));
  const home = new Home(folder);
  const secrets = await home.secrets();
  const runtime = await startLocal({ secrets: { ...secrets }, statePath: home.statePath, onLog: () => {} });
  try {
    const root = new ApiClient(runtime.url.origin, secrets.ADMIN_TOKEN);
    const body = { tenant: "shop", origins: [] };
    key = (await root.request<{ secret_key: string }>("/v1/admin/tenants", { method: "POST", body }))
      .secret_key;
    const shop = {
      tenant: "shop",
      users: ROWS / 15,
      items: 60,
      eventsPerUser: 15,
      kind: "chains",
      seed: 1,
    } as const;
    await landShop(r2ObjectStore(await runtime.lake()), shopEvents(shop));
    const client = new ApiClient(runtime.url.origin, key);
    const settings = { rowsMax: ROWS_OF_A_WORKER, budgetSeconds: 30, schedule: "off" };
    const outcome = await retrainBySettings(client, settings, () => {});
    expect(outcome).toMatchObject({ status: "published" });
    const { data } = await liveModel(client);
    expect(data.interactions).toBeLessThanOrEqual(ROWS_OF_A_WORKER);
    expect(data.sampledFrom).toEqual({ interactions: ROWS, users: ROWS / 15 });
  } finally {
    await runtime.dispose();
  }
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function liveModel(client: ApiClient): Promise<Manifest> {
  const { live } = await client.request<{ live: { version: string } }>("/v1/admin/models");
  return client.request(`/v1/admin/models/${live.version}`);
}

/** A command, in this very process; its one line of JSON. */
async function command(...args: string[]): Promise<Record<string, unknown>> {
  const lines: string[] = [];
  const log = vi.spyOn(console, "log").mockImplementation((line: string) => void lines.push(line));
  try {
    await lakeshoreProgram().parseAsync(args, { from: "user" });
  } finally {
    log.mockRestore();
  }
  expect(lines).toHaveLength(1);
  return JSON.parse(lines[0] ?? "");
}

function trainWhole(...args: string[]) {
  return command("train", "--whole", "--json", "--state", folder, "--key", key, ...args);
}

/** What lies in the site's bucket afterwards. */
async function leftBehind() {
  const { store, close } = await openStoppedStore(new Home(folder).statePath);
  try {
    const live = (await readPointer(store, "shop"))?.pointer.version ?? "";
    const runs = await listRuns(openLake(store), "shop", Date.now());
    return { live, runs, model: await readManifest(store, "shop", live) };
  } finally {
    await close();
  }
}

describe("train --whole", () => {
  let run = "";

  it("reads every row where the Worker took a sample, publishes, and is listed with its reason", async () => {
    const report = path.join(folder, "report.html");
    const outcome = await trainWhole("--report", report);
    expect(outcome).toMatchObject({ status: "published", version: expect.any(String) });
    expect(readdirSync(folder)).toContain("report.html");
    const { live, runs, model } = await leftBehind();
    expect(live).toBe(outcome.version);
    expect(model?.data).toMatchObject({ interactions: ROWS, users: ROWS / 15 });
    expect(model?.data.sampledFrom).toBeUndefined();
    expect(runs[0]).toMatchObject({ startedBy: "whole", status: "published", version: live });
    expect(runs.map(({ startedBy }) => startedBy)).toEqual(["whole", "settings"]);
    run = runs[0]?.run ?? "";
    expect(readdirSync(path.join(folder, "train"))).toEqual([]);
  });

  it("runs its own run again, byte for byte", async () => {
    expect(await trainWhole("--run", run)).toMatchObject({ status: "reproduced", of: run, identical: true });
  });

  it("refuses while a site runs on that state", async () => {
    const lock = new Home(folder).runPath;
    // A process is known by its command line too.
    const other = spawn(process.execPath, ["-e", "setInterval(() => {}, 1_000)", "cli.ts"]);
    try {
      writeFileSync(lock, JSON.stringify({ pid: other.pid, url: "http://127.0.0.1:1", children: [] }));
      await expect(trainWhole()).rejects.toThrow("Lakeshore already runs here, at http://127.0.0.1:1");
    } finally {
      other.kill();
      rmSync(lock);
    }
  });
});

describe("train --whole --url", () => {
  let runtime: LocalRuntime;
  let bucket: S3Server;
  beforeAll(async () => {
    const home = new Home(folder);
    const secrets = { ...(await home.secrets()) };
    runtime = await startLocal({ secrets, statePath: home.statePath, onLog: () => {} });
    bucket = await startS3Server(r2ObjectStore(await runtime.lake()), BUCKET);
    vi.stubEnv("LAKESHORE_ADMIN_TOKEN", secrets.ADMIN_TOKEN);
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await bucket?.close();
    await runtime?.dispose();
  });

  const train = (...args: string[]) =>
    command("train", "--whole", "--json", "--url", runtime.url.origin, "--key", key, "--seed", "2", ...args);

  it("says what it needs while that is missing", async () => {
    await expect(train()).rejects.toThrow("LAKESHORE_R2_ENDPOINT is not set");
  });

  it("publishes in the bucket of the deployment, through its S3 endpoint", async () => {
    vi.stubEnv("LAKESHORE_R2_ENDPOINT", bucket.endpoint);
    vi.stubEnv("LAKESHORE_R2_ACCESS_KEY_ID", CREDENTIALS.accessKeyId);
    vi.stubEnv("LAKESHORE_R2_SECRET_ACCESS_KEY", CREDENTIALS.secretAccessKey);
    const outcome = await train();
    expect(outcome).toMatchObject({ status: "published" });
    const client = new ApiClient(runtime.url.origin, key);
    const model = await liveModel(client);
    expect(model).toMatchObject({ version: outcome.version, seed: 2, data: { interactions: ROWS } });
  });

  it("refuses a key that the site does not know", async () => {
    await expect(train("--key", `sk_shop_${"a".repeat(32)}`)).rejects.toThrow("401");
  });

  it("refuses a bucket that is not the deployment's", async () => {
    const other = await startS3Server(memoryObjectStore(), BUCKET);
    vi.stubEnv("LAKESHORE_R2_ENDPOINT", other.endpoint);
    await expect(train()).rejects.toThrow("is not that of");
    await other.close();
  });
});
