/**
 * lake: the lake from the command line: what its tables hold, at any time that is kept, and other engines let in. Each
 * command stands in its own file.
 */
import type { Command } from "commander";
import { registerCommit } from "./commit.ts";
import { registerErase } from "./erase.ts";
import { registerFeatures } from "./features.ts";
import { registerQuality } from "./quality.ts";
import { registerReplay } from "./replay.ts";
import { registerScan } from "./scan.ts";
import { registerServe } from "./serve.ts";
import { registerSnapshots } from "./snapshots.ts";
import { registerTables } from "./tables.ts";
import { registerVerify } from "./verify.ts";

export { type ServedLake, serveLake } from "./endpoint.ts";
export { type LakeOptions, type OpenedStore, openLakeStore, withLake, withLakeStore } from "./open.ts";

export function registerLake(program: Command): void {
  const lake = program.command("lake").description("read the open tables, and let other engines read them");
  registerTables(lake);
  registerSnapshots(lake);
  registerScan(lake);
  registerServe(lake);
  registerCommit(lake);
  registerErase(lake);
  registerFeatures(lake);
  registerReplay(lake);
  registerQuality(lake);
  registerVerify(lake);
}
