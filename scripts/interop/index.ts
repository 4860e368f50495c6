/**
 * interop: whether other engines read the lake as we do. A tiny circle runs through the Workers, the lake is aged (its schema
 * grows, files are merged, snapshots expire), and PyIceberg, DuckDB and Apache Spark read it by way of `lake serve`: every row of
 * every table must be the one that our own scan finds.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Command } from "commander";

export function registerInterop(program: Command): void {
  program
    .command("interop")
    .description("let PyIceberg, DuckDB and Spark read a lake made for it, and compare every row")
    .option("--require-all", "fail where a reader cannot be installed, instead of skipping it by name", false)
    .action(async ({ requireAll }: { requireAll: boolean }) => {
      // Loaded only here: the runtime takes a second, which no other command needs.
      const { runInterop } = await import("./run.ts");
      const folder = await mkdtemp(path.join(tmpdir(), "lakeshore-interop-"));
      try {
        process.exitCode = await runInterop(folder, requireAll);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    });
}
