import type { Variant } from "../experiments/index.ts";
import type { Cursor } from "./cursor.ts";
import { type DegradedReason, degradedBy, type Problem } from "./degraded.ts";
import { type ExplorationRecord, writeExploration } from "./exploration.ts";
import type { AnswerItem } from "./ladder.ts";
import type { Notice } from "./notices.ts";
import type { AnswerRequest } from "./plan.ts";
import type { ServingPorts } from "./ports.ts";
import { mintRecommendationId, type RecommendationId } from "./recommendation-id.ts";

export interface Answer {
  recommendationId: string;
  /** Null when no model had a part in the list. */
  modelVersion: string | null;
  variant: Variant;
  items: AnswerItem[];
  /** How many items the rules allow; absent without rules, or where that could not be told. */
  qualifying?: number;
  /** What of the rules was given up for want of items, in the order that the scenario allows. */
  relaxed?: readonly string[];
  /** Where the next page begins; null: there is none. Absent where the request does not page. */
  next?: Cursor | null;
  /** How places were given to items on trial; absent where none were. */
  exploration?: ExplorationRecord;
  degraded?: Problem;
  /** What of the request was not used. */
  notices: readonly Notice[];
}

/** A list before it has an id. */
export interface Found extends Omit<Answer, "recommendationId" | "degraded"> {
  problems: Problem[];
  limit: number;
}

/** The found list as an answer: with its id, and with the first of its problems named. */
export async function finish(
  request: Asked & Pick<AnswerRequest, "cursor">,
  { problems, limit, ...found }: Found,
  ports: ServingPorts,
): Promise<Answer> {
  const { items, modelVersion, variant } = found;
  // Behind its first page a list ends where it ends.
  const isEnd = request.cursor !== null && request.cursor.shown.size > 0;
  const shortage = isEnd ? null : shortageOf(items.length, limit);
  const degraded = degradedBy(shortage === null ? problems : [...problems, shortage]);
  const said = { modelVersion, variant, source: items[0]?.source ?? "none", degraded: degraded?.reason };
  const { exploration } = found;
  return {
    ...found,
    recommendationId: await answerId(request, { ...said, exploration }, ports),
    ...(degraded === undefined ? {} : { degraded }),
  };
}

type Asked = Pick<AnswerRequest, "tenant" | "scenario" | "seed" | "visit">;

/** A recommendation id for what is being answered now. */
export function answerId(
  { tenant, scenario, seed, visit }: Asked,
  said: {
    modelVersion: string | null;
    variant: Variant;
    source: string;
    degraded: DegradedReason | undefined;
    exploration?: ExplorationRecord | undefined;
  },
  { now, signer }: Pick<ServingPorts, "now" | "signer">,
): Promise<string> {
  const { modelVersion, variant, source, degraded, exploration } = said;
  const id: RecommendationId = {
    ...{ tenant, scenario, variant, modelVersion, seed, mintedAtMs: now(), source },
    ...(degraded === undefined ? {} : { degraded }),
    ...(visit === null ? {} : { visit }),
    ...(exploration === undefined ? {} : { explored: writeExploration(exploration) }),
  };
  return mintRecommendationId(id, signer);
}

function shortageOf(count: number, limit: number): Problem | null {
  if (count >= limit) return null;
  if (count === 0) return { reason: "no_items", detail: "there is no item to recommend" };
  return {
    reason: "few_items",
    detail: `only ${count} of ${limit} items: the lists have no more that are allowed`,
  };
}
