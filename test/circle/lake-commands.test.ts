import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Command } from "commander";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { ROOT, startLocal } from "../../scripts/local/runtime.ts";
import { lakeshoreProgram } from "../../scripts/program.ts";
import { createPrng, MINUTE_MS, r2ObjectStore } from "../../src/base/index.ts";
import { EVENTS, openLake } from "../../src/lake/index.ts";
import { randomEvent } from "../lake/events.ts";

const ADMIN_TOKEN = "root-token-of-the-tests";
const NOW_MS = Date.UTC(2026, 5, 1, 12);
const children: ChildProcess[] = [];
let home = "";
let snapshots: number[] = [];

/** Two snapshots of ten events each, ten events that wait for a commit, and then the Workers end. */
beforeAll(async () => {
  home = mkdtempSync(path.join(tmpdir(), "lakeshore-lake-"));
  const secrets = { ADMIN_TOKEN, SIGNING_SECRET: "the signing secret of the tests" };
  const runtime = await startLocal({ secrets, statePath: path.join(home, "state") });
  try {
    const lake = openLake(r2ObjectStore(await runtime.lake()));
    const prng = createPrng(3);
    for (const minute of [0, 5, 10]) {
      const nowMs = NOW_MS + minute * MINUTE_MS;
      const events = Array.from({ length: 10 }, () =>
        randomEvent(prng, minute === 0 ? "demo" : "hill", NOW_MS),
      );
      await lake.append(EVENTS, events, { nowMs });
      if (minute < 10) await lake.commitPending(EVENTS, { nowMs });
    }
    snapshots = ((await lake.load(EVENTS))?.snapshots ?? []).map(({ id }) => id);
    const url = runtime.url.href;
    const served = await run(["tables", "--json", "--url", url], { LAKESHORE_ADMIN_TOKEN: ADMIN_TOKEN });
    expect(JSON.parse(served.stdout)["bronze.events"]).toMatchObject({ rows: 20, files: 2, snapshots: 2 });
    const refused = await run(["tables", "--url", url], { LAKESHORE_ADMIN_TOKEN: "wrong" });
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining("401")]);
  } finally {
    await runtime.dispose();
  }
});

afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
  rmSync(home, { recursive: true, force: true });
});

function startServe(): ChildProcess {
  const args = [path.join(ROOT, "scripts/cli.ts"), "lake", "serve", "--port", "0", "--state", home];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  return child;
}

/** A command in this very process, which spares starting one. */
async function run(args: string[], env: Record<string, string> = {}) {
  const program = lakeshoreProgram();
  endWithErrors(program);
  const out = { code: 0, stdout: "", stderr: "" };
  const log = vi.spyOn(console, "log").mockImplementation((line: string) => {
    out.stdout += `${line}\n`;
  });
  const error = vi.spyOn(console, "error").mockImplementation((line: string) => {
    out.stderr += `${line}\n`;
  });
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  try {
    await program.parseAsync(["lake", ...args], { from: "user" });
  } catch (error) {
    out.code = 1;
    out.stderr = (error as Error).message;
  } finally {
    log.mockRestore();
    error.mockRestore();
    vi.unstubAllEnvs();
  }
  return out;
}

/** Commander would end the process. */
function endWithErrors(command: Command): void {
  command.exitOverride().configureOutput({ writeErr: () => {} });
  for (const child of command.commands) endWithErrors(child);
}

function scan(...args: string[]) {
  return run(["scan", "--table", "bronze.events", "--state", home, ...args]);
}

