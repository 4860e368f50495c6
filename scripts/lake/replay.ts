import type { Command } from "commander";
import { ApiClient } from "../client/index.ts";
import { type LakeOptions, withLake, withLakeStore } from "./open.ts";
import { timeMs } from "./table-argument.ts";

interface Options extends LakeOptions {
  tenant?: string;
  reason?: string;
  since?: number;
  dryRun?: true;
  json?: true;
}

interface Step {
  read: number;
  accepted: number;
  already_replayed: number;
  skipped: Record<string, number>;
  refused: Record<string, number>;
  cursor?: string;
}

export function registerReplay(lake: Command): void {
  const command = lake
    .command("replay")
    .description("judge what was set aside once more, and land what is accepted now, each event once")
    .requiredOption("--quarantine", "from ops.quarantine")
    .option("--tenant <tenant>", "rows of one tenant only")
    .option("--reason <reason>", "rows of one reason only, such as too_late or invalid_event")
    .option("--since <time>", "rows set aside from then on (2026-01-31T12:00Z)", timeMs)
    .option("--dry-run", "judge and count, write nothing")
    .option("--json", "print one line of JSON");
  withLake(command).action((options: Options) =>
    withLakeStore(options, async ({ server, from }) => {
      if (server === null) {
        throw new Error(`${from} is stopped: what is replayed is landed by its Workers, so start it first.`);
      }
      const outcome = await replay(new ApiClient(server.url, server.adminToken), options);
      if (options.json === true) console.log(JSON.stringify(outcome));
      else print(outcome, options.dryRun === true);
    }),
  );
}

/** Step by step, to the end; the sums. */
async function replay(client: ApiClient, { tenant, reason, since, dryRun }: Options): Promise<Step> {
  const sums: Step = { read: 0, accepted: 0, already_replayed: 0, skipped: {}, refused: {} };
  let cursor: string | undefined;
  do {
    const body = { tenant, reason, since, dry_run: dryRun === true, cursor };
    const step: Step = await client.request("/v1/admin/lake/replay", { method: "POST", body });
    sums.read += step.read;
    sums.accepted += step.accepted;
    sums.already_replayed += step.already_replayed;
    addAll(sums.skipped, step.skipped);
    addAll(sums.refused, step.refused);
    cursor = step.cursor;
  } while (cursor !== undefined);
  return sums;
}

function addAll(sums: Record<string, number>, counts: Record<string, number>): void {
  for (const [why, rows] of Object.entries(counts)) sums[why] = (sums[why] ?? 0) + rows;
}

function print({ read, accepted, already_replayed, skipped, refused }: Step, isDryRun: boolean): void {
  console.log(`${read} rows in quarantine`);
  console.log(`${accepted} ${isDryRun ? "would be landed" : "landed"}`);
  if (already_replayed > 0) console.log(`${already_replayed} were landed by an earlier replay`);
  for (const [why, rows] of Object.entries(skipped))
    console.log(`${rows} skipped, copies of rows that are in their tables: ${why}`);
  for (const [why, rows] of Object.entries(refused)) console.log(`${rows} still refused: ${why}`);
}
