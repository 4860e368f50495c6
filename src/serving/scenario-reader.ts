import { within } from "./deadline.ts";
import type { Problem } from "./degraded.ts";
import { CONFIG_LIFE_MS } from "./limits.ts";
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
  const scenarios = fresh(tenant, ports, memory);
  return scenarios === undefined ? undefined : scenarioOf({ scenarios, problem: null }, name);
}

function fresh(
  tenant: string,
  { now }: Pick<ServingPorts, "now">,
  memory: ServingMemory,
): Scenarios | undefined {
  const remembered = memory.scenarios.get(tenant, now());
  return remembered !== undefined && now() - remembered.readAtMs < CONFIG_LIFE_MS
    ? remembered.scenarios
    : undefined;
}

/** What was read of a tenant's scenarios; null: nothing. */
export interface ScenariosRead {
  scenarios: Scenarios | null;
  problem: Problem | null;
}

/** The tenant's scenarios, from memory or their store; those read before while it is late. One read serves every list of a page. */
export async function readScenariosOf(
  tenant: string,
  ports: ServingPorts,
  { memory, timeline }: { memory: ServingMemory; timeline: Timeline },
): Promise<ScenariosRead> {
  const known = fresh(tenant, ports, memory);
  if (known !== undefined) return { scenarios: known, problem: null };
  const read = ports.scenarios.read(tenant).then((set) => {
    const scenarios: Scenarios = new Map(set?.scenarios.map((stored) => [stored.name, readScenario(stored)]));
    memory.scenarios.set(tenant, { scenarios, readAtMs: ports.now() }, ports.now());
    return scenarios;
  });
  ports.background(read);
  const timely = await timeline.measure("scenario", within(read, timeline.configMs, ports.timer));
  if (timely.status === "ok") return { scenarios: timely.value, problem: null };
  const older = memory.scenarios.get(tenant, ports.now());
  return older === undefined ? { scenarios: null, problem: LATE } : { ...older, problem: OLDER };
}

/**
 * The scenario by its name. One that is late is answered as if nothing were stored under the name, and said so: an answer without its rules is
 * worth more to a page than none.
 */
export function scenarioOf({ scenarios, problem }: ScenariosRead, name: string): ScenarioRead {
  const problems = problem === null ? [] : [problem];
  const scenario = scenarios?.get(name);
  if (scenario === null) return { scenario: plainScenario(name), problems: [...problems, UNREADABLE] };
  return { scenario: scenario ?? plainScenario(name), problems };
}

const LATE: Problem = {
  reason: "scenario_late",
  detail: "the scenario could not be read in time: its rules had no part in the list",
};
const OLDER: Problem = {
  reason: "scenario_late",
  detail: "the scenario could not be read now: it is as it was when last read, ten minutes ago at most",
};
const UNREADABLE: Problem = {
  reason: "scenario_error",
  detail: "the scenario was stored by a newer release: its rules had no part in the list",
};
