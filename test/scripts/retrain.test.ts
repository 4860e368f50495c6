import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { ApiClient, retrain } from "../../scripts/client/index.ts";
import { registerTrain } from "../../scripts/commands/train.ts";
import { registerWorth } from "../../scripts/worth/index.ts";

describe("following a retrain", () => {
  it("ends with an error that names the run when it does not move any more", async () => {
    const server = createServer((request, response) => {
      const started = request.method === "POST";
      const status = { status: "running", step: "train", progress: 0.4, message: "" };
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify(started ? { run_id: "run-1" } : status));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const client = new ApiClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, "sk_demo_x");
    try {
      await expect(retrain(client, { seed: 1 }, () => {}, 600)).rejects.toThrow(/run-1 has not moved/);
    } finally {
      server.close();
    }
  });
});

describe("a command that cannot be", () => {
  async function run(...args: string[]): Promise<unknown> {
    const program = new Command().exitOverride();
    registerTrain(program);
    registerWorth(program);
    return program.parseAsync(args, { from: "user" });
  }

  it("is refused for settings that are no file, or that name their own version", async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), "lakeshore-train-"));
    const file = path.join(folder, "training.json");
    await expect(run("train", "--config", file)).rejects.toThrow(
      `cannot read ${file}: there is no such file`,
    );
    await expect(run("train", "--config", folder)).rejects.toThrow(`cannot read ${folder}: it is a folder`);
    await writeFile(file, JSON.stringify({ version: 3, seed: 1 }));
    await expect(run("train", "--config", file)).rejects.toThrow(/training\.json: version: .* leave it out$/);
    await rm(folder, { recursive: true });
  });

  it("is refused for learners that do not exist", async () => {
    const named = run("worth", "--learner", "linear", "foo");
    await expect(named).rejects.toThrow(/^error: --learner must be one of popularity, .*linear/);
  });
});
