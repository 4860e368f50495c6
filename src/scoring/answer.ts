import { assert, HISTORY_MAX, SECOND_MS } from "../base/index.ts";
import type { ScoreAnswer, ScoredItem, ScoreRequest } from "../registry/index.ts";
import { candidateFeeds, historyFeeds, type KnownEntry } from "./feeds.ts";
import { type Found, reorder } from "./reorder.ts";
import type { ModelView } from "./view.ts";

/** Ranks a view's items for a request. One run of the graph and one of the second stage's, no I/O. Equal scores come in the order of their index. */
export async function answerFrom(view: ModelView, request: ScoreRequest): Promise<ScoreAnswer> {
  const modelVersion = view.model.manifest.version;
  const known = knownHistory(view, request);
  // What training left out says nothing here either, but has been seen all the same.
  if (!known.some(({ weight }) => weight > 0)) return { status: "no_history", modelVersion };
  const limit = Math.max(0, Math.min(Math.floor(request.limit), view.size));
  const { ranker, rankerProblem } = view.model;
  const ranked =
    limit === 0 ? { found: [] } : await view.model.during(() => rank(view, request, known, limit));
  const problem = ("problem" in ranked ? ranked.problem : undefined) ?? rankerProblem;
  return {
    status: "ok",
    modelVersion,
    overlayEtag: view.overlayEtag,
    items: ranked.found.slice(0, limit).map((one) => itemOf(view, one, request.fields)),
    ...(ranker?.usesContext === true ? { usesContext: true } : {}),
    ...(problem === null ? {} : { rankerProblem: problem }),
  };
}

/** Ids that neither the model nor the overlay knows say nothing and are dropped. */
function knownHistory(view: ModelView, { history, nowMs }: ScoreRequest): KnownEntry[] {
  const { historyWeights } = view.model.manifest;
  return history.flatMap(({ itemId, weight: own, occurredAtMs, typeCode }) => {
    const index = view.indexOf(itemId);
    // A client's clock may be ahead of ours: an interaction is never in the future.
    const ageS = Math.max(0, (nowMs - occurredAtMs) / SECOND_MS);
    const weight = historyWeights?.[typeCode] ?? own;
    return index === undefined ? [] : [{ index, weight, ageS, typeCode }];
  });
}

interface Ranked {
  /** Best first. */
  found: readonly Found[];
  /** Why the second stage had no part in their order. */
  problem?: string;
}

/** Retrieval, and the second stage over its best where the model has one: whatever fails of that, retrieval's order stands. */
async function rank(
  view: ModelView,
  request: ScoreRequest,
  known: readonly KnownEntry[],
  limit: number,
): Promise<Ranked> {
  const { ranker, manifest } = view.model;
  const recent = known.filter(({ weight }) => weight > 0).slice(-Math.min(HISTORY_MAX, manifest.historyMax));
  const wanted = ranker === null ? limit : Math.min(view.size, Math.max(limit, ranker.candidates));
  const found = await retrieve(view, request, { known, recent, wanted });
  if (ranker === null) return { found };
  try {
    return { found: await reorder(view, ranker, found, { known: recent, request }) };
  } catch (error) {
    return { found, problem: error instanceof Error ? error.message : String(error) };
  }
}

async function retrieve(
  view: ModelView,
  { exclude, excludeHistory }: ScoreRequest,
  { known, recent, wanted }: { known: readonly KnownEntry[]; recent: readonly KnownEntry[]; wanted: number },
): Promise<Found[]> {
  const excluded = exclude.map((itemId) => view.indexOf(itemId)).filter((index) => index !== undefined);
  if (excludeHistory) excluded.push(...known.map(({ index }) => index));
  return view.bias.with(excluded, async (bias) => {
    const { items, scores } = await view.model.run({
      ...historyFeeds(recent),
      ...candidateFeeds(view.lateFeatures, bias, wanted),
    });
    assert(
      items?.type === "int64" && scores?.type === "float32",
      "a graph gives items int64 and scores float32",
    );
    const found: Found[] = [];
    for (const [rank, score] of scores.data.entries()) {
      // What is excluded fills the list's end when fewer items than asked for are allowed.
      if (score === Number.NEGATIVE_INFINITY) break;
      const index = Number(items.data[rank]);
      found.push({ index, score, boost: bias[index] as number });
    }
    return found;
  });
}

function itemOf(view: ModelView, { index, score }: Found, fields: readonly string[]): ScoredItem {
  const itemId = view.idAt(index);
  return fields.length === 0 ? { itemId, score } : { itemId, score, fields: view.fieldsAt(index, fields) };
}