describe("lake scan", () => {
  it("prints rows as JSON lines and as CSV, filtered and limited", async () => {
    const { stdout, code } = await scan(
      "--json",
      "--tenant",
      "demo",
      "--columns",
      "tenant,received_at,context",
    );
    expect(code).toBe(0);
    const rows = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(rows).toHaveLength(10);
    expect(Object.keys(rows[0] ?? {})).toEqual(["tenant", "received_at", "context"]);
    expect(new Set(rows.map(({ tenant }) => tenant))).toEqual(new Set(["demo"]));
    const times = rows.map(({ received_at: time }) => time as number).sort((a, b) => a - b);
    const since = new Date(times[4] ?? 0).toISOString();
    const csv = await scan(
      "--csv",
      "--tenant",
      "demo",
      "--columns",
      "received_at",
      "--where",
      `received_at>=${since}`,
    );
    const [header, ...lines] = csv.stdout.trim().split("\n");
    expect([header, lines.length]).toEqual([
      "received_at",
      times.filter((time) => time >= (times[4] ?? 0)).length,
    ]);
    expect(lines).toContain(since);
    expect((await scan("--json", "--limit", "3")).stdout.trim().split("\n")).toHaveLength(3);
  });

  it("goes back to a snapshot and to a time", async () => {
    for (const when of [String(snapshots[0]), new Date(NOW_MS + MINUTE_MS).toISOString()]) {
      const { stdout } = await scan("--json", "--as-of", when);
      expect(stdout.trim().split("\n"), when).toHaveLength(10);
    }
    const listed = await run(["snapshots", "--table", "bronze.events", "--state", home, "--json"]);
    const ids = listed.stdout
      .trim()
      .split("\n")
      .map((line) => (JSON.parse(line) as { id: number }).id);
    expect(ids).toEqual(snapshots);
    const early = await scan("--json", "--as-of", "2026-05-31T12:00Z");
    expect(early).toEqual({
      code: 0,
      stdout: "",
      stderr: "bronze.events had no snapshot by 2026-05-31T12:00:00.000Z\n",
    });
    const unknown = await scan("--as-of", "12345");
    expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringContaining("12345")]);
  });

  it("names what it does not know", async () => {
    for (const [args, words] of [
      [["--columns", "nope"], 'no column "nope"'],
      [["--where", "value>=much"], "the column is a double"],
      [["--where", "value!1"], "column>=value"],
      [["--json", "--csv"], "one of them"],
    ] as const) {
      const { code, stderr } = await scan(...args);
      expect([code, stderr]).toEqual([1, expect.stringContaining(words)]);
    }
  });
});

describe("lake verify", () => {
  it("fails where no report was ever made, and says so", async () => {
    try {
      const { stdout, stderr } = await run(["verify", "--json", "--state", home]);
      expect(process.exitCode).toBe(1);
      expect(JSON.parse(stdout)).toMatchObject({
        tables: { "bronze.events": { rows: 20 } },
        reconciliation: { differences: 0, hours_compared: 0, hours_open: 0, report_at: null },
      });
      expect(stderr).toContain("there is no report");
    } finally {
      process.exitCode = undefined;
    }
  });
});

describe("lake serve", () => {
  it("gives catalog and bucket to this machine, takes no writes, and ends with a signal", async () => {
    const child = startServe();
    const url = await new Promise<string>((resolve, reject) => {
      child.stdout?.on("data", (chunk: Buffer) => {
        const found = /S3's API at (http:\/\/127\.0\.0\.1:\d+)/.exec(chunk.toString())?.[1];
        if (found !== undefined) resolve(found);
      });
      child.on("close", (code) => reject(new Error(`ended with ${code}`)));
    });
    const loaded = await fetch(`${url}/catalog/v1/namespaces/bronze/tables/events`);
    const table = (await loaded.json()) as { "metadata-location": string; config: Record<string, string> };
    expect(table.config["s3.endpoint"]).toBe(url);
    const location = table["metadata-location"].replace("s3://", `${url}/`);
    expect(await (await fetch(location)).json()).toMatchObject({ "format-version": 2 });
    for (const target of [location, `${url}/catalog/v1/namespaces/bronze/tables`]) {
      expect((await fetch(target, { method: "POST", body: "{}" })).status).toBe(405);
    }
    // A page that made its own name lead to this machine.
    const { hostname, port } = new URL(url);
    const status = await new Promise((resolve) => {
      request({ hostname, port, headers: { host: "evil.example" } }, (answer) =>
        resolve(answer.statusCode),
      ).end();
    });
    expect(status).toBe(403);
    const ended = new Promise((resolve) => child.on("close", resolve));
    child.kill("SIGINT");
    // As a shell reports a program that Ctrl-C ended.
    expect(await ended).toBe(130);
  });
});

describe("lake commit", () => {
  it("brings what waits into its table", async () => {
    const { stdout } = await run(["commit", "--state", home]);
    expect(JSON.parse(stdout)).toMatchObject({ done: true, committed: { "bronze.events": { rows: 10 } } });
    expect((await scan("--json")).stdout.trim().split("\n")).toHaveLength(30);
  });
});
