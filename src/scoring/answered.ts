import type { ScoreAnswer, ScoredItem } from "../registry/index.ts";
import type { Found } from "./reorder.ts";
import type { ModelView } from "./view.ts";

type Answered = ScoreAnswer & { status: "ok" };

/** What every list of a view's model says of itself. */
export function answered(view: ModelView, problem: string | undefined): Omit<Answered, "items"> {
  const { ranker, rankerProblem, manifest } = view.model;
  const why = problem ?? rankerProblem;
  return {
    status: "ok",
    modelVersion: manifest.version,
    overlayEtag: view.overlayEtag,
    ...(ranker?.usesContext === true ? { usesContext: true } : {}),
    ...(why === null ? {} : { rankerProblem: why }),
  };
}

export function itemOf(
  view: ModelView,
  { index, score }: Pick<Found, "index" | "score">,
  fields: readonly string[],
): ScoredItem {
  const itemId = view.idAt(index);
  return fields.length === 0 ? { itemId, score } : { itemId, score, fields: view.fieldsAt(index, fields) };
}
