import { withIds } from "./config-ids.ts";
import type { Ports } from "./ports.ts";
import { checkAccount } from "./preflight.ts";
import { type Jurisdiction, provision } from "./provision.ts";
import type { Resources } from "./resources.ts";
import { makeSecrets, missingSecrets, putSecrets } from "./secrets.ts";
import { createFirstTenant } from "./tenant.ts";
import { must } from "./wrangler.ts";

export interface DeployOptions {
  jurisdiction?: Jurisdiction;
  /** Under which the resources were made; undefined before the first deploy. */
  provisioned?: Jurisdiction;
  yes: boolean;
  tenant: string;
  /** Sites that the publishable key is bound to; none for any. */
  origins: string[];
  dryRun: boolean;
}

/**
 * Deploys everything, from an empty account or over what is there: each step looks before it makes, so a deploy that was
 * broken off is simply run again. Nothing is made before the account, the plan and the jurisdiction are settled.
 */
export async function deploy(options: DeployOptions, resources: Resources, ports: Ports): Promise<void> {
  const { wrangler, say } = ports;
  const jurisdiction = await checkAccount(options, ports);

  say(`Provisioning (jurisdiction: ${jurisdiction}) …`);
  const ids = await provision(wrangler, resources, jurisdiction);
  for (const { config } of resources.workers) {
    const text = ports.readConfig(config);
    const filled = withIds(text, ids);
    if (filled !== text) ports.writeConfig(config, filled);
  }

  say("Migrating the databases …");
  for (const { name, config } of resources.databases) {
    await must(wrangler, { args: ["d1", "migrations", "apply", name, "--remote", "--config", config] });
  }

  await ensureSecrets(resources, ports);

  say("Building the static files …");
  await ports.buildAssets();
  let url: string | undefined;
  for (const { name, config } of resources.workers) {
    say(`Deploying ${name} …`);
    url = await deployWorker(config, ports);
  }
  await createFirstTenant({ ...options, url }, ports);
}

/** Each is made once: new ones would void every user token and recommendation id in the world. */
async function ensureSecrets(resources: Resources, { wrangler, say, ...ports }: Ports): Promise<void> {
  const missing = await missingSecrets(wrangler, resources);
  if (missing.length === 0) {
    say("Secrets: set already, left as they are.");
    return;
  }
  say(`Making the secrets ${missing.join(" and ")} …`);
  const secrets = makeSecrets(missing, ports.random);
  // Kept before it is uploaded: a deploy that breaks off here must not leave a token that nobody knows.
  const { ADMIN_TOKEN: adminToken } = secrets;
  if (adminToken !== undefined) ports.writeDeployed({ ...ports.readDeployed(), adminToken });
  await putSecrets(wrangler, resources, secrets);
}

/** Returns the Worker's address, if it has one of its own: the edge comes last and does. */
async function deployWorker(config: string, { wrangler, outputFile }: Ports): Promise<string | undefined> {
  const output = await outputFile();
  await must(wrangler, {
    args: ["deploy", "--config", config],
    env: { WRANGLER_OUTPUT_FILE_PATH: output.path },
  });
  const lines = (await output.read()).split("\n").filter((line) => line !== "");
  const deployed = lines
    .map((line) => JSON.parse(line) as { type: string; targets?: string[] })
    .find(({ type }) => type === "deploy");
  return deployed?.targets?.find((target) => target.startsWith("https://"));
}
