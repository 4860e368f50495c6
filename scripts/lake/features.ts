import type { Command } from "commander";
import { ApiClient } from "../client/index.ts";
import { runJob } from "./jobs.ts";
import { type LakeOptions, withLake, withLakeStore } from "./open.ts";
import { timeMs } from "./table-argument.ts";

interface Options extends LakeOptions {
  tenant: string;
  asOf: number;
  json?: true;
}

interface Made {
  items: number;
  users: number;
  snapshot_id: number | null;
}

export function registerFeatures(lake: Command): void {
  const command = lake
    .command("features")
    .description("make a tenant's features as of any time; the schedule makes those of every midnight UTC")
    .requiredOption("--tenant <tenant>", "whose")
    .requiredOption("--as-of <time>", "what had been received by then counts (2026-01-31T12:00Z)", timeMs)
    .option("--json", "print one line of JSON");
  withLake(command).action(({ tenant, asOf, json, ...options }: Options) =>
    withLakeStore(options, async ({ server, from }) => {
      if (server === null)
        throw new Error(`${from} is stopped: features are made by its Workers, so start it first.`);
      // What has landed by the time that is asked for may still be on its way to silver.
      await runJob(server, "commit");
      await runJob(server, "refine");
      const body = { tenant, as_of: asOf };
      const client = new ApiClient(server.url, server.adminToken);
      const made = await client.request<Made>("/v1/admin/lake/features", {
        method: "POST",
        body,
        retry: true,
      });
      console.log(json === true ? JSON.stringify(made) : sentence(made, asOf));
    }),
  );
}

function sentence({ items, users, snapshot_id }: Made, asOfMs: number): string {
  const time = new Date(asOfMs).toISOString();
  if (snapshot_id === null) return "silver.interactions is empty: there is nothing to make features from";
  return `features as of ${time}: ${items} items, ${users} subjects, from snapshot ${snapshot_id} of silver.interactions`;
}
