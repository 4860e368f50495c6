import { spawn } from "node:child_process";
import path from "node:path";
import { ROOT } from "../local/workers.ts";

export interface WranglerCall {
  args: string[];
  /** Written to stdin: how secrets travel, so that they stand neither in `args` nor in any log. */
  input?: string;
  env?: Record<string, string>;
}

export interface WranglerResult {
  code: number;
  stdout: string;
  stderr: string;
}

/** Every call of wrangler goes through one of these: the real one, the rehearsal's or a test's. */
export type Wrangler = (call: WranglerCall) => Promise<WranglerResult>;

/** Told to the build step in `wrangler.toml`: this deploy takes care of the other Workers itself. */
export const DEPLOY_ENV = "LAKESHORE_DEPLOY";

/** The locked wrangler, never asking anything: what it would ask is decided here. */
export const runWrangler: Wrangler = ({ args, input, env }) =>
  new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      [path.join(ROOT, "node_modules/wrangler/bin/wrangler.js"), ...args],
      {
        cwd: ROOT,
        env: {
          ...process.env,
          CI: "1",
          NO_COLOR: "1",
          WRANGLER_SEND_METRICS: "false",
          [DEPLOY_ENV]: "1",
          ...env,
        },
      },
    );
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? 1, stdout, stderr }));
    child.stdin.on("error", () => {}); // A child that ends early closes its stdin; its exit code tells the rest.
    child.stdin.end(input ?? "");
  });

/** A wrangler call that must succeed; the error carries wrangler's own words. */
export async function must(wrangler: Wrangler, call: WranglerCall): Promise<string> {
  const { code, stdout, stderr } = await wrangler(call);
  if (code !== 0) {
    const words = (stderr.trim() || stdout.trim()).split("\n").slice(-25).join("\n");
    throw new DeployError(`wrangler ${call.args.join(" ")} failed:\n${words}`);
  }
  return stdout;
}

/** Something the operator can act on: shown as its message, without a stack. */
export class DeployError extends Error {
  override readonly name = "DeployError";
}
