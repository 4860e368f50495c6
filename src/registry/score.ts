import type { Rules, VisitorFacts } from "../rules/index.ts";

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
  /** Whether items of the history are left out. */
  excludeHistory: boolean;
  /** Under rules those that the rules allow stand last all the same, where nothing else is left to fill the list. */
  seenLast?: boolean;
  /** Items wanted. */
  limit: number;
  /** How many of them the list can do without: no rule is relaxed for their sake. Absent: none. */
  spare?: number;
  /**
   * `fnv1a32` of items that pages before have shown, as many of `limit` as there are: caps neither count nor stop them, as they hold on each page by itself.
   * Absent: none.
   */
  shownBefore?: number[];
  /** Item fields to carry in the answer, such as title and url. */
  fields: string[];
  /** Absent: nothing is known of it. */
  context?: RequestContext;
  /** Absent: availability alone. */
  rules?: Rules;
  /** What conditions on the visitor go by. */
  visitor?: VisitorFacts;
  /** To be put in order: nothing else is answered, and all of these that are known are, whatever `limit` says; at most RANK_ITEMS_MAX. */
  candidates?: string[];
  /**
   * For a visitor of whom nothing is known: lists best first, to be answered as far as rules allow, and filled up with what is popular. Absent,
   * and no rules: `no_history` is answered instead.
   */
  ladder?: LadderList[];
  /** What an event says about the visitor's taste, by `eventTypeCode`, in place of the model's own weights; other types keep theirs. */
  eventWeights?: Record<number, number>;
  /** What is bought with the history's newest item comes first, with source `together`; then what the model ranks. */
  together?: boolean;
  /** Tells of each item why it stands where it does. Costs several runs: not for the hot path. */
  explain?: boolean;
  /** With `explain`: items to be told of although they may not be in the list. */
  explainItems?: string[];
  /**
   * With `explain`: of this version, which need not be live. It is loaded beside the live one, the question waits for that, and its list is of what may
   * be answered now.
   */
  version?: string;
}

/** A ranked list from outside the model. */
export interface LadderList {
  /** As answered for its items. */
  source: string;
  itemIds: string[];
}

export interface ScoredItem {
  itemId: string;
  score: number;
  fields?: Record<string, unknown>;
  /** Of an item that the model did not rank: its list's, or `popular`. */
  source?: string;
  why?: Why;
}

/** Why an item stands where it does. */
export interface Why {
  /** 1 the first: its place without any rule, of the first 1,000; null behind those. */
  rankBefore: number | null;
  /** Boosts and rotation that moved it, in standard deviations. */
  boosts: { name: string; by: number }[];
  /** The pin that put it there. */
  pin?: string;
  /** What of the history spoke for it, strongest first: by how many standard deviations its score falls without that item. */
  history: { itemId: string; by: number }[];
}

/** An item asked about that is not in the list. */
export interface Unlisted extends Why {
  itemId: string;
  /**
   * `unknown`, `unavailable` (hidden, deleted or sold out), `excluded` (by the request or its history), `filter` or `filter.<name>`,
   * `rotation`, `not_a_candidate`, `min_score`, `cap.<field>`, or `rank`: others came before it.
   */
  reason: string;
}

export type ScoreAnswer =
  /** `items` may be shorter than `limit` only when fewer items are allowed, also after all that may be relaxed was. */
  | {
      status: "ok";
      modelVersion: string;
      overlayEtag: string | null;
      items: ScoredItem[];
      /** How many items may be answered: what rules, availability and exclusions leave, before anything is relaxed. Where rules or a ladder were given. */
      qualifying?: number;
      /** What was relaxed, in order; absent: nothing. */
      relaxed?: string[];
      /** Candidates that neither the model nor the overlay knows. */
      unknownCandidates?: string[];
      /** With `explainItems`. */
      unlisted?: Unlisted[];
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
  | { status: "no_history"; modelVersion: string }
  | NoVersion;

/** The `version` asked for is not kept (`unknown`), or cannot be held beside the live models just now (`unfit`). */
export interface NoVersion {
  status: "no_version";
  problem: "unknown" | "unfit";
  detail: string;
}

/** The scorer Worker's RPC entrypoint. */
export interface ScorerRpc {
  score(request: ScoreRequest): Promise<ScoreAnswer>;
}
