import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { unstable_getMiniflareWorkerOptions, unstable_readConfig } from "wrangler";
import { decide } from "../../scripts/deploy/build-step.mjs";
import { withIds } from "../../scripts/deploy/config-ids.ts";
import { WORKER_SECRETS } from "../../scripts/deploy/secrets.ts";
import { bundleWorker } from "../../scripts/local/bundle.ts";
import { ROOT, WORKER_CONFIGS, type WorkerName } from "../../scripts/local/runtime.ts";
import { cleared } from "./fake-account.ts";

const IDS = {
  kvId: "0123abcd",
  databaseIds: new Map([
    ["lakeshore-core", "core-id"],
    ["lakeshore-profiles-0", "profiles-id"],
  ]),
  jurisdiction: "eu",
};

/** What the local runtime keeps its state under: must not move when the ids come in. */
function localBindings(folder: string, toml: string): unknown {
  const file = path.join(folder, "local.toml");
  writeFileSync(file, toml);
  const config = unstable_readConfig({ config: file }, { hideWarnings: true });
  const { kvNamespaces, d1Databases } = unstable_getMiniflareWorkerOptions(config).workerOptions;
  return { kvNamespaces, d1Databases };
}

describe("ids in the configs", () => {
  for (const [worker, file] of Object.entries(WORKER_CONFIGS)) {
    const text = cleared(readFileSync(path.join(ROOT, file), "utf8"));

    it(`stand where wrangler reads them: ${worker}`, () => {
      const folder = mkdtempSync(path.join(tmpdir(), "lakeshore-"));
      try {
        const copy = path.join(folder, "wrangler.toml");
        writeFileSync(copy, withIds(text, IDS));
        const config = unstable_readConfig({ config: copy }, { hideWarnings: true });
        for (const kv of config.kv_namespaces) expect(kv).toMatchObject({ binding: "KV", id: "0123abcd" });
        for (const d1 of config.d1_databases) {
          expect(d1.database_id).toBe(d1.database_name === "lakeshore-core" ? "core-id" : "profiles-id");
        }
        expect(config.r2_buckets.map((r2: { jurisdiction?: string }) => r2.jurisdiction)).toEqual(["eu"]);
        const local = [text, withIds(text, IDS)].map((toml) => localBindings(folder, toml));
        expect(local[1]).toEqual(local[0]);
        for (const workflow of config.workflows) expect(workflow).toMatchObject({ jurisdiction: "eu" });
      } finally {
        rmSync(folder, { recursive: true });
      }
    });

    it(`are written once and can be taken out again: ${worker}`, () => {
      const filled = withIds(text, IDS);
      expect(withIds(filled, IDS)).toBe(filled);
      expect(filled).not.toBe(text);
      expect(cleared(filled)).toBe(text);
    });
  }
});

describe("secrets", () => {
  it("go to the Workers whose code reads them, and to no other", async () => {
    for (const [worker, needed] of Object.entries(WORKER_SECRETS)) {
      const { main } = unstable_readConfig({ config: path.join(ROOT, WORKER_CONFIGS[worker as WorkerName]) });
      const { modules } = await bundleWorker(String(main));
      const code = String(modules[0]?.contents);
      const read = ["ADMIN_TOKEN", "SIGNING_SECRET"].filter((name) => code.includes(name));
      expect([worker, read]).toEqual([worker, [...needed]]);
    }
  });
});

describe("the build step", () => {
  const provisioned = { command: "deploy", ownDeploy: false, edgeConfig: 'binding = "KV"\nid = "1"\n' };
  const decided = (arguments_: string | null, more = {}) => decide({ ...provisioned, arguments_, ...more });

  it("deploys the other Workers before a real `wrangler deploy` only", () => {
    expect(decided("node wrangler.js deploy")).toBe("others");
    expect(decided("node wrangler.js deploy --dry-run --outdir x")).toBe("assets");
    expect(decided("node wrangler.js deploy --dry-run=true")).toBe("assets");
    expect(decided("node wrangler.js deploy --dryRun")).toBe("assets");
    expect(decided("node wrangler.js dev", { command: "dev" })).toBe("assets");
    expect(decided("node wrangler.js deploy", { ownDeploy: true })).toBe("assets");
  });

  it("stops with a sentence where it cannot tell, or where nothing is provisioned", () => {
    expect(decided(null)).toContain("npm run deploy");
    expect(decided("node wrangler.js deploy", { edgeConfig: 'binding = "KV"\n' })).toContain(
      "npm run deploy",
    );
  });
});
