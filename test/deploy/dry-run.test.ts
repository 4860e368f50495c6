import { spawnSync } from "node:child_process";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "../../scripts/local/runtime.ts";

/** Wrangler bundles four Workers, ONNX Runtime's 14 MB among them. */
const TIMEOUT_MS = 120_000;

/** No account, and no network: any request would go to a port that nobody listens on. */
const OFFLINE = {
  ...process.env,
  CI: "1",
  WRANGLER_SEND_METRICS: "false",
  CLOUDFLARE_API_TOKEN: "",
  HTTPS_PROXY: "http://127.0.0.1:9",
  HTTP_PROXY: "http://127.0.0.1:9",
};

function run(args: string[]): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: ROOT,
    env: OFFLINE,
    encoding: "utf8",
  });
  return { status, output: `${stdout}\n${stderr}` };
}

describe("offline", () => {
  it("`deploy --dry-run` shows every step and checks all four Workers", { timeout: TIMEOUT_MS }, () => {
    const { status, output } = run([path.join(ROOT, "scripts/cli.ts"), "deploy", "--dry-run"]);
    expect(output).toContain("Workers Paid");
    for (const config of [
      "workers/scorer.toml",
      "workers/pipeline.toml",
      "workers/trainer.toml",
      "wrangler.toml",
    ]) {
      expect(output).toContain(`wrangler deploy --config ${config}`);
    }
    expect(output).toContain("Nothing was changed.");
    expect(status, output).toBe(0);
  });

  it("`wrangler deploy --dry-run` at the root builds the static files and deploys nothing", {
    timeout: TIMEOUT_MS,
  }, () => {
    const { status, output } = run(["node_modules/wrangler/bin/wrangler.js", "deploy", "--dry-run"]);
    expect(output).not.toContain("Deploying scorer first");
    expect(status, output).toBe(0);
  });

  it("`destroy --dry-run` deletes nothing", () => {
    const { status, output } = run([path.join(ROOT, "scripts/cli.ts"), "destroy", "--dry-run"]);
    expect(output).toContain("nothing was deleted");
    expect(status, output).toBe(0);
  });
});
