import type { ScoredItem } from "../registry/index.ts";
import { rungsWanted } from "./below.ts";
import { hasModels } from "./climb.ts";
import { within } from "./deadline.ts";
import { degradedBy, type Problem } from "./degraded.ts";
import { type Answer, answerId } from "./finish.ts";
import { byPopularity, isHeldOut } from "./holdout.ts";
import { SCORE_SHARE } from "./limits.ts";
import { ListReader } from "./list-reader.ts";
import type { ServingMemory } from "./memory.ts";
import { HISTORY_UNKNOWN, lackOf, problemOf } from "./model-problem.ts";
import { mute, weightsOf } from "./model-question.ts";
import type { AnswerRequest } from "./plan.ts";
import type { ServingPorts } from "./ports.ts";
import { readRound } from "./round.ts";
import type { Timeline } from "./timeline.ts";

/** A given list in a visitor's order: nothing is dropped and nothing added. */
export interface Ranking
  extends Pick<Answer, "recommendationId" | "modelVersion" | "variant" | "degraded" | "notices"> {
  /** `score` is null for items that no model knows: they stand last, in the order given. */
  items: { itemId: string; score: number | null; fields?: Record<string, unknown> }[];
}

/**
 * Puts the items in the order that the model, its second stage included, sees for the visitor. Rules that exclude have no say, as the caller chose the list;
 * boosts of the scenario have. For somebody who is held out the order is that of the popular list. Without a model, or without a history, the order is the one given, boosts aside, no item has a score, and `degraded` says why.
 */
export async function rankItems(
  request: AnswerRequest & { items: readonly string[] },
  ports: ServingPorts,
  context: { memory: ServingMemory; timeline: Timeline },
): Promise<Ranking> {
  const { tenant } = request;
  const lists = new ListReader({ tenant, categories: false }, ports, context);
  if (isHeldOut(request, ports, context.memory)) lists.start();
  const round = await readRound(request, ports, context);
  const { plan, known, facts, lacks, notices } = round;
  const given = [...new Set(request.items)];
  const isPopular = plan.variant === "popular";
  const items = isPopular ? await byPopularity(given, lists, rungsWanted(request, round, ports)) : given;
  const rules = { ...plan.rules, filters: [], caps: [], pins: [], minScore: null, diversity: 0 };
  const work = ports.scorer.score({
    tenant,
    nowMs: ports.now(),
    history: known.history.entries,
    exclude: [],
    excludeHistory: false,
    limit: items.length,
    fields: [...plan.fields],
    candidates: items,
    ...(plan.hasRules ? { rules } : {}),
    ...(facts === null ? {} : { visitor: facts }),
    ...(isPopular ? mute(known.history) : weightsOf(plan.scenario)),
    ...(request.context === undefined ? {} : { context: request.context() }),
  });
  const timely = await context.timeline.measure(
    "score",
    within(work, context.timeline.limitMs(SCORE_SHARE), ports.timer),
  );
  if (timely.status === "late") ports.background(work);
  const answer = timely.status === "ok" ? timely.value : timely;
  const problems: Problem[] = [...known.problems];
  const problem = problemOf(answer);
  if (problem !== null) problems.push(problem);
  const answered = timely.status === "ok" && timely.value.status === "ok" ? timely.value : null;
  if (answered !== null) problems.push(...lackOf(answered));
  // Without a history the scorer gives back the order it was given, moved by boosts alone.
  const isGiven = answered !== null && answered.items.length > 0 && !hasModels(answered.items);
  if (isGiven && !isPopular) problems.push(HISTORY_UNKNOWN);
  const ranked = isGiven ? null : answered;
  problems.push(...lacks);
  const modelVersion = ranked?.modelVersion ?? null;
  const degraded = degradedBy(problems);
  const { variant } = plan;
  const source = ranked !== null ? "model" : isPopular ? "popular" : "none";
  const said = { modelVersion, variant, source, degraded: degraded?.reason };
  return {
    recommendationId: await answerId(request, said, ports),
    modelVersion,
    variant,
    items: inOrder(items, isGiven ? answered.items.map(unscored) : (answered?.items ?? [])),
    ...(degraded === undefined ? {} : { degraded }),
    notices,
  };
}

function unscored({ itemId, fields }: ScoredItem): Ranking["items"][number] {
  return { itemId, score: null, ...(fields === undefined ? {} : { fields }) };
}

function inOrder(given: readonly string[], ranked: Ranking["items"]): Ranking["items"] {
  const placed = new Set(ranked.map(({ itemId }) => itemId));
  const rest = given.filter((itemId) => !placed.has(itemId)).map((itemId) => ({ itemId, score: null }));
  return [...ranked, ...rest];
}
