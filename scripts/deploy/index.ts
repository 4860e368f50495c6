/**
 * deploy: from a clone to a running Lakeshore on Cloudflare, and back to nothing. Every wrangler call goes through one
 * function, so that `--dry-run` rehearses the very steps; ids are written into the configs, where a plain `wrangler deploy`
 * finds them. No secret is ever printed or put on a command line.
 */
import { type Command, InvalidArgumentError } from "commander";
import { TENANT_PATTERN } from "../../src/events/index.ts";
import { ROOT } from "../local/runtime.ts";
import { deploy } from "./deploy.ts";
import { destroy } from "./destroy.ts";
import { systemPorts } from "./ports.ts";
import { JURISDICTIONS, type Jurisdiction } from "./provision.ts";
import { rehearsalPorts } from "./rehearsal.ts";
import { provisionedJurisdiction, readResources } from "./resources.ts";

interface DeployFlags {
  dryRun?: true;
  yes?: true;
  jurisdiction?: Jurisdiction;
  tenant: string;
  origin: string[];
}

export function registerDeploy(program: Command): void {
  program
    .command("deploy")
    .description("provision, migrate, make secrets and deploy all four Workers to Cloudflare")
    .option("--dry-run", "show every step and check the four bundles, offline; change nothing")
    .option(
      "--jurisdiction <place>",
      `where data may be kept: ${JURISDICTIONS.join(", ")}`,
      parseJurisdiction,
    )
    .option("--tenant <name>", "the first tenant", parseTenant, "main")
    .option("--origin <origin...>", "sites that the tenant's publishable key is bound to", [])
    .option("--yes", "do not ask")
    .action((flags: DeployFlags) => runDeploy(flags));
}

export function registerDestroy(program: Command): void {
  program
    .command("destroy")
    .description("delete the Workers and ALL data from Cloudflare")
    .option("--dry-run", "show every step; delete nothing")
    .option("--confirm <name>", "the edge Worker's name, instead of typing it")
    .action((flags: { dryRun?: true; confirm?: string }) => runDestroy(flags));
}

async function runDeploy({ dryRun, yes, jurisdiction, tenant, origin }: DeployFlags): Promise<void> {
  const resources = readResources(ROOT);
  const provisioned = provisionedJurisdiction(ROOT);
  const ports = systemPorts();
  const chosen = jurisdiction ?? (dryRun === true && provisioned === undefined ? "none" : undefined);
  await deploy(
    {
      tenant,
      origins: origin,
      dryRun: dryRun === true,
      yes: yes === true,
      ...(chosen === undefined ? {} : { jurisdiction: chosen }),
      ...(provisioned === undefined ? {} : { provisioned }),
    },
    resources,
    dryRun === true ? rehearsalPorts(ports) : ports,
  );
  if (dryRun === true)
    ports.say("Dry run: the steps above are what a deploy to an empty account does. Nothing was changed.");
}

async function runDestroy({ dryRun, confirm }: { dryRun?: true; confirm?: string }): Promise<void> {
  const resources = readResources(ROOT);
  const provisioned = provisionedJurisdiction(ROOT);
  const ports = systemPorts();
  await destroy(
    {
      dryRun: dryRun === true,
      ...(confirm === undefined ? {} : { confirm }),
      ...(provisioned === undefined ? {} : { provisioned }),
    },
    resources,
    dryRun === true ? rehearsalPorts(ports, [resources.kvTitle]) : ports,
  );
  if (dryRun === true) ports.say("Dry run: nothing was deleted.");
}

function parseJurisdiction(text: string): Jurisdiction {
  const found = JURISDICTIONS.find((choice) => choice === text);
  if (found === undefined) throw new InvalidArgumentError(`must be one of ${JURISDICTIONS.join(", ")}`);
  return found;
}

function parseTenant(text: string): string {
  if (!TENANT_PATTERN.test(text)) throw new InvalidArgumentError(`must match ${TENANT_PATTERN.source}`);
  return text;
}
