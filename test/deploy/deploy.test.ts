import { readFileSync } from "node:fs";
import path from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { type DeployOptions, deploy } from "../../scripts/deploy/deploy.ts";
import { destroy } from "../../scripts/deploy/destroy.ts";
import { readResources } from "../../scripts/deploy/resources.ts";
import { ROOT, WORKER_CONFIGS } from "../../scripts/local/runtime.ts";
import { cleared, type FakeAccount, fakeAccount } from "./fake-account.ts";

const resources = readResources(ROOT);
const configs = Object.fromEntries(
  Object.values(WORKER_CONFIGS).map((file) => [file, cleared(readFileSync(path.join(ROOT, file), "utf8"))]),
);
const options: DeployOptions = { jurisdiction: "eu", yes: true, tenant: "main", origins: [], dryRun: false };
const creating = (calls: string[]) => calls.filter((call) => / (create|bulk)\b/.test(call));

let account: FakeAccount;
beforeEach(() => {
  account = fakeAccount(configs);
});

describe("deploy", () => {
  it("reads what is needed from the four configs", () => {
    expect(resources.workers.map(({ name }) => name)).toEqual([
      "lakeshore-scorer",
      "lakeshore-pipeline",
      "lakeshore-trainer",
      "lakeshore",
    ]);
    expect(resources.queues).toEqual(["lakeshore-events", "lakeshore-dead-letters"]);
    expect(resources.databases.map(({ name }) => name)).toEqual(["lakeshore-core", "lakeshore-profiles-0"]);
    expect(resources.bucket).toBe("lakeshore-lake");
    expect(resources.workflows).toEqual(["lakeshore-retrain"]);
  });

  it("makes everything in an order in which each step finds what it needs", async () => {
    await deploy(options, resources, account.ports);
    const where = "--jurisdiction eu";
    const queue = (name: string) => `queues create ${name} --message-retention-period-secs 1209600 ${where}`;
    const changes = account.calls.filter((call) => !/ (info|list)\b|^whoami/.test(call));
    expect(changes).toEqual([
      queue("lakeshore-events"),
      queue("lakeshore-dead-letters"),
      `r2 bucket create lakeshore-lake ${where}`,
      `d1 create lakeshore-core ${where}`,
      `d1 create lakeshore-profiles-0 ${where}`,
      `kv namespace create lakeshore-kv ${where}`,
      "d1 migrations apply lakeshore-core --remote --config wrangler.toml",
      "d1 migrations apply lakeshore-profiles-0 --remote --config wrangler.toml",
      "secret bulk --name lakeshore",
      "(assets)",
      "deploy --config workers/scorer.toml",
      "deploy --config workers/pipeline.toml",
      "deploy --config workers/trainer.toml",
      "deploy --config wrangler.toml",
      "POST https://lakeshore.me.workers.dev/v1/admin/tenants",
    ]);
    expect(account.said.join("\n")).toContain("pk_main_x");
    expect(account.said.join("\n")).toContain("sk_main_x");
  });

  it("changes nothing but the Workers when run again", async () => {
    await deploy(options, resources, account.ports);
    const written = new Map(account.configs);
    const token = account.deployed?.adminToken;
    account.calls.length = 0;
    await deploy({ ...options, provisioned: "eu" }, resources, account.ports);
    expect(creating(account.calls)).toEqual([]);
    expect(account.configs).toEqual(written);
    expect(account.deployed?.adminToken).toBe(token);
    expect(account.calls.filter((call) => call.startsWith("deploy"))).toHaveLength(4);
    expect(account.said.at(-1)).toContain("exists already");
  });

  it("goes on where it was broken off", async () => {
    account.queues.add("lakeshore-events");
    account.databases.set("lakeshore-core", "core-id");
    await deploy(options, resources, account.ports);
    expect(creating(account.calls).join("\n")).not.toMatch(/create (lakeshore-events|lakeshore-core)\b/);
    expect(account.configs.get("wrangler.toml")).toContain('database_id = "core-id"');
  });

  it("says that the plan is needed first, and makes nothing on an account without it", async () => {
    account.paid = false;
    await expect(deploy(options, resources, account.ports)).rejects.toThrow(/Workers Paid/);
    expect(account.said[0]).toContain("Workers Paid");
    expect(creating(account.calls)).toHaveLength(1);
    expect([account.buckets.size, account.databases.size, account.namespaces.size]).toEqual([0, 0, 0]);
  });

  it("makes nothing without a login, a jurisdiction or a yes", async () => {
    account.loggedIn = false;
    await expect(deploy(options, resources, account.ports)).rejects.toThrow(/wrangler login/);
    account.loggedIn = true;
    const { jurisdiction: _, ...unsaid } = options;
    await expect(deploy(unsaid, resources, account.ports)).rejects.toThrow(
      /--jurisdiction none\|eu\|us\|fedramp/,
    );
    await expect(deploy({ ...options, yes: false }, resources, account.ports)).rejects.toThrow(/--yes/);
    account.answers = ["eu", "no"];
    await expect(deploy({ ...unsaid, yes: false }, resources, account.ports)).rejects.toThrow(
      "Nothing was deployed.",
    );
    expect(new Set(account.calls)).toEqual(new Set(["whoami --json"]));
  });

  it("asks for the jurisdiction, keeps it in the configs, and refuses to change it", async () => {
    const { jurisdiction: _, ...unsaid } = options;
    account.answers = ["fedramp"];
    await deploy(unsaid, resources, account.ports);
    for (const file of Object.values(WORKER_CONFIGS)) {
      expect(account.configs.get(file)).toContain('jurisdiction = "fedramp"');
    }
    const again = deploy({ ...options, provisioned: "fedramp" }, resources, account.ports);
    await expect(again).rejects.toThrow(/cannot be changed to "eu"/);
  });

  it("asks for no place where none is wanted", async () => {
    await deploy({ ...options, jurisdiction: "none" }, resources, account.ports);
    expect(account.calls.join("\n")).not.toContain("--jurisdiction");
    expect(account.configs.get("wrangler.toml")).not.toContain("jurisdiction");
  });

  it("never puts a secret on a command line or on the screen", async () => {
    await deploy(options, resources, account.ports);
    const secrets = account.inputs.flatMap((input) =>
      Object.values(JSON.parse(input) as Record<string, string>),
    );
    expect(new Set(secrets).size).toBe(2);
    const seen = [...account.calls, ...account.said].join("\n");
    for (const secret of secrets) {
      expect(secret.length).toBeGreaterThan(40);
      expect(seen).not.toContain(secret);
    }
  });

  it.each(["ADMIN_TOKEN", "SIGNING_SECRET"])("makes only the other secret where %s is set", async (held) => {
    account.workers.set("lakeshore", new Set([held]));
    await deploy(options, resources, account.ports);
    const [made] = account.inputs.map((input) => Object.keys(JSON.parse(input)));
    expect(account.inputs).toHaveLength(1);
    expect(made).toEqual(["ADMIN_TOKEN", "SIGNING_SECRET"].filter((name) => name !== held));
    expect(account.deployed === null).toBe(held === "ADMIN_TOKEN");
  });

  it("makes no secret where it could not ask which are set", async () => {
    account.online = false;
    await expect(deploy(options, resources, account.ports)).rejects.toThrow("fetch failed");
    expect(account.inputs).toEqual([]);
  });

  it("leaves secrets that another machine made, and says how to set a new token", async () => {
    account.workers.set("lakeshore", new Set(["ADMIN_TOKEN", "SIGNING_SECRET"]));
    await deploy(options, resources, account.ports);
    expect(account.inputs).toEqual([]);
    expect(account.said.at(-1)).toContain("wrangler secret put ADMIN_TOKEN");
  });
});

