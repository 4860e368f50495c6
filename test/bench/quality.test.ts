import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { measureBaselines } from "../../scripts/bench/quality/baselines.ts";
import { type Job, OBJECT } from "../../scripts/bench/quality/contract.ts";
import { cpuSecondsOf, cpuSecondsOfPs, cpuSecondsOfStat } from "../../scripts/bench/quality/cpu.ts";
import { registerQuality } from "../../scripts/bench/quality/index.ts";
import { RunData } from "../../scripts/bench/quality/run-data.ts";
import { wasmBytes } from "../../scripts/bench/quality/wasm-memory.ts";
import { writeRunData } from "../../scripts/bench/quality/write-run-data.ts";
import { testingPart } from "../../scripts/data/protocol/index.ts";
import { Progress } from "../../scripts/progress.ts";
import { BASELINES, createDataset, ease, type Learner, shapeOf } from "../../src/learn/index.ts";

describe("the CPU time of a process", () => {
  it("is read from /proc, whatever the process is called", () => {
    const rest = "S 1 2 3 4 5 6 7 8 9 10 1234 66 7 8";
    expect(cpuSecondsOfStat(`42 (a (strange) name) ${rest}`)).toBe(13);
  });

  it("is read from ps as Linux and macOS write it", () => {
    expect(cpuSecondsOfPs("00:01:05")).toBe(65);
    expect(cpuSecondsOfPs("2-01:00:00")).toBe(2 * 86_400 + 3_600);
    expect(cpuSecondsOfPs("3:07.25")).toBe(187.25);
  });

  it("grows with work", () => {
    const before = cpuSecondsOf(process.pid);
    let sum = 0;
    for (let i = 0; cpuSecondsOf(process.pid) < before + 0.05; i++) sum += Math.sqrt(i);
    expect(sum).toBeGreaterThan(0);
    expect(cpuSecondsOf(process.pid)).toBeGreaterThan(before);
  });
});

describe("Wasm memory", () => {
  it("is counted as it is made and as it grows", () => {
    const before = wasmBytes();
    const memory = new WebAssembly.Memory({ initial: 2, maximum: 8, shared: true });
    expect(wasmBytes() - before).toBe(2 * 65_536);
    memory.grow(3);
    expect(wasmBytes() - before).toBe(5 * 65_536);
  });
});

describe("the data of a run", () => {
  const rows = Array.from({ length: 40 * 6 }, (_, row) => ({
    userId: `u${100 + Math.floor(row / 6)}`,
    itemId: `i${(row * 5) % 17}`,
    timeMs: 1_000 * (row % 6),
    weight: 1,
    typeCode: 1,
  }));
  const dataset = createDataset(rows);
  const job: Job = {
    task: "next-item",
    learner: "auto",
    settings: {},
    seed: 1,
    budgetSeconds: 1,
    on: "test",
    casesMax: null,
    rankMax: 20,
  };

  async function written() {
    const kept = new Map<string, Uint8Array<ArrayBuffer>>();
    const objects = {
      read: async (name: string) => kept.get(name)?.slice() ?? null,
      write: async (name: string, bytes: Uint8Array) => void kept.set(name, bytes.slice()),
    };
    await writeRunData({ task: "next-item", dataset, testUsersFrom: 0 }, job, objects);
    return { kept, objects };
  }

  it("is split before the steps, and no step that fits reads a row of the test", async () => {
    const { objects } = await written();
    const data = new RunData();
    const { fit, validation } = await data.learning(objects);
    expect(fit.items.length).toBe(40 * 4);
    expect([...validation.targetRows].every((row) => validation.dataset.timesMs[row] === 4_000)).toBe(true);
    expect((await data.rows(objects)).items.length).toBe(40 * 4);
    const cases = await data.cases(objects);
    expect([...cases.targetRows].every((row) => cases.dataset.timesMs[row] === 5_000)).toBe(true);
  });

  it("is held a part at a time, and rows that were parked come back into the same object", async () => {
    const { kept, objects } = await written();
    const data = new RunData();
    const { fit, validation } = await data.learning(objects);
    const items = fit.items.slice();
    const { parking } = data;
    parking.park();
    expect([fit.items.length, validation.dataset.items.length > 0]).toEqual([0, true]);
    await parking.restore();
    expect(fit.items).toEqual(items);
    kept.delete(OBJECT.learning);
    expect((await data.learning(objects)).fit).toBe(fit);
    await data.rows(objects);
    expect([fit.items.length, validation.dataset.items.length]).toEqual([0, 0]);
  });
});

