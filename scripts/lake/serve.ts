import { once } from "node:events";
import type { Command } from "commander";
import { portNumber } from "../commands/arguments.ts";
import { connectText } from "./connect.ts";
import { serveLake } from "./endpoint.ts";
import { type LakeOptions, withLake, withLakeStore } from "./open.ts";

const PORT_DEFAULT = 8788;

interface Options extends LakeOptions {
  port: number;
}

export function registerServe(lake: Command): void {
  const command = lake
    .command("serve")
    .description(
      "let Spark, DuckDB, Trino and PyIceberg read the lake here: a REST catalog and an S3 endpoint",
    )
    .option("--port <number>", "port on loopback, 0 for any free one", portNumber, PORT_DEFAULT);
  withLake(command).action(run);
}

async function run(options: Options): Promise<void> {
  await withLakeStore(options, async ({ store, from }) => {
    const served = await serveLake(store, options.port);
    console.log(connectText(served.url));
    console.log(`Reading ${from}. Ctrl-C ends it.`);
    const signals = new AbortController();
    await Promise.race(
      (["SIGINT", "SIGTERM"] as const).map((name) => once(process, name, { signal: signals.signal })),
    );
    signals.abort();
    await served.close();
  });
}