describe("destroy", () => {
  const confirmed = { confirm: "lakeshore", provisioned: "eu", dryRun: false } as const;

  beforeEach(async () => {
    await deploy(options, resources, account.ports);
    account.calls.length = 0;
  });

  it("deletes nothing until the edge's name is typed", async () => {
    await expect(destroy({ ...confirmed, confirm: "yes" }, resources, account.ports)).rejects.toThrow(
      "Nothing was deleted",
    );
    expect(account.calls).toEqual([]);
    expect(account.said.join("\n")).toContain("nothing can be rebuilt without it");
  });

  it("deletes the Workers, callers first, then everything that they wrote to", async () => {
    await destroy(confirmed, resources, account.ports);
    const deletions = account.calls.filter((call) => call.includes("delete"));
    expect(deletions).toEqual([
      "workflows delete lakeshore-retrain",
      "delete lakeshore --force",
      "delete lakeshore-trainer --force",
      "delete lakeshore-pipeline --force",
      "delete lakeshore-scorer --force",
      "queues delete lakeshore-events",
      "queues delete lakeshore-dead-letters",
      "kv namespace delete --namespace-id kv-lakeshore-kv-id --skip-confirmation",
      "d1 delete lakeshore-core --skip-confirmation",
      "d1 delete lakeshore-profiles-0 --skip-confirmation",
      "r2 bucket delete lakeshore-lake --jurisdiction eu",
    ]);
    for (const [file, text] of account.configs) expect(text, file).toBe(configs[file]);
    expect(account.deployed).toBeNull();
  });

  it("lets a bucket with objects run empty, and finishes when run again", async () => {
    account.bucketHoldsObjects = true;
    await destroy(confirmed, resources, account.ports);
    expect(account.calls.at(-1)).toMatch(/^r2 bucket lifecycle add lakeshore-lake .*--expire-days 1/);
    expect(account.configs.get("wrangler.toml")).toContain('jurisdiction = "eu"');
    account.bucketHoldsObjects = false;
    await destroy(confirmed, resources, account.ports);
    expect(account.buckets.size).toBe(0);
    expect(account.configs.get("wrangler.toml")).toBe(configs["wrangler.toml"]);
  });
});
