import { sha256Hex, unreachable } from "../base/index.ts";
import type { RequestContext, ScoreAnswer, ScoreRequest } from "../registry/index.ts";
import { within } from "./deadline.ts";
import type { Problem } from "./degraded.ts";
import type { History } from "./history.ts";
import { LIVE_LIFE_MS, SCORE_MS, SEEN_READ_MS } from "./limits.ts";
import type { LiveModel, ServingMemory } from "./memory.ts";
import type { RankedList, ServingPorts } from "./ports.ts";
import type { Timeline } from "./timeline.ts";

export interface ModelQuestion {
  tenant: string;
  scenario: string;
  history: History;
  exclude: readonly string[];
  limit: number;
  fields: readonly string[];
  /** Called only where the model may look at it. */
  context?: (() => RequestContext) | undefined;
}

export interface ModelList {
  /** Null when neither the scorer nor a cache has a list for this very history. */
  list: RankedList | null;
  /** Ranked by the scorer for this request, not remembered. */
  isNew: boolean;
  problem: Problem | null;
  /** The list is the model's, but something of it is missing. */
  lack?: Problem;
}

/**
 * The model's list for a history. Isolate memory first, while the version that the scorer named last may be taken for live;
 * then the scorer. Only when it gave nothing are older copies looked for: the Cache API costs more than the scorer's own
 * answer (measured: half of an empty Worker's throughput against five sixths), so asking it first would slow every miss.
 */
export async function modelList(
  question: ModelQuestion,
  ports: ServingPorts,
  { memory, timeline }: { memory: ServingMemory; timeline: Timeline },
): Promise<ModelList> {
  const { tenant } = question;
  const live = memory.live.get(tenant, ports.now());
  const context = live === undefined || live.usesContext ? question.context?.() : undefined;
  const asked = { tenant, context, hash: await questionHash(question) };
  if (live !== undefined && ports.now() - live.seenAtMs < LIVE_LIFE_MS) {
    const list = remembered(listKey(asked, live), ports, memory);
    if (list !== null) return { list, isNew: false, problem: null };
  }

  const work = ports.scorer.score(scoreRequest(question, context, ports.now())).then((answer) => {
    // Also for an answer that comes too late for this request: the next one finds it.
    learnFrom(answer, asked, ports, memory);
    return answer;
  });
  const score = await timeline.measure("score", within(work, SCORE_MS, ports.timer));
  if (score.status === "late") ports.background(work);
  if (score.status === "ok" && score.value.status === "ok") {
    return { list: score.value, isNew: true, problem: null, ...lackOf(score.value) };
  }
  const problem = problemOf(score.status === "ok" ? score.value : score);
  if (live === undefined) return { list: null, isNew: false, problem };
  const list = await olderCopy(listKey(asked, live), ports, { memory, timeline });
  return { list, isNew: false, problem };
}

/** A minute-old list for this very history: better than any list for somebody else's. */
async function olderCopy(
  key: string,
  ports: ServingPorts,
  { memory, timeline }: { memory: ServingMemory; timeline: Timeline },
): Promise<RankedList | null> {
  const entry = memory.ranked.get(key, ports.now());
  if (entry !== undefined) return entry.list;
  const seen = await timeline.measure("cache", within(ports.seen.get(key), SEEN_READ_MS, ports.timer));
  return seen.status === "ok" ? seen.value : null;
}

/** A history that comes again is worth sharing with the location's other isolates; one seen once mostly is not. */
function remembered(key: string, ports: ServingPorts, memory: ServingMemory): RankedList | null {
  const entry = memory.ranked.get(key, ports.now());
  if (entry === undefined) return null;
  if (!entry.shared) {
    entry.shared = true;
    ports.background(ports.seen.put(key, entry.list));
  }
  return entry.list;
}

interface Asked {
  tenant: string;
  /** Undefined where it was not sent. */
  context: RequestContext | undefined;
  hash: string;
}

function learnFrom(answer: ScoreAnswer, asked: Asked, ports: ServingPorts, memory: ServingMemory): void {
  if (answer.status === "no_model") memory.live.delete(asked.tenant);
  if (answer.status !== "ok") return;
  const { modelVersion, overlayEtag, items, usesContext = false } = answer;
  const live = { modelVersion, overlayEtag, usesContext, seenAtMs: ports.now() };
  memory.live.set(asked.tenant, live, ports.now());
  const list = { modelVersion, overlayEtag, items };
  memory.ranked.set(listKey(asked, live), { list, shared: false }, ports.now());
}

function lackOf({ rankerProblem }: ScoreAnswer & { status: "ok" }): Pick<ModelList, "lack"> {
  if (rankerProblem === undefined) return {};
  return {
    lack: { reason: "ranker_error", detail: `the model's second stage had no part: ${rankerProblem}` },
  };
}

function listKey({ tenant, context, hash }: Asked, live: LiveModel): string {
  const parts = [tenant, live.modelVersion, live.overlayEtag ?? "none", hash];
  if (live.usesContext) {
    const { device = "", country = "", localHour = "" } = context ?? {};
    parts.push(`${device}.${country}.${localHour}`);
  }
  return parts.map(encodeURIComponent).join("/");
}

/** All that the list depends on besides tenant, model and overlay. */
function questionHash({ scenario, history, exclude, limit, fields }: ModelQuestion): Promise<string> {
  return sha256Hex(JSON.stringify([scenario, history.key, [...exclude].sort(), limit, fields]));
}

function scoreRequest(
  { tenant, history, exclude, limit, fields }: ModelQuestion,
  context: RequestContext | undefined,
  nowMs: number,
): ScoreRequest {
  return {
    tenant,
    nowMs,
    history: history.entries,
    exclude: [...exclude],
    excludeHistory: true,
    limit,
    fields: [...fields],
    ...(context === undefined ? {} : { context }),
  };
}

type NoList =
  | Exclude<ScoreAnswer, { status: "ok" }>
  | { status: "ok" }
  | { status: "late" }
  | { status: "error"; message: string };

function problemOf(outcome: NoList): Problem | null {
  switch (outcome.status) {
    case "ok":
      return null;
    case "cold":
      return { reason: "scorer_cold", detail: "the scorer is not ready yet" };
    case "late":
      return { reason: "scorer_late", detail: `the model did not answer within ${SCORE_MS} ms` };
    case "error":
      return { reason: "scorer_error", detail: "the model could not be asked" };
    case "no_model":
      return { reason: "no_model", detail: "no model has been published yet" };
    case "no_history":
      return { reason: "history_unknown", detail: "the model knows none of the history's items" };
    default:
      return unreachable(outcome);
  }
}
