import { findItems, startLists } from "./answer.ts";
import { type Answer, type Found, finish } from "./finish.ts";
import type { ListReader } from "./list-reader.ts";
import type { ServingMemory } from "./memory.ts";
import type { AnswerRequest } from "./plan.ts";
import type { ServingPorts } from "./ports.ts";
import { type Round, readRound, startRound, wantsFacts } from "./round.ts";
import type { Timeline } from "./timeline.ts";
import { type Listed, tryItems } from "./try-items.ts";

interface Placement {
  request: AnswerRequest;
  round: Round;
  list: Listed;
}

/**
 * The lists of one page, for one visitor: tenant and visitor are read once. All are asked at the same time; with `distinct` each asks for as many
 * more as those before it may take away, so that it is full wherever enough items qualify, and the earlier placements choose first.
 */
export async function answerPlacements(
  requests: readonly AnswerRequest[],
  distinct: boolean,
  ports: ServingPorts,
  context: { memory: ServingMemory; timeline: Timeline },
): Promise<Answer[]> {
  const [first] = requests;
  if (first === undefined) return [];
  const lists = startLists(requests, ports, context);
  const facts = requests.some((request) => wantsFacts(request, ports, context.memory));
  const reads = startRound(first, facts, ports, context);
  const rounds = await Promise.all(requests.map((request) => readRound(request, ports, context, reads)));
  const find = (request: AnswerRequest, round: Round) => findItems(request, round, lists, ports, context);
  let before = 0;
  const placements = await Promise.all(
    requests.map(async (request, at): Promise<Placement> => {
      const round = rounds[at] as Round;
      const own = round.plan.limit;
      const limit = own + (distinct ? before : 0);
      before += own;
      return { request, round, list: await find(request, { ...round, plan: { ...round.plan, limit } }) };
    }),
  );
  const taken = new Set<string>();
  const answers: Promise<Answer>[] = [];
  for (const placement of placements) {
    const found = await choose(placement, { taken, find, lists, nowMs: ports.now() });
    if (distinct) for (const { itemId } of found.items) taken.add(itemId);
    answers.push(finish(placement.request, found, ports));
  }
  return Promise.all(answers);
}

/** The placement's own list: what earlier ones took is out of it, and what it tries stands at its final places. */
async function choose(
  { request, round, list }: Placement,
  {
    taken,
    find,
    lists,
    nowMs,
  }: {
    taken: ReadonlySet<string>;
    find: (request: AnswerRequest, round: Round) => Promise<Listed>;
    lists: ListReader;
    nowMs: number;
  },
): Promise<Found> {
  const { limit } = round.plan;
  // It asked for more than its own places, and rules were relaxed for their sake, perhaps needlessly: what was taken is known by now.
  const isOverasked = list.relaxed !== undefined && taken.size > 0;
  const own = isOverasked ? await find({ ...request, exclude: [...request.exclude, ...taken] }, round) : list;
  const { blocked } = own.wanted;
  const wanted = { ...own.wanted, limit, blocked: (itemId: string) => taken.has(itemId) || blocked(itemId) };
  const items = own.items.filter(({ itemId }) => !taken.has(itemId)).slice(0, limit + round.plan.spare);
  return tryItems(request, round, { ...own, items, limit, wanted }, lists, nowMs);
}
