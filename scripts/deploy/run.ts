import { ROOT } from "../local/workers.ts";
import { deploy } from "./deploy.ts";
import { destroy } from "./destroy.ts";
import { systemPorts } from "./ports.ts";
import type { Jurisdiction } from "./provision.ts";
import { rehearsalPorts } from "./rehearsal.ts";
import { provisionedJurisdiction, readResources } from "./resources.ts";

export interface DeployFlags {
  dryRun?: true;
  yes?: true;
  jurisdiction?: Jurisdiction;
  tenant: string;
  origin: string[];
}

export async function runDeploy({ dryRun, yes, jurisdiction, tenant, origin }: DeployFlags): Promise<void> {
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

export async function runDestroy({ dryRun, confirm }: { dryRun?: true; confirm?: string }): Promise<void> {
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
