/** The commands of the `lakeshore` command line; each stands in its own file. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { Command } from "commander";
import { registerBench } from "./bench/index.ts";
import { registerEvaluate } from "./commands/evaluate.ts";
import { registerImport } from "./commands/import.ts";
import { registerKeys } from "./commands/keys.ts";
import { registerRebuild } from "./commands/rebuild.ts";
import { registerRecommend } from "./commands/recommend.ts";
import { registerScenarios } from "./commands/scenarios.ts";
import { registerStart } from "./commands/start.ts";
import { registerTest } from "./commands/test.ts";
import { registerTrain } from "./commands/train.ts";
import { registerTypes } from "./commands/types.ts";
import { registerDeploy, registerDestroy } from "./deploy/index.ts";
import { registerInterop } from "./interop/index.ts";
import { registerLake } from "./lake/index.ts";
import { ROOT } from "./local/workers.ts";
import { registerModels } from "./models/index.ts";
import { registerSdk } from "./sdk/index.ts";
import { registerSimulate } from "./simulate/index.ts";
import { registerWorth } from "./worth/index.ts";

/** All of it, ready to parse. */
export function lakeshoreProgram(): Command {
  const { version } = JSON.parse(readFileSync(path.join(ROOT, "package.json"), "utf8")) as {
    version: string;
  };
  const program = new Command("lakeshore")
    .description(
      "Personalised recommendations on Cloudflare: run them here, feed them, train them, deploy them.",
    )
    .version(version)
    .showHelpAfterError("(--help shows how)")
    .addHelpText(
      "after",
      "\nCommands that ask a server take --url (default: the one that `start` runs here) and --key (default: LAKESHORE_SECRET_KEY,\n" +
        "or the key of the server that `start` runs here).",
    );

  registerStart(program);
  registerImport(program);
  registerTrain(program);
  registerEvaluate(program);
  registerRecommend(program);
  registerRebuild(program);
  registerKeys(program);
  registerScenarios(program);
  registerLake(program);
  registerSimulate(program);
  registerWorth(program);
  registerBench(program);
  registerModels(program);
  registerSdk(program);
  registerDeploy(program);
  registerDestroy(program);
  registerTest(program);
  registerInterop(program);
  registerTypes(program);

  return program;
}
