import { sha256Hex } from "../base/index.ts";
import type { RequestContext, ScoreAnswer } from "../registry/index.ts";
import { askAgain } from "./ask-again.ts";
import { within, withinOrSlow } from "./deadline.ts";
import type { Problem } from "./degraded.ts";
import { LIVE_LIFE_MS, QUIET_AFTER_MS, SCORE_SHARE, SCORE_SLOW_SHARE, SEEN_SHARE } from "./limits.ts";
import type { LiveModel, ServingMemory } from "./memory.ts";
import { lackOf, problemOf } from "./model-problem.ts";
import { type ModelQuestion, questionKey, scoreRequest } from "./model-question.ts";
import type { RankedList, ServingPorts } from "./ports.ts";
import type { Timeline } from "./timeline.ts";

export interface ModelList {
  /** Null when neither the scorer nor a cache has a list for this very history. */
  list: RankedList | null;
  /** Ranked by the scorer for this request, not remembered. */
  isNew: boolean;
  problem: Problem | null;
  /** The list is the model's, but something of it is missing. */
  lacks?: readonly Problem[];
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
  const asked = { tenant, context, question: questionKey(question) };
  if (live !== undefined && ports.now() - live.seenAtMs < LIVE_LIFE_MS) {
    const list = remembered(asked, live, ports, memory);
    if (list !== null) return { list, isNew: false, problem: null };
  }

  let forLocation = live === undefined || ports.now() - live.seenAtMs > QUIET_AFTER_MS;
  const ask = async () => {
    const answer = await ports.scorer.score(scoreRequest(question, context, ports.now()));
    // Also for an answer that comes too late for this request: the next one finds it.
    const list = learnFrom(answer, asked, ports, memory);
    if (list !== null) question.keep?.(list, forLocation);
    return answer;
  };
  const work = ask().then((answer) => {
    if (answer.status === "cold" && question.mayAskAgain) {
      forLocation = true;
      askAgain(asked, ask, ports, memory);
    }
    return answer;
  });
  const limits = {
    limitMs: timeline.limitMs(SCORE_SHARE),
    slowMs: SCORE_SLOW_SHARE * timeline.limitMs(SCORE_SHARE),
    onSlow: question.onShort,
  };
  const score = await timeline.measure("score", withinOrSlow(work, limits, ports.timer));
  if (score.status === "late") {
    forLocation = true;
    ports.background(work);
  }
  if (score.status === "ok" && score.value.status === "ok") {
    return { list: score.value, isNew: true, problem: null, lacks: lackOf(score.value) };
  }
  // Lists and an older copy are looked for at once: after a scorer that gave nothing there is time for one more round of reads, not for two.
  question.onShort();
  const problem = problemOf(score.status === "ok" ? score.value : score);
  if (live === undefined) return { list: null, isNew: false, problem };
  const list = await olderCopy(asked, live, ports, { memory, timeline });
  return { list, isNew: false, problem };
}

/** A minute-old list for this very history: better than any list for somebody else's. */
async function olderCopy(
  asked: Asked,
  live: LiveModel,
  ports: ServingPorts,
  { memory, timeline }: { memory: ServingMemory; timeline: Timeline },
): Promise<RankedList | null> {
  const key = listKey(asked, live);
  const entry = memory.ranked.get(key, ports.now());
  if (entry !== undefined) return entry.list;
  const read = seenKey(asked, live, key).then((name) => ports.seen.get(name));
  const seen = await timeline.measure("cache", within(read, timeline.limitMs(SEEN_SHARE), ports.timer));
  return seen.status === "ok" ? seen.value : null;
}

/** A history that comes again is worth sharing with the location's other isolates; one seen once mostly is not. */
function remembered(
  asked: Asked,
  live: LiveModel,
  ports: ServingPorts,
  memory: ServingMemory,
): RankedList | null {
  const key = listKey(asked, live);
  const entry = memory.ranked.get(key, ports.now());
  if (entry === undefined) return null;
  if (!entry.shared) {
    entry.shared = true;
    ports.background(seenKey(asked, live, key).then((name) => ports.seen.put(name, entry.list)));
  }
  return entry.list;
}

interface Asked {
  tenant: string;
  /** Undefined where it was not sent. */
  context: RequestContext | undefined;
  question: string;
}

/** The answer's list; null where it has none. */
function learnFrom(
  answer: ScoreAnswer,
  asked: Asked,
  ports: ServingPorts,
  memory: ServingMemory,
): RankedList | null {
  if (answer.status === "no_model") memory.live.delete(asked.tenant);
  if (answer.status !== "ok") return null;
  const { modelVersion, overlayEtag, items, usesContext = false } = answer;
  const live = { modelVersion, overlayEtag, usesContext, seenAtMs: ports.now() };
  memory.live.set(asked.tenant, live, ports.now());
  const { qualifying, relaxed } = answer;
  const list: RankedList = {
    modelVersion,
    overlayEtag,
    items,
    ...(qualifying === undefined ? {} : { qualifying }),
    ...(relaxed === undefined ? {} : { relaxed }),
  };
  memory.ranked.set(listKey(asked, live), { list, shared: false }, ports.now());
  return list;
}

/** Of a list in memory. Neither tenants nor versions hold a `/`, and the question stands last: no two are alike by chance. */
function listKey({ tenant, context, question }: Asked, live: LiveModel): string {
  const { device = "", country = "", localHour = "" } = (live.usesContext ? context : undefined) ?? {};
  return `${tenant}/${live.modelVersion}/${live.overlayEtag ?? "none"}/${device}.${country}.${localHour}/${question}`;
}

/** The list's address in the Cache API, where long ones are refused. */
async function seenKey({ tenant }: Asked, live: LiveModel, key: string): Promise<string> {
  const parts = [tenant, live.modelVersion, live.overlayEtag ?? "none"].map(encodeURIComponent);
  return [...parts, await sha256Hex(key)].join("/");
}
