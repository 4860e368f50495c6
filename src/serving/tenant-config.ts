import type { TenantConfig } from "../features/index.ts";
import { type Timely, within } from "./deadline.ts";
import type { ServingMemory } from "./memory.ts";
import type { ServingPorts } from "./ports.ts";

/** The tenant's configuration from memory or its store within `limitMs`. A late one still fills the memory. */
export async function readConfig(
  tenant: string,
  limitMs: number,
  ports: Pick<ServingPorts, "configs" | "now" | "timer" | "background">,
  memory: Pick<ServingMemory, "configs">,
): Promise<Timely<TenantConfig | null>> {
  const remembered = memory.configs.get(tenant, ports.now());
  if (remembered !== undefined) return { status: "ok", value: remembered };
  const read = ports.configs.read(tenant).then((config) => {
    if (config !== null) memory.configs.set(tenant, config, ports.now());
    return config;
  });
  ports.background(read);
  return within(read, limitMs, ports.timer);
}
