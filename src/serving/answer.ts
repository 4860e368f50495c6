import { ladderOf, rungsWanted } from "./below.ts";
import { climb } from "./climb.ts";
import { advance, type Cursor, wasShown } from "./cursor.ts";
import { explore, withExplored } from "./exploration.ts";
import { type Answer, type Found, finish } from "./finish.ts";
import { keepGood } from "./keep-good.ts";
import type { AnswerItem, Wanted } from "./ladder.ts";
import { ListReader } from "./list-reader.ts";
import type { ServingMemory } from "./memory.ts";
import { type ModelList, modelList } from "./model-list.ts";
import { questionOf } from "./model-question.ts";
import type { AnswerRequest } from "./plan.ts";
import type { RankedList, ServingPorts } from "./ports.ts";
import { maybeNobody, type Round, readRound } from "./round.ts";
import { explorationPool, type RungsWanted } from "./rungs.ts";
import { rememberedScenario } from "./scenario-reader.ts";
import type { Timeline } from "./timeline.ts";

interface Context {
  memory: ServingMemory;
  timeline: Timeline;
}

/**
 * One answer: one parallel round of reads, at most one call of the scorer, then the ladder. It never fails for want of a
 * part and says which part was missing. Nothing of it may be released before the key's check has succeeded.
 */
export async function makeAnswer(
  request: AnswerRequest,
  ports: ServingPorts,
  context: Context,
): Promise<Answer> {
  const lists = startLists(request, ports, context);
  const round = await readRound(request, ports, context);
  return finish(request, await findItems(request, round, lists, ports, context), ports);
}

/**
 * The tenant's lists, already on their way where they will be needed: whoever turns out to be unknown, or a scenario that explores, needs no second
 * round.
 */
export function startLists(
  { tenant, subject, scenario }: AnswerRequest,
  ports: ServingPorts,
  context: Context,
): ListReader {
  const categories = subject.kind === "anybody" && subject.category !== null;
  const lists = new ListReader({ tenant, categories }, ports, context);
  const known = rememberedScenario(tenant, scenario, ports, context.memory);
  const explores = known === undefined || known.scenario.explorationShare > 0;
  const isNobody = subject.kind === "visitor" && maybeNobody(subject.visitor);
  if (subject.kind === "anybody" || isNobody || explores) lists.start();
  return lists;
}

/** The list for a request whose round has been read. */
export async function findItems(
  request: AnswerRequest,
  round: Round,
  lists: ListReader,
  ports: ServingPorts,
  context: Context,
): Promise<Found> {
  const { tenant, subject, cursor } = request;
  const { plan, known } = round;
  const exclude = subject.kind === "item" ? [...request.exclude, subject.itemId] : [...request.exclude];
  const below = rungsWanted(request, round, ports);
  const hasHistory = known.history.entries.length > 0;
  const asks = hasHistory || plan.hasRules;
  const ladder = asks && !hasHistory ? await ladderOf(lists, below) : [];
  const model = asks
    ? await modelList(
        questionOf(request, round, { exclude, ladder, onSlow: () => lists.start() }),
        ports,
        context,
      )
    : NO_LIST;

  const ownKey = known.subject === null ? null : JSON.stringify([tenant, known.subject, plan.scenario.name]);
  const isVisitors = subject.kind === "visitor";
  const mayStandIn = hasHistory && cursor === null;
  const blocked = new Set(exclude);
  const wanted: Wanted = {
    ...{ limit: plan.limit, fields: plan.fields },
    blocked: (itemId) => blocked.has(itemId) || (cursor !== null && wasShown(cursor, itemId)),
    seen: plan.scenario.repeat ? NONE : new Set(known.history.entries.map(({ itemId }) => itemId)),
  };
  const climbed = await climb(
    {
      model: model.list,
      modelIsOld: model.list !== null && model.problem !== null,
      ownLast: (mayStandIn && ownKey !== null && context.memory.lastGood.get(ownKey, ports.now())) || null,
      useLastGood: isVisitors && hasHistory,
      wanted,
      below,
    },
    lists,
  );
  // A list that rules have shaped is not good for everybody.
  if (model.list !== null && model.isNew && hasHistory && !plan.hasRules) {
    keepGood(model.list, { tenant, ownKey, isVisitors }, ports, context.memory);
  }
  const explored = await tryItems(
    request,
    round,
    { blocked: wanted.blocked, seen: wanted.seen, below },
    lists,
  );
  const items = explored === null ? climbed.items : withExplored(climbed.items, explored.items, wanted);
  return {
    ...{ items, modelVersion: climbed.modelVersion, limit: plan.limit },
    ...rulesSaid(model.list),
    ...(explored === null ? {} : { exploration: explored.exploration }),
    ...(cursor === null ? {} : { next: nextPage(cursor, items, plan.limit) }),
    userIgnored: known.userIgnored,
    problems: [
      ...known.problems,
      ...(model.problem === null ? [] : [model.problem]),
      ...(model.lacks ?? []),
      ...climbed.problems,
      ...round.lacks,
    ],
  };
}

/** Null where the scenario explores nothing, or there is nothing to explore. */
async function tryItems(
  { seed }: AnswerRequest,
  { plan }: Round,
  { blocked, seen, below }: Pick<Wanted, "blocked" | "seen"> & { below: RungsWanted },
  lists: ListReader,
): Promise<ReturnType<typeof explore> | null> {
  const share = plan.scenario.explorationShare;
  if (share === 0 || plan.rules.caps.length > 0) return null;
  const { lists: common } = await lists.get();
  const pool = explorationPool(common, below.allows).filter(
    ({ itemId }) => !blocked(itemId) && !seen.has(itemId),
  );
  return pool.length === 0 ? null : explore(pool, { share, places: plan.limit, seed });
}

const NONE: ReadonlySet<string> = new Set();
const NO_LIST: ModelList = { list: null, isNew: false, problem: null };

function rulesSaid(list: RankedList | null): Pick<Answer, "qualifying" | "relaxed"> {
  const { qualifying, relaxed } = list ?? {};
  return {
    ...(qualifying === undefined ? {} : { qualifying }),
    ...(relaxed === undefined || relaxed.length === 0 ? {} : { relaxed }),
  };
}

function nextPage(cursor: Cursor, items: readonly AnswerItem[], limit: number): Cursor | null {
  if (items.length < limit) return null;
  return advance(
    cursor,
    items.map(({ itemId }) => itemId),
  );
}
