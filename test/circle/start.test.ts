import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ApiClient } from "../../scripts/client/index.ts";
import { ROOT } from "../../scripts/local/workers.ts";
import type { OnceReport } from "../../scripts/start/index.ts";
import { readStats } from "../../scripts/start/seed.ts";
import { makeUuidV7 } from "../../src/events/index.ts";

interface Run {
  child: ChildProcess;
  stdout: () => string;
  stderr: () => string;
  /** The exit code. */
  ended: Promise<number | null>;
}

/** The command as a user gives it, in a process group of its own, so that what it leaves behind can be seen. */
function lakeshore(...args: string[]): Run {
  const child = spawn("node", [path.join(ROOT, "scripts/bootstrap.mjs"), ...args], { detached: true });
  const text = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk) => (text.stdout += chunk));
  child.stderr.on("data", (chunk) => (text.stderr += chunk));
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  return { child, stdout: () => text.stdout, stderr: () => text.stderr, ended };
}

/** Of the run's group; the dead whom nobody has collected yet do not count. */
function processesLeft({ child }: Run): string[] {
  const lines = execFileSync("ps", ["-eo", "pgid=,stat=,command="], { encoding: "utf8" }).split("\n");
  return lines.filter((line) => {
    const [group, state = ""] = line.trim().split(/\s+/);
    return group === String(child.pid) && !state.startsWith("Z");
  });
}

const LATE_EVENTS = 20;

/** Views of one user, each of another item, as of now. */
function lateEvents(): object[] {
  const nowMs = Date.now();
  return Array.from({ length: LATE_EVENTS }, (_, index) => ({
    event_id: makeUuidV7(nowMs + index, randomBytes(10)),
    type: "view",
    user_id: "late",
    session_id: "late",
    item_id: `late-${index}`,
    occurred_at: nowMs,
    sent_at: nowMs,
    consent: "granted",
  }));
}

/** The lines of a user's profile (time, event id, type, value, item), read from the stopped state's own files. */
function historyOf(folder: string, userId: string): string[] {
  const files = readdirSync(path.join(folder, "state"), { recursive: true, encoding: "utf8" });
  for (const file of files.filter((name) => name.endsWith(".sqlite"))) {
    const database = new DatabaseSync(path.join(folder, "state", file));
    try {
      const has = database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'profiles'").get();
      if (has === undefined) continue;
      const row = database.prepare("SELECT history FROM profiles WHERE subject = ?").get(`u:${userId}`);
      return JSON.parse(String(row?.history ?? "[]"));
    } finally {
      database.close();
    }
  }
  return [];
}

describe("start --once --json", () => {
  async function once(seed: number): Promise<OnceReport> {
    const run = lakeshore("start", "--once", "--json", "--scale", "tiny", "--seed", String(seed));
    const code = await run.ended;
    expect(run.stdout().trim().split("\n"), run.stderr()).toHaveLength(1);
    expect(processesLeft(run)).toEqual([]);
    const report = JSON.parse(run.stdout()) as OnceReport;
    expect(code, run.stdout()).toBe(report.ok ? 0 : 1);
    return report;
  }

  it("closes the circle: nothing lost, every sample from the model just trained; another seed, other answers", async () => {
    const first = await once(1);
    expect(Object.keys(first)).toEqual([
      "ok",
      "counts",
      "model",
      "metrics",
      "samples",
      "seconds",
      "installSeconds",
    ]);
    expect(first.ok).toBe(true);
    const { accepted, bronze, features, quarantined } = first.counts;
    expect(accepted).toBeGreaterThan(1_000);
    expect([bronze, features + quarantined]).toEqual([accepted, accepted]);
    // The tiny shop has under a thousand test cases: nothing but popularity is let live on so few.
    expect(first.model.learner).toBe("popularity");
    expect(first.metrics["ndcg@10"].model).toBe(first.metrics["ndcg@10"].popularity);
    expect(first.samples).toHaveLength(3);
    for (const sample of first.samples) {
      expect(sample.model_version).toBe(first.model.version);
      expect(sample).not.toHaveProperty("degraded");
      expect(new Set(sample.items.map(({ source }) => source))).toEqual(new Set(["model"]));
    }
    const second = await once(2);
    expect(second.ok).toBe(true);
    const ids = ({ samples }: OnceReport) => samples.map(({ items }) => items.map(({ item_id: id }) => id));
    expect(ids(second)).not.toEqual(ids(first));
  });
});

