import type { Variant } from "../experiments/index.ts";
import type { NoVersion, ScoreAnswer, Unlisted, Why } from "../registry/index.ts";
import { startLists } from "./answer.ts";
import { ladderOf, rungsWanted } from "./below.ts";
import { within } from "./deadline.ts";
import { degradedBy, type Problem } from "./degraded.ts";
import { EXPLAIN_MS, EXPLAIN_VERSION_MS } from "./limits.ts";
import type { ServingMemory } from "./memory.ts";
import { lackOf, problemOf } from "./model-problem.ts";
import { questionOf, scoreRequest } from "./model-question.ts";
import type { AnswerRequest } from "./plan.ts";
import type { ServingPorts } from "./ports.ts";
import { readRound } from "./round.ts";
import type { Timeline } from "./timeline.ts";

/** Why each item of a list stands where it does, and why the items asked about are not in it. */
export interface Explanation {
  modelVersion: string | null;
  scenario: { name: string; version: number };
  /** With `popular` the reasons are of the popular list. */
  variant: Variant;
  items: (Why & {
    itemId: string;
    source: string;
    score: number;
    rank: number;
    /** Those asked for. */
    fields: Record<string, unknown>;
  })[];
  unlisted: Unlisted[];
  qualifying: number | null;
  relaxed: readonly string[];
  problem: Problem | null;
  /** The version that was asked for cannot be had, and so there is no list. */
  noVersion?: NoVersion;
}

/**
 * The list of a request, made anew by the live model and told item by item. It runs the model many times, so it is for people, not for pages. What the
 * lists below the model's would have filled in is not told: their items say their rung. Nor are items on trial, of which a recommendation id keeps the
 * places alone. With `modelVersion` the list is that version's; where it cannot be had, that is told and nothing else; nobody
 * is held out of it.
 */
export async function explain(
  given: AnswerRequest & { items: readonly string[]; modelVersion?: string | undefined },
  ports: ServingPorts,
  context: { memory: ServingMemory; timeline: Timeline },
): Promise<Explanation> {
  const { modelVersion } = given;
  const request = modelVersion === undefined ? given : { ...given, ids: {} };
  const lists = startLists([request], ports, context);
  const round = await readRound(request, ports, context);
  const { plan, known, lacks } = round;
  const { subject } = request;
  const exclude = subject.kind === "item" ? [...request.exclude, subject.itemId] : [...request.exclude];
  const hasHistory = plan.variant !== "popular" && known.history.entries.length > 0;
  const ladder = hasHistory ? [] : await ladderOf(lists, rungsWanted(request, round, ports));
  // No longer than the list that was given: what was asked for beyond it, to stand beside items on trial, is not in it.
  const asked = { ...round, plan: { ...plan, spare: 0, carried: plan.fields } };
  const question = questionOf(request, asked, {
    exclude,
    ladder,
    onShort: () => undefined,
    keep: null,
    mayAskAgain: false,
  });
  const work = ports.scorer.score({
    ...scoreRequest(question, request.context?.(), ports.now()),
    explain: true,
    explainItems: [...request.items],
    ...(modelVersion === undefined ? {} : { version: modelVersion }),
  });
  const limitMs = modelVersion === undefined ? EXPLAIN_MS : EXPLAIN_VERSION_MS;
  const timely = await context.timeline.measure("explain", within(work, limitMs, ports.timer));
  const answer = timely.status === "ok" ? timely.value : timely;
  const { name, version } = plan.scenario;
  const problem = problemOf(answer);
  const problems = [
    ...known.problems,
    ...(problem === null ? [] : [problem]),
    ...(answer.status === "ok" ? lackOf(answer) : []),
    ...lacks,
  ];
  return {
    scenario: { name, version },
    variant: plan.variant,
    ...told(answer),
    problem: degradedBy(problems) ?? null,
    ...(answer.status === "no_version" ? { noVersion: answer } : {}),
  };
}

function told(
  answer: ScoreAnswer | { status: "late" | "error" },
): Omit<Explanation, "scenario" | "variant" | "problem"> {
  if (answer.status !== "ok") {
    return { modelVersion: null, items: [], unlisted: [], qualifying: null, relaxed: [] };
  }
  return {
    modelVersion: answer.modelVersion,
    items: answer.items.map(({ itemId, score, source = "model", fields = {}, why }, at) => ({
      ...{ itemId, source, score, rank: at + 1, fields },
      ...(why ?? { rankBefore: null, boosts: [], history: [] }),
    })),
    unlisted: answer.unlisted ?? [],
    qualifying: answer.qualifying ?? null,
    relaxed: answer.relaxed ?? [],
  };
}
