import { assert, HISTORY_MAX, SECOND_MS } from "../base/index.ts";
import type { ScoreAnswer, ScoredItem, ScoreRequest } from "../registry/index.ts";
import { candidateFeeds, historyFeeds, type KnownEntry } from "./feeds.ts";
import type { ModelView } from "./view.ts";

/** Ranks a view's items for a request. One run of the graph, no I/O. Equal scores come in the order of their index. */
export async function answerFrom(view: ModelView, request: ScoreRequest): Promise<ScoreAnswer> {
  const modelVersion = view.model.manifest.version;
  const known = knownHistory(view, request);
  if (known.length === 0) return { status: "no_history", modelVersion };
  const limit = Math.max(0, Math.min(Math.floor(request.limit), view.size));
  const items = limit === 0 ? [] : await rank(view, request, known, limit);
  return { status: "ok", modelVersion, overlayEtag: view.overlayEtag, items };
}

/** Ids that neither the model nor the overlay knows say nothing and are dropped. */
function knownHistory(view: ModelView, { history, nowMs }: ScoreRequest): KnownEntry[] {
  return history.flatMap(({ itemId, weight, occurredAtMs, typeCode }) => {
    const index = view.indexOf(itemId);
    // A client's clock may be ahead of ours: an interaction is never in the future.
    const ageS = Math.max(0, (nowMs - occurredAtMs) / SECOND_MS);
    return index === undefined ? [] : [{ index, weight, ageS, typeCode }];
  });
}

async function rank(
  view: ModelView,
  { exclude, excludeHistory, fields }: ScoreRequest,
  known: readonly KnownEntry[],
  limit: number,
): Promise<ScoredItem[]> {
  const excluded = exclude.map((itemId) => view.indexOf(itemId)).filter((index) => index !== undefined);
  if (excludeHistory) excluded.push(...known.map(({ index }) => index));
  const recent = known.slice(-Math.min(HISTORY_MAX, view.model.manifest.historyMax));
  const { items, scores } = await view.bias.with(excluded, (bias) =>
    view.model.run({ ...historyFeeds(recent), ...candidateFeeds(view.lateFeatures, bias, limit) }),
  );
  assert(
    items?.type === "int64" && scores?.type === "float32",
    "a graph gives items int64 and scores float32",
  );
  const ranked: ScoredItem[] = [];
  for (const [rank, score] of scores.data.entries()) {
    // What is excluded fills the list's end when fewer items than asked for are allowed.
    if (score === Number.NEGATIVE_INFINITY) break;
    const index = Number(items.data[rank]);
    const itemId = view.idAt(index);
    ranked.push(
      fields.length === 0 ? { itemId, score } : { itemId, score, fields: view.fieldsAt(index, fields) },
    );
  }
  return ranked;
}
