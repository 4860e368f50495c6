import { withIds } from "./config-ids.ts";
import type { Ports } from "./ports.ts";
import { type Jurisdiction, kvId } from "./provision.ts";
import type { Resources } from "./resources.ts";
import { DeployError, isAbsent, must } from "./wrangler.ts";

export interface DestroyOptions {
  provisioned?: Jurisdiction;
  /** What the operator typed as confirmation on the command line. */
  confirm?: string;
  dryRun: boolean;
}

/**
 * Removes all that `deploy` made: Workers first (nothing may write any more), then queues, KV, D1 and the bucket. What is gone
 * already is passed over, so it may be run again, as it must be for a bucket that holds objects.
 */
export async function destroy(options: DestroyOptions, resources: Resources, ports: Ports): Promise<void> {
  const { wrangler, say } = ports;
  await confirmLoss(options, resources, ports);
  for (const name of resources.workflows) await remove(["workflows", "delete", name], ports);
  for (const { name } of resources.workers.toReversed()) await remove(["delete", name, "--force"], ports);
  for (const queue of resources.queues) await remove(["queues", "delete", queue], ports);
  const namespace = await kvId(wrangler, resources.kvTitle);
  if (namespace !== undefined) {
    await remove(["kv", "namespace", "delete", "--namespace-id", namespace, "--skip-confirmation"], ports);
  }
  for (const { name } of resources.databases)
    await remove(["d1", "delete", name, "--skip-confirmation"], ports);
  if (!(await removeBucket(options, resources, ports))) return;
  const nothing = { kvId: undefined, databaseIds: new Map<string, string>(), jurisdiction: undefined };
  for (const { config } of resources.workers)
    ports.writeConfig(config, withIds(ports.readConfig(config), nothing));
  ports.writeDeployed(null);
  if (!options.dryRun) say("Lakeshore is gone from the account, and its ids from the configs.");
}

async function confirmLoss(options: DestroyOptions, resources: Resources, ports: Ports): Promise<void> {
  const { bucket, databases, workers } = resources;
  const edge = workers.at(-1)?.name ?? "";
  ports.say("This deletes, for good and without a copy:");
  ports.say(
    `  Workers    ${workers.map(({ name }) => name).join(", ")}: the site gets no answers from then on`,
  );
  ports.say(`  queues     ${resources.queues.join(", ")}: events that wait there are lost`);
  ports.say(`  KV         ${resources.kvTitle}: keys of all tenants`);
  ports.say(`  databases  ${databases.map(({ name }) => name).join(", ")}: catalogue, users, profiles`);
  ports.say(`  bucket     ${bucket}: every event, every model; nothing can be rebuilt without it`);
  if (options.dryRun) return;
  const typed = options.confirm ?? (await ports.ask(`Type "${edge}" to delete it all:`));
  if (typed !== edge) throw new DeployError("Nothing was deleted.");
}

async function remove(args: string[], { wrangler, say }: Ports): Promise<void> {
  say(`Deleting: ${args.join(" ")} …`);
  const result = await wrangler({ args });
  if (isAbsent(result)) say("  … was not there any more.");
  else await must(async () => result, { args });
}

/** R2 deletes only empty buckets and wrangler has no command to empty one: a lifecycle rule does it within a day. */
async function removeBucket(options: DestroyOptions, { bucket }: Resources, ports: Ports): Promise<boolean> {
  const { wrangler, say } = ports;
  const where =
    options.provisioned === undefined || options.provisioned === "none"
      ? []
      : ["--jurisdiction", options.provisioned];
  say(`Deleting: the bucket ${bucket} …`);
  const deleted = await wrangler({ args: ["r2", "bucket", "delete", bucket, ...where] });
  if (deleted.code === 0 || isAbsent(deleted)) return true;
  // Not empty, as a rule; if it is something else, this fails too and says it.
  await must(wrangler, {
    args: [
      "r2",
      "bucket",
      "lifecycle",
      "add",
      bucket,
      "lakeshore-destroy",
      "",
      "--expire-days",
      "1",
      "--force",
      ...where,
    ],
  });
  say(`The bucket ${bucket} still holds objects. From now on R2 deletes them after a day, at no cost;`);
  say(
    "run `npm run destroy` again then to delete the bucket itself. Empty it in the dashboard to be done sooner.",
  );
  return false;
}
