import { ladderOf, rungsWanted } from "./below.ts";
import { climb } from "./climb.ts";
import { advance, type Cursor, wasShown } from "./cursor.ts";
import { type Answer, type Found, finish } from "./finish.ts";
import { keepGood } from "./keep-good.ts";
import type { AnswerItem } from "./ladder.ts";
import { ListReader } from "./list-reader.ts";
import type { ServingMemory } from "./memory.ts";
import { type ModelList, type ModelQuestion, modelList } from "./model-list.ts";
import type { AnswerRequest } from "./plan.ts";
import type { RankedList, ServingPorts } from "./ports.ts";
import { maybeNobody, type Round, readRound } from "./round.ts";
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

/** The tenant's lists, already on their way where they will be needed: whoever turns out to be unknown needs no second round. */
export function startLists(
  { tenant, subject }: AnswerRequest,
  ports: ServingPorts,
  context: Context,
): ListReader {
  const categories = subject.kind === "anybody" && subject.category !== null;
  const lists = new ListReader({ tenant, categories }, ports, context);
  if (subject.kind === "anybody" || (subject.kind === "visitor" && maybeNobody(subject.visitor)))
    lists.start();
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
    ? await modelList(questionOf(request, round, { exclude, ladder }), ports, context)
    : NO_LIST;

  const ownKey = known.subject === null ? null : JSON.stringify([tenant, known.subject, plan.scenario.name]);
  const isVisitors = subject.kind === "visitor";
  const mayStandIn = hasHistory && cursor === null;
  const blocked = new Set(exclude);
  const climbed = await climb(
    {
      model: model.list,
      modelIsOld: model.list !== null && model.problem !== null,
      ownLast: (mayStandIn && ownKey !== null && context.memory.lastGood.get(ownKey, ports.now())) || null,
      useLastGood: isVisitors && hasHistory,
      wanted: {
        ...{ limit: plan.limit, fields: plan.fields },
        blocked: (itemId) => blocked.has(itemId) || (cursor !== null && wasShown(cursor, itemId)),
        seen: plan.scenario.repeat ? NONE : new Set(known.history.entries.map(({ itemId }) => itemId)),
      },
      below,
    },
    lists,
  );
  // A list that rules have shaped is not good for everybody.
  if (model.list !== null && model.isNew && hasHistory && !plan.hasRules) {
    keepGood(model.list, { tenant, ownKey, isVisitors }, ports, context.memory);
  }
  return {
    ...{ items: climbed.items, modelVersion: climbed.modelVersion, limit: plan.limit },
    ...rulesSaid(model.list),
    ...(cursor === null ? {} : { next: nextPage(cursor, climbed.items, plan.limit) }),
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

const NONE: ReadonlySet<string> = new Set();
const NO_LIST: ModelList = { list: null, isNew: false, problem: null };

function questionOf(
  { tenant, cursor, context }: AnswerRequest,
  { plan, known, facts }: Round,
  { exclude, ladder }: Pick<ModelQuestion, "exclude" | "ladder">,
): ModelQuestion {
  const { scenario, fields, limit, rules, hasRules } = plan;
  return {
    ...{ tenant, scenario, fields, exclude, ladder, facts, context },
    history: known.history,
    rules: hasRules ? rules : null,
    // As many more as pages before have shown: that many at most are left out again.
    limit: limit + (cursor?.shown.size ?? 0),
  };
}

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
