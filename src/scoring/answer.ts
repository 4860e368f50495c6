import type { ScoreAnswer, ScoreRequest } from "../registry/index.ts";
import { answered, itemOf } from "./answered.ts";
import { excludedOf, knownHistory, telling } from "./known.ts";
import { type Ranked, rank } from "./retrieve.ts";
import { answerRuled } from "./ruled-answer.ts";
import type { ModelView } from "./view.ts";

/** Ranks a view's items for a request. One run of the graph and one of the second stage's, no I/O. Equal scores come in the order of their index. */
export async function answerFrom(view: ModelView, request: ScoreRequest): Promise<ScoreAnswer> {
  const { rules, candidates, ladder, explain, together } = request;
  if (rules ?? candidates ?? ladder ?? explain ?? together) return answerRuled(view, request);
  const modelVersion = view.model.manifest.version;
  const known = knownHistory(view, request);
  const recent = telling(view, known);
  if (recent.length === 0) return { status: "no_history", modelVersion };
  const { excluded, seen } = excludedOf(view, known, request);
  const limit = Math.max(0, Math.min(Math.floor(request.limit), view.size));
  const ranked: Ranked =
    limit === 0
      ? { found: [] }
      : await view.model.during(() =>
          view.bias.with([...excluded, ...seen], (bias) => rank(view, bias, { recent, request, k: limit })),
        );
  return {
    ...answered(view, ranked.problem),
    items: ranked.found.slice(0, limit).map((one) => itemOf(view, one, request.fields)),
  };
}