describe("baselines", () => {
  it("that fail are a sentence beside those that do not", async () => {
    const rows = Array.from({ length: 60 }, (_, row) => ({
      ...{
        userId: `u${row % 10}`,
        itemId: `i${(row * 7) % 11}`,
        timeMs: row * 1_000,
        weight: 1,
        typeCode: 1,
      },
    }));
    const protocol = {
      task: "next-item" as const,
      name: "rows",
      metrics: [],
      published: [],
      sequences: "s.txt",
    };
    const dataset = createDataset(rows);
    const data = { protocol, task: protocol.task, dataset, testUsersFrom: 0, items: null, content: null };
    const { test: cases } = testingPart(data);
    const ranks = new Float64Array(cases.targetRows.length).fill(1);
    const ours = { ranks, cases, names: ["hr@10"], seed: 1, rankMax: 10 };
    const fit = () => Promise.reject(new Error("std::bad_alloc"));
    const large = { ...ease, name: "large", fit };
    const told = await measureBaselines(data, ours, new Progress({ quiet: true }), [
      large,
      BASELINES[0] as Learner,
    ]);
    expect(told).toMatchObject({
      large: "failed: std::bad_alloc",
      popularity: { difference: expect.anything() },
    });
  });

  it("of EASE suit what a process has memory for, from either side", () => {
    const suits = (users: number, items: number) =>
      ease.suits({ ...shapeOf(createDataset([]), { maskSeen: true }), users, items });
    expect([suits(3_300, 104_000), suits(104_000, 3_300)]).toEqual([false, true]);
    expect([suits(600, 9_700), suits(3_600, 3_600)]).toEqual([true, false]);
  });
});

describe("a run that cannot be", () => {
  /** Runs the command over a folder of `files` beside a log of twelve rows. */
  async function run(flags: readonly string[], files: Record<string, string> = {}): Promise<unknown> {
    const folder = await mkdtemp(path.join(os.tmpdir(), "lakeshore-quality-"));
    const columns = { user: "user", item: "item", time: "time", timeUnit: "s" };
    const rows = Array.from({ length: 12 }, (_, row) => `u${row % 3},i${row % 4},${row}`);
    const all = {
      "protocol.json": JSON.stringify({ task: "log", interactions: { file: "log.csv", ...columns } }),
      "log.csv": `user,item,time\n${rows.join("\n")}\n`,
      ...files,
    };
    for (const [name, text] of Object.entries(all)) await writeFile(path.join(folder, name), text);
    const bench = new Command().exitOverride().configureOutput({ writeErr: () => {} });
    registerQuality(bench);
    for (const command of bench.commands) command.exitOverride().configureOutput({ writeErr: () => {} });
    const args = ["quality", "--data", folder, "--engine", "node", ...flags];
    return bench.parseAsync(args, { from: "user" }).finally(() => rm(folder, { recursive: true }));
  }

  it("is refused by its flags", async () => {
    await expect(run(["--learner", "nosuch"])).rejects.toThrow(
      /--learner must be one of auto, popularity, .*ease/,
    );
    await expect(run(["--set", "ridge=3"])).rejects.toThrow("--set needs a --learner");
    for (const budget of ["0", "1.5"]) {
      await expect(run(["--budget", budget])).rejects.toThrow("must be a whole number from 1");
    }
    const linear = ["--learner", "linear"];
    await expect(run([...linear, "--set", "nosuch=3"])).rejects.toThrow(
      /^linear has no parameter nosuch.*ridge/,
    );
    await expect(run([...linear, "--set", "ridge=-1"])).rejects.toThrow(
      /^ridge of linear must be above 0, and -1 is not$/,
    );
    await expect(run([...linear, "--set", "orderFree=1.5"])).rejects.toThrow("must be 1 or below");
    await expect(run([...linear, "--set", "popularity.weight=-0.1"])).rejects.toThrow("must be 0 or above");
    await expect(run(["--learner", "transformer", "--set", "dropout=1"])).rejects.toThrow("must be below 1");
    await expect(run([...linear, "--set", "no.such=3"])).rejects.toThrow(/^linear has no parameter no.such/);
  });

  it("is refused where nothing is to be found, with what was left out", async () => {
    const table = `user,item,time\n${["a,1,5", "b,2,5"].join("\n")}\n`;
    await expect(run([], { "log.csv": table })).rejects.toThrow(
      /^no test case: none of 2 rows of 2 users .*unknownItem 2, withoutHistory 0, repeat 0$/,
    );
  });

  it("is refused where nothing is to be fitted on", async () => {
    const protocol = JSON.stringify({ task: "next-item", sequences: "s.txt" });
    const short = { "protocol.json": protocol, "s.txt": "1 10 20\n2 20 10\n" };
    await expect(run([], short)).rejects.toThrow(/^nothing to fit on: none of 4 rows of 2 users/);
  });

  it("is refused where a user has two lines of a sequence", async () => {
    const protocol = JSON.stringify({ task: "next-item", sequences: "s.txt" });
    const twice = { "protocol.json": protocol, "s.txt": "1 10 20 30\n2 20 10 30\n1 40 20\n" };
    await expect(run([], twice)).rejects.toThrow(/^user 1 has two lines of sequences/);
  });

  it("is refused where `auto` has nothing to choose by", async () => {
    const protocol = JSON.stringify({ task: "top-n", train: "train.txt", test: "test.txt" });
    const files = { "protocol.json": protocol, "train.txt": "1 10\n2 20\n", "test.txt": "1 20\n2 10\n" };
    await expect(run([], files)).rejects.toThrow(/^no validation case: none of 4 rows of 2 users/);
  });
});
