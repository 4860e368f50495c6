import { within } from "./deadline.ts";
import type { Problem } from "./degraded.ts";
import { CONFIG_READ_MS } from "./limits.ts";
import type { ServingMemory } from "./memory.ts";
import type { ServingPorts } from "./ports.ts";
import { plainScenario, readScenario, type Scenario } from "./scenario.ts";
import type { Timeline } from "./timeline.ts";

/** A tenant's scenarios by name; null stands for one that this release cannot read. */
export type Scenarios = ReadonlyMap<string, Scenario | null>;

export interface ScenarioRead {
  scenario: Scenario;
  problems: Problem[];
}

/** What memory has of a tenant's scenarios; undefined: they have to be read. */
export function rememberedScenario(
  tenant: string,
  name: string,
  ports: Pick<ServingPorts, "now">,
  memory: ServingMemory,
): ScenarioRead | undefined {
  const scenarios = memory.scenarios.get(tenant, ports.now());
  return scenarios === undefined ? undefined : scenarioOf(scenarios, name);
}

/** The tenant's scenarios, from memory or their store; null: they were not read in time. One read serves every list of a page. */
export async function readScenariosOf(
  tenant: string,
  ports: ServingPorts,
  { memory, timeline }: { memory: ServingMemory; timeline: Timeline },
): Promise<Scenarios | null> {
  const remembered = memory.scenarios.get(tenant, ports.now());
  if (remembered !== undefined) return remembered;
  const read = ports.scenarios.read(tenant).then((set) => {
    const scenarios: Scenarios = new Map(set?.scenarios.map((stored) => [stored.name, readScenario(stored)]));
    memory.scenarios.set(tenant, scenarios, ports.now());
    return scenarios;
  });
  ports.background(read);
  const timely = await timeline.measure("scenario", within(read, CONFIG_READ_MS, ports.timer));
  return timely.status === "ok" ? timely.value : null;
}

/**
 * The scenario by its name. One that is late is answered as if nothing were stored under the name, and said so: an answer without its rules is
 * worth more to a page than none.
 */
export function scenarioOf(scenarios: Scenarios | null, name: string): ScenarioRead {
  if (scenarios === null) return { scenario: plainScenario(name), problems: [LATE] };
  const scenario = scenarios.get(name);
  if (scenario === null) return { scenario: plainScenario(name), problems: [UNREADABLE] };
  return { scenario: scenario ?? plainScenario(name), problems: [] };
}

const LATE: Problem = {
  reason: "scenario_late",
  detail: "the scenario could not be read in time: its rules had no part in the list",
};
const UNREADABLE: Problem = {
  reason: "scenario_error",
  detail: "the scenario was stored by a newer release: its rules had no part in the list",
};
