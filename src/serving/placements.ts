import { findItems, startLists } from "./answer.ts";
import { type Answer, type Found, finish } from "./finish.ts";
import type { AnswerItem } from "./ladder.ts";
import type { ServingMemory } from "./memory.ts";
import type { AnswerRequest } from "./plan.ts";
import type { ServingPorts } from "./ports.ts";
import { readRound, readSubject, wantsFacts } from "./round.ts";
import type { Timeline } from "./timeline.ts";

/**
 * The lists of one page, for one visitor who is read once. All are asked at the same time; with `distinct` each asks for as many more as those
 * before it may take away, so that it is full wherever enough items qualify, and the earlier placements choose first.
 */
export async function answerPlacements(
  requests: readonly AnswerRequest[],
  distinct: boolean,
  ports: ServingPorts,
  context: { memory: ServingMemory; timeline: Timeline },
): Promise<Answer[]> {
  const [first] = requests;
  if (first === undefined) return [];
  const lists = startLists(first, ports, context);
  const facts = requests.some((request) => wantsFacts(request, ports, context.memory));
  const visitor = readSubject(first, facts, ports, context);
  const rounds = await Promise.all(requests.map((request) => readRound(request, ports, context, visitor)));
  let before = 0;
  const found = await Promise.all(
    requests.map((request, place) => {
      const round = rounds[place] as (typeof rounds)[number];
      const { limit } = round.plan;
      const wanted = { ...round, plan: { ...round.plan, limit: limit + (distinct ? before : 0) } };
      before += limit;
      return findItems(request, wanted, lists, ports, context).then((list) => ({ ...list, limit }));
    }),
  );
  const taken = new Set<string>();
  return Promise.all(
    found.map((list, place) => {
      const items = distinct ? takeNew(list.items, list.limit, taken) : list.items;
      return finish(requests[place] as AnswerRequest, { ...list, items }, ports);
    }),
  );
}

function takeNew(items: readonly AnswerItem[], limit: number, taken: Set<string>): Found["items"] {
  const own = items.filter(({ itemId }) => !taken.has(itemId)).slice(0, limit);
  for (const { itemId } of own) taken.add(itemId);
  return own;
}
