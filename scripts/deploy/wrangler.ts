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
  const result = await wrangler(call);
  if (result.code !== 0) throw failure(call, result);
  return result.stdout;
}

export function failure({ args }: WranglerCall, { stdout, stderr }: WranglerResult): DeployError {
  const words = (stderr.trim() || stdout.trim()).split("\n").slice(-25).join("\n");
  return new DeployError(`wrangler ${args.join(" ")} failed:\n${words}`);
}

/** Whether a call failed because there is no such thing. Codes: 10007 Worker, 10006 bucket, 7404 database, 11000 queue; the words differ between wrangler's versions. */
export function isAbsent({ code, stdout, stderr }: WranglerResult): boolean {
  return (
    code !== 0 &&
    /not found|does(n't| not) exist|could ?n[o']t find|No KV|10007|10006|7404|11000/i.test(stdout + stderr)
  );
}

/** Something the operator can act on: shown as its message, without a stack. */
export class DeployError extends Error {
  override readonly name = "DeployError";
}
