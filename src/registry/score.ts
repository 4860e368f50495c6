/** One interaction of a history, as serving hands it to the scorer. Oldest first in a list. */
export interface HistoryEntry {
  itemId: string;
  /** `eventTypeCode` of its type. */
  typeCode: number;
  weight: number;
  occurredAtMs: number;
}

/** Where and when somebody asks, as far as the edge knows; the second stage of a model may look at it. */
export interface RequestContext {
  /** Device class, such as `mobile`. */
  device?: string;
  /** ISO 3166, two letters. */
  country?: string;
  /** 0 … 23 where the visitor is. */
  localHour?: number;
}

/** What the edge asks the scorer over RPC. Small on purpose: never a vector over the catalogue. */
export interface ScoreRequest {
  tenant: string;
  nowMs: number;
  /** At most HISTORY_MAX, oldest first. For "similar" one entry: the item itself. */
  history: HistoryEntry[];
  /** Item ids that must not be answered. */
  exclude: string[];
  /** Whether items of the history may be answered again. */
  excludeHistory: boolean;
  /** Items wanted. */
  limit: number;
  /** Item fields to carry in the answer, such as title and url. */
  fields: string[];
  /** Absent: nothing is known of it. */
  context?: RequestContext;
}

export interface ScoredItem {
  itemId: string;
  score: number;
  fields?: Record<string, unknown>;
}

export type ScoreAnswer =
  /** `items` may be shorter than `limit` only when fewer items are allowed. */
  | {
      status: "ok";
      modelVersion: string;
      overlayEtag: string | null;
      items: ScoredItem[];
      /** The list depends on the request's context too: absent where it cannot. */
      usesContext?: true;
      /** Why the items stand in retrieval's order although the model has a second stage. */
      rankerProblem?: string;
    }
  /** The model is being loaded in the background: answer from the ladder. */
  | { status: "cold" }
  /** The tenant has no live model. */
  | { status: "no_model" }
  /** No item of the history is known to the model or the overlay. */
  | { status: "no_history"; modelVersion: string };

/** The scorer Worker's RPC entrypoint. */
export interface ScorerRpc {
  score(request: ScoreRequest): Promise<ScoreAnswer>;
}