describe("start", () => {
  let folder = "";
  const runs: Run[] = [];
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), "lakeshore-state-"));
  });
  afterAll(async () => {
    for (const { child, ended } of runs) {
      child.kill("SIGTERM");
      await ended;
    }
    rmSync(folder, { recursive: true, force: true });
  });

  function start(...args: string[]): Run {
    const run = lakeshore("start", "--scale", "tiny", "--port", "0", "--state", folder, ...args);
    runs.push(run);
    return run;
  }

  /** Resolves once the welcome is printed. */
  async function up(run: Run): Promise<string> {
    await Promise.race([
      run.ended.then(() => Promise.reject(new Error(run.stderr()))),
      (async () => {
        while (!run.stdout().includes("Ctrl-C")) await new Promise((resolve) => setTimeout(resolve, 100));
      })(),
    ]);
    return run.stdout();
  }

  it("prints lines that work when pasted, keeps its state over a restart, and leaves no process behind", async () => {
    const first = start();
    const welcome = await up(first);
    const address = /http:\/\/[^\s/]+/.exec(welcome)?.[0] ?? "";
    const client = new ApiClient(address, /sk_demo_\S+/.exec(welcome)?.[0] ?? "");
    const before = await readStats(client);
    const lines = welcome.split("\n").filter((line) => line.startsWith("curl "));
    expect(lines).toHaveLength(3);
    const answers = lines.map((line) =>
      JSON.parse(execFileSync("sh", ["-c", line], { encoding: "utf8", stdio: "pipe" })),
    );
    expect(answers[0].items).toHaveLength(5);
    expect(answers[1]).toMatchObject({ accepted: 1, rejected: 0 });
    expect(answers[2].items.length).toBeGreaterThan(0);
    const page = await fetch(`${address}/`);
    expect(await page.text()).toContain("<!doctype html>");

    const rival = start();
    expect(await rival.ended).toBe(1);
    expect(rival.stderr()).toContain("already runs here");

    await client.request("/v1/events", { method: "POST", body: lateEvents() });
    // As a terminal does on Ctrl-C: to every process of the group.
    process.kill(-(first.child.pid ?? 0), "SIGINT");
    expect(await first.ended).toBe(130);
    expect(processesLeft(first)).toEqual([]);
    expect(historyOf(folder, "late")).toHaveLength(LATE_EVENTS);
    const click = JSON.parse(/-d '(.*)'/.exec(lines[1] ?? "")?.[1] ?? "") as Record<string, string>;
    expect(historyOf(folder, click.user_id ?? "")).toContainEqual(
      expect.stringMatching(new RegExp(`${click.event_id} click .*${click.item_id}$`)),
    );

    const otherSeed = start("--seed", "2");
    expect(await otherSeed.ended).toBe(1);
    expect(otherSeed.stderr()).toContain("--fresh");

    const again = start();
    const key = /pk_demo_\S+/;
    const secondWelcome = await up(again);
    expect(key.exec(secondWelcome)?.[0]).toBe(key.exec(welcome)?.[0]);
    const firstLine = secondWelcome.split("\n").find((line) => line.startsWith("curl ")) ?? "";
    const answer = JSON.parse(execFileSync("sh", ["-c", firstLine], { encoding: "utf8", stdio: "pipe" }));
    expect(answer).not.toHaveProperty("degraded");
    const nextAddress = /http:\/\/[^\s/]+/.exec(secondWelcome)?.[0] ?? "";
    const after = await readStats(new ApiClient(nextAddress, /sk_demo_\S+/.exec(welcome)?.[0] ?? ""));
    expect(after).toEqual({ ...before, feature_events: before.feature_events + 1 + LATE_EVENTS });
    expect(again.stderr()).not.toContain("Sending");
    expect(readFileSync(path.join(folder, "demo.json"), "utf8")).toContain(key.exec(welcome)?.[0]);
  });
});
