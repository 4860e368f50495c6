import { eventTypeCode } from "../events/index.ts";
import type { Variant } from "../experiments/index.ts";
import type { LadderList, RequestContext, ScoreRequest } from "../registry/index.ts";
import type { Rules, VisitorFacts } from "../rules/index.ts";
import type { History } from "./history.ts";
import type { AnswerRequest } from "./plan.ts";
import type { RankedList } from "./ports.ts";
import type { Round } from "./round.ts";
import type { Scenario } from "./scenario.ts";

export interface ModelQuestion {
  tenant: string;
  scenario: Pick<Scenario, "name" | "version" | "repeat" | "eventWeights">;
  /** `popular`: the history has a say in rules alone. */
  variant: Variant;
  /** With none, or with none that has a say, the lists to be answered as far as the rules allow. */
  history: History;
  ladder: readonly LadderList[];
  exclude: readonly string[];
  limit: number;
  /** `fnv1a32` of each of them that pages before have shown, where that matters to the rules. */
  shownBefore: readonly number[];
  /** Of them, those that no rule is relaxed for. */
  spare: number;
  fields: readonly string[];
  /** What is bought with the history's item comes first. */
  together: boolean;
  /** Null: availability alone. */
  rules: Rules | null;
  /** What the rules ask of the visitor; null: nothing. */
  facts: VisitorFacts | null;
  /** Called only where the model may look at it. */
  context?: (() => RequestContext) | undefined;
  /** Called where the scorer takes long or gives no list: what stands below the model may be needed. */
  onShort(): void;
  /**
   * Takes a list that the scorer has just ranked, also one that came too late for its request; `forLocation` where the next request for it may meet an
   * isolate that remembers nothing. Null: the list is good for this question only.
   */
  keep: ((list: RankedList, forLocation: boolean) => void) | null;
  /** Whether a list is worth being asked for once more while nobody waits: somebody may come again for it. */
  mayAskAgain: boolean;
}

/** What a request asks of the model once its round has been read. */
export function questionOf(
  { tenant, subject, cursor, context }: AnswerRequest,
  { plan, known, facts }: Round,
  own: Pick<ModelQuestion, "exclude" | "ladder" | "onShort" | "keep" | "mayAskAgain">,
): ModelQuestion {
  const { scenario, variant, carried: fields, limit, spare, rules, hasRules } = plan;
  return {
    ...{ tenant, scenario, variant, fields, spare, facts, context, ...own },
    history: known.history,
    together: subject.kind === "item" && subject.together,
    rules: hasRules ? rules : null,
    // As many more as pages before have shown: that many at most are left out again.
    limit: limit + spare + (cursor?.shown.size ?? 0),
    shownBefore: rules.caps.length + rules.relax.length === 0 ? [] : [...(cursor?.shown ?? [])],
  };
}

/** All that the list depends on besides tenant, model and overlay. */
export function questionKey({
  scenario,
  variant,
  history,
  ladder,
  exclude,
  limit,
  shownBefore,
  spare,
  fields,
  together,
  rules,
  facts,
}: ModelQuestion): string {
  const { name, version } = scenario;
  const asked = [name, version, variant, history.key, [...exclude].sort(), limit, fields, together];
  return JSON.stringify(rules === null ? asked : [...asked, shownBefore, spare, rules, facts, ladder]);
}

/** The question as the scorer is asked it. */
export function scoreRequest(
  question: ModelQuestion,
  context: RequestContext | undefined,
  nowMs: number,
): ScoreRequest {
  const { tenant, history, ladder, together, exclude, limit, spare, fields, rules, facts } = question;
  const { scenario, variant, shownBefore } = question;
  const ranksByHistory = variant !== "popular" && history.entries.length > 0;
  return {
    tenant,
    nowMs,
    history: history.entries,
    exclude: [...exclude],
    excludeHistory: !scenario.repeat,
    limit,
    ...(shownBefore.length === 0 ? {} : { shownBefore: [...shownBefore] }),
    ...(spare === 0 ? {} : { spare }),
    fields: [...fields],
    ...(context === undefined ? {} : { context }),
    ...(rules === null ? {} : { rules, seenLast: true }),
    ...(facts === null ? {} : { visitor: facts }),
    ...(ranksByHistory || ladder.length === 0 ? {} : { ladder: [...ladder] }),
    ...(together ? { together } : {}),
    ...(variant === "popular" ? mute(history) : weightsOf(scenario)),
  };
}

/** What events tell about taste in the scenario, as the scorer is told it. */
export function weightsOf({
  eventWeights,
}: Pick<Scenario, "eventWeights">): Pick<ScoreRequest, "eventWeights"> {
  if (eventWeights === null) return {};
  const byCode = Object.entries(eventWeights).map(([type, weight]) => [eventTypeCode(type), weight]);
  return { eventWeights: Object.fromEntries(byCode) };
}

/** The history as it is for somebody who is held out: it tells nothing about taste, and rules may ask for it all the same. */
export function mute({ entries }: History): Pick<ScoreRequest, "eventWeights"> {
  return { eventWeights: Object.fromEntries(entries.map(({ typeCode }) => [typeCode, 0])) };
}
