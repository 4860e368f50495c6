import { sha256Hex, unreachable } from "../base/index.ts";
import type { ScoreAnswer, ScoreRequest } from "../registry/index.ts";
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
}

export interface ModelList {
  /** Null when neither the scorer nor a cache has a list for this very history. */
  list: RankedList | null;
  /** Ranked by the scorer for this request, not remembered. */
  isNew: boolean;
  problem: Problem | null;
}

/**
 * The model's list for a history. Isolate memory first, while the version that the scorer named last may be taken for live;
 * then the scorer. Only when it gave nothing are older copies looked for: the Cache API costs more than the scorer's own
 * answer (measured: half of an empty Worker's throughput against five sixths), so asking it first would slow every miss.
 */
export async function modelList(
  question: ModelQuestion,
  ports: ServingPorts,
  context: { memory: ServingMemory; timeline: Timeline },
): Promise<ModelList> {
  const { memory, timeline } = context;
  const { tenant } = question;
  const hash = await questionHash(question);
  const live = memory.live.get(tenant, ports.now());
  if (live !== undefined && ports.now() - live.seenAtMs < LIVE_LIFE_MS) {
    const list = remembered(listKey(tenant, live, hash), ports, memory);
    if (list !== null) return { list, isNew: false, problem: null };
  }

  const work = ports.scorer.score(scoreRequest(question, ports.now())).then((answer) => {
    // Also for an answer that comes too late for this request: the next one finds it.
    learnFrom(answer, { tenant, hash }, ports, memory);
    return answer;
  });
  const score = await timeline.measure("score", within(work, SCORE_MS, ports.timer));
  if (score.status === "late") ports.background(work);
  if (score.status === "ok" && score.value.status === "ok") {
    return { list: score.value, isNew: true, problem: null };
  }
  const problem = problemOf(score.status === "ok" ? score.value : score);
  if (live === undefined) return { list: null, isNew: false, problem };
  const list = await olderCopy(listKey(tenant, live, hash), ports, context);
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

function learnFrom(
  answer: ScoreAnswer,
  { tenant, hash }: { tenant: string; hash: string },
  ports: ServingPorts,
  memory: ServingMemory,
): void {
  if (answer.status === "no_model") memory.live.delete(tenant);
  if (answer.status !== "ok") return;
  const { modelVersion, overlayEtag, items } = answer;
  const live = { modelVersion, overlayEtag, seenAtMs: ports.now() };
  memory.live.set(tenant, live, ports.now());
  const list = { modelVersion, overlayEtag, items };
  memory.ranked.set(listKey(tenant, live, hash), { list, shared: false }, ports.now());
}

function listKey(tenant: string, live: LiveModel, hash: string): string {
  return [tenant, live.modelVersion, live.overlayEtag ?? "none", hash].map(encodeURIComponent).join("/");
}

/** All that the list depends on besides tenant, model and overlay. */
function questionHash({ scenario, history, exclude, limit, fields }: ModelQuestion): Promise<string> {
  return sha256Hex(JSON.stringify([scenario, history.key, [...exclude].sort(), limit, fields]));
}

function scoreRequest(
  { tenant, history, exclude, limit, fields }: ModelQuestion,
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
