import type { Command } from "commander";
import { openLake } from "../../src/lake/index.ts";
import { ApiClient } from "../client/index.ts";
import { type LakeOptions, withLake, withLakeStore } from "./open.ts";

export function registerCommit(lake: Command): void {
  const command = lake
    .command("commit")
    .description("bring what was landed into the tables now; the schedule does it every minute anyway");
  withLake(command).action((options: LakeOptions) =>
    withLakeStore(options, async ({ store, server }) => {
      // A running server commits by itself: the bytes are not carried here and back, and its store is not ours to write.
      if (server !== null) {
        const client = new ApiClient(server.url, server.adminToken);
        console.log(
          JSON.stringify(await client.request("/v1/admin/lake/jobs/commit", { method: "POST", body: {} })),
        );
        return;
      }
      const { committed, faults } = await openLake(store, { clock: Date.now }).commitAllPending({
        nowMs: Date.now(),
        force: true,
      });
      console.log(JSON.stringify({ done: faults.length === 0, committed, faults }));
      if (faults.length > 0) process.exitCode = 1;
    }),
  );
}
