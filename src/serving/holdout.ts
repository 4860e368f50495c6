import { assignVariant, unitOf, type Variant } from "../experiments/index.ts";
import type { ListReader } from "./list-reader.ts";
import type { ServingMemory } from "./memory.ts";
import type { AnswerRequest } from "./plan.ts";
import type { ServingPorts } from "./ports.ts";
import { commonRungs, type RungsWanted } from "./rungs.ts";
import type { Scenario } from "./scenario.ts";
import { rememberedScenario } from "./scenario-reader.ts";

/** What a visitor who is held out is given in place of the model's list. */
export const HELD_OUT_LIST: RungsWanted["common"] = { list: "popular", category: null };

/**
 * Which lists of the scenario the visitor is given: by what the request calls itself, whether or not it may speak for that user, so that no read changes it.
 * Where nobody is named, or none is asked for by a visitor, there is nothing to compare: `control`. Pages go on as they began.
 */
export function variantOf(
  { tenant, subject, ids, cursor }: Pick<AnswerRequest, "tenant" | "subject" | "ids" | "cursor">,
  { name, holdoutShare }: Scenario,
): Variant {
  if (holdoutShare === 0 || subject.kind !== "visitor") return "control";
  if (cursor?.variant !== undefined) return cursor.variant;
  const unit = unitOf(ids);
  return unit === null ? "control" : assignVariant(unit, { tenant, experiment: name, share: holdoutShare });
}

/** Whether it is known before the round's reads that the lists will be needed for somebody who is held out. */
export function isHeldOut(
  request: AnswerRequest,
  ports: Pick<ServingPorts, "now">,
  memory: ServingMemory,
): boolean {
  const known = rememberedScenario(request.tenant, request.scenario, ports, memory);
  return known !== undefined && variantOf(request, known.scenario) === "popular";
}

/** The items in the order of the popular list; those that it does not have last, as they were given. */
export async function byPopularity(
  items: readonly string[],
  lists: ListReader,
  below: RungsWanted,
): Promise<string[]> {
  const { lists: common } = await lists.get();
  const [popular] = commonRungs(common, { ...below, common: HELD_OUT_LIST, allows: () => true });
  const given = new Set(items);
  const ordered = new Set<string>();
  for (const { itemId } of popular?.items() ?? []) if (given.has(itemId)) ordered.add(itemId);
  return [...ordered, ...items.filter((itemId) => !ordered.has(itemId))];
}
