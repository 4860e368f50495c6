/**
 * deploy: from a clone to a running Lakeshore on Cloudflare, and back to nothing. Every wrangler call goes through one
 * function, so that `--dry-run` rehearses the very steps; ids are written into the configs, where a plain `wrangler deploy`
 * finds them. No secret is ever printed or put on a command line.
 */
import { type Command, InvalidArgumentError } from "commander";
import { TENANT_PATTERN } from "../../src/events/index.ts";
import { JURISDICTIONS, type Jurisdiction } from "./provision.ts";
import type { DeployFlags } from "./run.ts";

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
    .action(async (flags: DeployFlags) => (await import("./run.ts")).runDeploy(flags));
}

export function registerDestroy(program: Command): void {
  program
    .command("destroy")
    .description("delete the Workers and ALL data from Cloudflare")
    .option("--dry-run", "show every step; delete nothing")
    .option("--confirm <name>", "the edge Worker's name, instead of typing it")
    .action(async (flags: { dryRun?: true; confirm?: string }) =>
      (await import("./run.ts")).runDestroy(flags),
    );
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
