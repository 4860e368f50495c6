import { ladderOf, rungsWanted } from "./below.ts";
import { climb, hasModels, mayBeLastGood } from "./climb.ts";
import { wasShown } from "./cursor.ts";
import { type Answer, finish } from "./finish.ts";
import { variantOf } from "./holdout.ts";
import { keepGood } from "./keep-good.ts";
import type { Wanted } from "./ladder.ts";
import { ListReader } from "./list-reader.ts";
import type { ServingMemory } from "./memory.ts";
import { type ModelList, modelList } from "./model-list.ts";
import { besideItem, HISTORY_UNKNOWN } from "./model-problem.ts";
import { questionOf } from "./model-question.ts";
import { OwnLast, ownerOf } from "./own-last.ts";
import type { AnswerRequest } from "./plan.ts";
import type { RankedList, ServingPorts } from "./ports.ts";
import { maybeNobody, type Round, readRound } from "./round.ts";
import { rememberedScenario } from "./scenario-reader.ts";
import type { Timeline } from "./timeline.ts";
import { type Listed, tryItems } from "./try-items.ts";

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
  const lists = startLists([request], ports, context);
  const round = await readRound(request, ports, context);
  const found = await findItems(request, round, lists, ports, context);
  return finish(request, await tryItems(request, round, found, lists), ports);
}

/**
 * The tenant's lists, already on their way where one of the requests will need them: whoever turns out to be unknown, a scenario that explores,
 * or somebody who is held out, needs no second round.
 */
export function startLists(
  requests: readonly AnswerRequest[],
  ports: ServingPorts,
  context: Context,
): ListReader {
  const [{ tenant, subject }] = requests as [AnswerRequest];
  const categories = subject.kind === "anybody" && subject.category !== null;
  const lists = new ListReader({ tenant, categories }, ports, context);
  const needsLists = requests.some((request) => {
    const known = rememberedScenario(tenant, request.scenario, ports, context.memory)?.scenario;
    return known === undefined || known.explorationShare > 0 || variantOf(request, known) === "popular";
  });
  const isNobody = subject.kind === "visitor" && maybeNobody(subject.visitor);
  if (subject.kind === "anybody" || isNobody || needsLists) lists.start();
  return lists;
}

/** The list for a request whose round has been read. */
export async function findItems(
  request: AnswerRequest,
  round: Round,
  lists: ListReader,
  ports: ServingPorts,
  context: Context,
): Promise<Listed> {
  const { tenant, subject, cursor } = request;
  const { plan, known } = round;
  const exclude = subject.kind === "item" ? [...request.exclude, subject.itemId] : [...request.exclude];
  const below = rungsWanted(request, round, ports);
  // Who is held out is answered as if nothing were known, but for what rules ask and what was seen.
  const hasHistory = plan.variant !== "popular" && known.history.entries.length > 0;
  const asks = hasHistory || plan.hasRules;
  const ladder = asks && !hasHistory ? await ladderOf(lists, below) : [];
  const owner = hasHistory && cursor === null ? ownerOf(request, round, ports.now()) : null;
  const ownLast = owner !== null && mayBeLastGood(below) ? new OwnLast(owner, ports, context) : null;
  const isVisitors = subject.kind === "visitor";
  const onShort = () => {
    lists.start();
    ownLast?.start();
  };
  // A list that rules have shaped is not good for everybody.
  const keep = (list: RankedList, forLocation: boolean) =>
    keepGood(list, { owner, tenant, isVisitors, fields: plan.carried }, forLocation, ports, context.memory);
  const isKept = hasHistory && !plan.hasRules;
  const own = { exclude, ladder, onShort, keep: isKept ? keep : null, mayAskAgain: isKept && owner !== null };
  const model = asks ? await modelList(questionOf(request, round, own), ports, context) : NO_LIST;

  const blocked = new Set(exclude);
  const wanted: Wanted = {
    ...{ limit: plan.limit + plan.spare, fields: plan.carried },
    blocked: (itemId) => blocked.has(itemId) || (cursor !== null && wasShown(cursor, itemId)),
    seen: plan.scenario.repeat ? NONE : new Set(known.history.entries.map(({ itemId }) => itemId)),
  };
  const climbed = await climb(
    {
      model: model.list,
      modelIsOld: model.list !== null && model.problem !== null,
      ownLast,
      useLastGood: isVisitors && hasHistory,
      wanted,
      spare: plan.spare,
      below,
    },
    lists,
  );
  const problems = [
    ...known.problems,
    ...(model.problem === null ? [] : [model.problem]),
    ...(model.lacks ?? []),
    ...(hasHistory && isUnknown(model.list) ? [HISTORY_UNKNOWN] : []),
    ...climbed.problems,
    ...round.lacks,
  ];
  return {
    ...{ items: climbed.items, modelVersion: climbed.modelVersion, limit: plan.limit, wanted, below },
    variant: plan.variant,
    ...rulesSaid(model.list?.qualifying, climbed.relaxed),
    notices: round.notices,
    problems: subject.kind === "item" ? problems.map(besideItem) : problems,
  };
}

/** Under rules the scorer answers without a history too, out of its other lists. */
function isUnknown(list: RankedList | null): boolean {
  return list !== null && list.items.length > 0 && !hasModels(list.items);
}

const NONE: ReadonlySet<string> = new Set();
const NO_LIST: ModelList = { list: null, isNew: false, problem: null };

function rulesSaid(
  qualifying: number | undefined,
  relaxed: readonly string[],
): Pick<Answer, "qualifying" | "relaxed"> {
  return {
    ...(qualifying === undefined ? {} : { qualifying }),
    ...(relaxed.length === 0 ? {} : { relaxed }),
  };
}
