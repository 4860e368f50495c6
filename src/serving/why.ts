import type { ScoreAnswer, Unlisted, Why } from "../registry/index.ts";
import { startLists } from "./answer.ts";
import { ladderOf, rungsWanted } from "./below.ts";
import { within } from "./deadline.ts";
import { degradedBy, type Problem } from "./degraded.ts";
import { EXPLAIN_MS } from "./limits.ts";
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
  items: (Why & { itemId: string; source: string; score: number; rank: number })[];
  unlisted: Unlisted[];
  qualifying: number | null;
  relaxed: readonly string[];
  problem: Problem | null;
}

/**
 * The list of a request, made anew by the live model and told item by item. It runs the model many times, so it is for people, not for pages. What the
 * lists below the model's would have filled in is not told: their items say their rung. Nor are items on trial, of which a recommendation id keeps the
 * places alone.
 */
export async function explain(
  request: AnswerRequest & { items: readonly string[] },
  ports: ServingPorts,
  context: { memory: ServingMemory; timeline: Timeline },
): Promise<Explanation> {
  const lists = startLists([request], ports, context);
  const round = await readRound(request, ports, context);
  const { plan, known, lacks } = round;
  const { subject } = request;
  const exclude = subject.kind === "item" ? [...request.exclude, subject.itemId] : [...request.exclude];
  const hasHistory = known.history.entries.length > 0;
  const ladder = hasHistory ? [] : await ladderOf(lists, rungsWanted(request, round, ports));
  // No longer than the list that was given: what was asked for beyond it, to stand beside items on trial, is not in it.
  const asked = { ...round, plan: { ...plan, spare: 0 } };
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
  });
  const timely = await context.timeline.measure("explain", within(work, EXPLAIN_MS, ports.timer));
  const answer = timely.status === "ok" ? timely.value : timely;
  const { name, version } = plan.scenario;
  const problem = problemOf(answer);
  const problems = [
    ...known.problems,
    ...(problem === null ? [] : [problem]),
    ...(answer.status === "ok" ? lackOf(answer) : []),
    ...lacks,
  ];
  return { scenario: { name, version }, ...told(answer), problem: degradedBy(problems) ?? null };
}

function told(answer: ScoreAnswer | { status: "late" | "error" }): Omit<Explanation, "scenario" | "problem"> {
  if (answer.status !== "ok") {
    return { modelVersion: null, items: [], unlisted: [], qualifying: null, relaxed: [] };
  }
  return {
    modelVersion: answer.modelVersion,
    items: answer.items.map(({ itemId, score, source = "model", why }, at) => ({
      ...{ itemId, source, score, rank: at + 1 },
      ...(why ?? { rankBefore: null, boosts: [], history: [] }),
    })),
    unlisted: answer.unlisted ?? [],
    qualifying: answer.qualifying ?? null,
    relaxed: answer.relaxed ?? [],
  };
}
