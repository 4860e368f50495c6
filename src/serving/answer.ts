import type { ItemField } from "../events/index.ts";
import type { RequestContext } from "../registry/index.ts";
import { climb } from "./climb.ts";
import { degradedBy, type Problem } from "./degraded.ts";
import { historyOfItems, NO_HISTORY } from "./history.ts";
import { keepGood } from "./keep-good.ts";
import type { AnswerItem } from "./ladder.ts";
import { ListReader } from "./list-reader.ts";
import type { ServingMemory } from "./memory.ts";
import { type ModelList, modelList } from "./model-list.ts";
import type { ServingPorts } from "./ports.ts";
import { mintRecommendationId } from "./recommendation-id.ts";
import type { Timeline } from "./timeline.ts";
import { type KnownVisitor, readVisitor, type Visitor } from "./visitor.ts";

/** What a list is for: a visitor, beside an item, or anybody. */
export type Subject =
  | { kind: "visitor"; visitor: Visitor }
  | { kind: "item"; itemId: string }
  | { kind: "anybody" };

export interface AnswerRequest {
  tenant: string;
  scenario: string;
  subject: Subject;
  limit: number;
  exclude: readonly string[];
  fields: readonly ItemField[];
  /** Where and when somebody asks; called only where the model may look at it. */
  context?: () => RequestContext;
  /** Random; kept in the recommendation id, so that what was drawn can be drawn again. */
  seed: number;
}

export interface Answer {
  recommendationId: string;
  /** Null when no model had a part in the list. */
  modelVersion: string | null;
  variant: string;
  items: AnswerItem[];
  degraded?: Problem;
  /** The request named a user that it may not speak for. */
  userIgnored: boolean;
}

/** The only one until a tenant runs an experiment. */
const VARIANT = "control";

/**
 * One answer: one parallel round of reads, at most one call of the scorer, then the ladder. It never fails for want of a
 * part and says which part was missing. Nothing of it may be released before the key's check has succeeded.
 */
export async function makeAnswer(
  request: AnswerRequest,
  ports: ServingPorts,
  context: { memory: ServingMemory; timeline: Timeline },
): Promise<Answer> {
  const { tenant, subject, scenario, limit, fields } = request;
  const { memory } = context;
  const lists = new ListReader(tenant, ports, context);
  if (maybeNobody(subject)) lists.start();
  const known = await readSubject(request, ports, context);

  const exclude = subject.kind === "item" ? [...request.exclude, subject.itemId] : [...request.exclude];
  const hasHistory = known.history.entries.length > 0;
  const model: ModelList = hasHistory
    ? await modelList({ ...request, exclude, history: known.history }, ports, context)
    : { list: null, isNew: false, problem: null };

  const ownKey = known.subject === null ? null : JSON.stringify([tenant, known.subject, scenario]);
  const isVisitors = subject.kind === "visitor";
  const ownLast = ownKey === null || !hasHistory ? undefined : memory.lastGood.get(ownKey, ports.now());
  const seen = new Set(known.history.entries.map(({ itemId }) => itemId));
  const climbed = await climb(
    {
      model: model.list,
      modelIsOld: model.list !== null && model.problem !== null,
      ownLast: ownLast ?? null,
      useLastGood: isVisitors && hasHistory,
      wanted: { limit, fields, exclude: new Set(exclude), seen },
    },
    lists,
  );
  if (model.list !== null && model.isNew) keepGood(model.list, { tenant, ownKey, isVisitors }, ports, memory);
  const problems = [
    ...known.problems,
    ...(model.problem === null ? [] : [model.problem]),
    ...(model.lack === undefined ? [] : [model.lack]),
    ...climbed.problems,
  ];
  return finish(request, { ...climbed, problems, userIgnored: known.userIgnored }, ports);
}

/** Then the common lists are read beside the others: whoever turns out to be unknown needs no second round. */
function maybeNobody(subject: Subject): boolean {
  return subject.kind === "anybody" || (subject.kind === "visitor" && subject.visitor.recent.length === 0);
}

async function readSubject(
  { tenant, subject }: AnswerRequest,
  ports: ServingPorts,
  context: { memory: ServingMemory; timeline: Timeline },
): Promise<KnownVisitor> {
  if (subject.kind === "visitor") return readVisitor(tenant, subject.visitor, ports, context);
  const nobody = { problems: [], userIgnored: false };
  if (subject.kind === "anybody") return { ...nobody, history: NO_HISTORY, subject: null };
  return {
    ...nobody,
    history: historyOfItems([subject.itemId], ports.now()),
    subject: `item:${subject.itemId}`,
  };
}

async function finish(
  { tenant, scenario, seed, limit }: AnswerRequest,
  found: { items: AnswerItem[]; modelVersion: string | null; problems: Problem[]; userIgnored: boolean },
  { now, signer }: ServingPorts,
): Promise<Answer> {
  const { items, modelVersion, problems, userIgnored } = found;
  const source = items[0]?.source ?? "none";
  const shortage = shortageOf(items.length, limit);
  if (shortage !== null) problems.push(shortage);
  const degraded = degradedBy(problems);
  const id = {
    ...{ tenant, scenario, variant: VARIANT, modelVersion, seed, mintedAtMs: now(), source },
    ...(degraded === undefined ? {} : { degraded: degraded.reason }),
  };
  return {
    recommendationId: await mintRecommendationId(id, signer),
    modelVersion,
    variant: VARIANT,
    items,
    ...(degraded === undefined ? {} : { degraded }),
    userIgnored,
  };
}

function shortageOf(count: number, limit: number): Problem | null {
  if (count >= limit) return null;
  if (count === 0) return { reason: "no_items", detail: "there is no item to recommend" };
  return {
    reason: "few_items",
    detail: `only ${count} of ${limit} items: the lists have no more that are allowed`,
  };
}
