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
 * more as those before it may take away, and once more where what they took leaves it short of items that its caps would allow: so it is full wherever
 * enough items qualify, and the earlier placements choose first.
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
    const found = await choose(placement, { taken, find, lists });
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
  }: {
    taken: ReadonlySet<string>;
    find: (request: AnswerRequest, round: Round) => Promise<Listed>;
    lists: ListReader;
  },
): Promise<Found> {
  const rest = without(taken, list, round);
  if (taken.size === 0 || !isOverasked(list, rest, { taken, round }))
    return tryItems(request, round, rest, lists);
  const asked = await find({ ...request, exclude: [...request.exclude, ...taken] }, round);
  const again = without(taken, asked, round);
  // What came late is a list below the model's, and good only for places that would stay empty.
  const isWorse = again.problems.length > rest.problems.length && again.items.length <= rest.items.length;
  return tryItems(request, round, isWorse ? rest : again, lists);
}

function without(taken: ReadonlySet<string>, list: Listed, { plan: { limit, spare } }: Round): Listed {
  const { blocked } = list.wanted;
  const wanted = { ...list.wanted, limit, blocked: (itemId: string) => taken.has(itemId) || blocked(itemId) };
  const items = list.items.filter(({ itemId }) => !taken.has(itemId)).slice(0, limit + spare);
  return { ...list, items, limit, wanted };
}

/**
 * Whether rules were relaxed for more places than its own, perhaps needlessly, or the caps have counted items that it lost to earlier placements, or what
 * is pinned moved up over one of those: what was taken is known by now.
 */
function isOverasked(
  list: Listed,
  rest: Listed,
  { taken, round }: { taken: ReadonlySet<string>; round: Round },
): boolean {
  const { limit, rules } = round.plan;
  const isRobbed = rest.items.length < Math.min(limit, list.items.length);
  const isMoved = rules.pins.length > 0 && list.items.some(({ itemId }) => taken.has(itemId));
  return list.relaxed !== undefined || isMoved || (rules.caps.length > 0 && isRobbed);
}
