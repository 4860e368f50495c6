import { ANSWER_ITEMS_DEFAULT } from "../base/index.ts";
import { ITEM_FIELDS, type ItemField } from "../events/index.ts";
import type { UnitIds, Variant } from "../experiments/index.ts";
import type { RequestContext } from "../registry/index.ts";
import {
  isEmptyRules,
  mergeRules,
  type Place,
  type Rules,
  type Scalar,
  usesVisitor,
} from "../rules/index.ts";
import type { Cursor } from "./cursor.ts";
import { variantOf } from "./holdout.ts";
import { EXPLORED_SLOTS_MAX } from "./limits.ts";
import type { CommonList } from "./rungs.ts";
import type { Scenario } from "./scenario.ts";
import type { Visitor } from "./visitor.ts";

/** What a list is for: a visitor, beside an item, or anybody. */
export type Subject =
  | { kind: "visitor"; visitor: Visitor }
  /** `together`: what is bought with it, rather than in its place. */
  | { kind: "item"; itemId: string; together: boolean }
  | { kind: "anybody"; list: CommonList; category: string | null };

export interface AnswerRequest {
  tenant: string;
  /** The scenario's name. */
  scenario: string;
  subject: Subject;
  /** As the request names them: what a holdout goes by. */
  ids: UnitIds;
  /** Null: as many as the scenario says. */
  limit: number | null;
  exclude: readonly string[];
  /** Null: those that the scenario says. */
  fields: readonly ItemField[] | null;
  /** The request's own, beside those of its scenario. */
  rules: Rules;
  /** What the visitor is like, by the request; counts before what is stored. */
  attributes: Record<string, Scalar>;
  location: Place | null;
  /** The address that led to the site. */
  referrer: string | null;
  /** Mark of the visit, kept in the recommendation id; null: it is not named. */
  visit: string | null;
  /** What pages before have shown; null: the request does not page. */
  cursor: Cursor | null;
  /** Where and when somebody asks; called only where it may matter. */
  context?: () => RequestContext;
  /** Random; kept in the recommendation id, so that what was drawn can be drawn again. */
  seed: number;
}

/** A request as its scenario completes it. */
export interface Plan {
  scenario: Scenario;
  /** Of the scenario's holdout; `popular`: the model has no part in the list. */
  variant: Variant;
  rules: Rules;
  /** Whether there are any. */
  hasRules: boolean;
  usesVisitor: boolean;
  limit: number;
  /** Fields that the answer carries. */
  fields: readonly ItemField[];
  /** Fields that items are asked for with: those, and what items on trial are counted by under the caps. */
  carried: readonly ItemField[];
  /** Items asked for beyond the limit: as many as may not fit beside those on trial. */
  spare: number;
  /** Whether places go to items on trial. */
  explores: boolean;
}

export function planOf(request: AnswerRequest, scenario: Scenario): Plan {
  const rules = mergeRules(scenario.rules, withCategory(request));
  const fields = request.fields ?? scenario.fields ?? [];
  const counted = rules.caps.map(({ field }) => ITEM_FIELDS.find((name) => name === field.split(".")[0]));
  const isCounted = counted.every((field) => field !== undefined);
  const variant = variantOf(request, scenario);
  // A pinned item would be moved from its place; and what lists are held against is to be nothing but popular.
  const explores =
    scenario.explorationShare > 0 && variant !== "popular" && rules.pins.length === 0 && isCounted;
  const beside = explores ? counted.filter((field) => field !== undefined) : [];
  return {
    scenario,
    variant,
    rules,
    hasRules: !isEmptyRules(rules),
    usesVisitor: usesVisitor(rules),
    limit: request.limit ?? scenario.limit ?? ANSWER_ITEMS_DEFAULT,
    fields,
    carried: [...new Set([...fields, ...beside])],
    spare: beside.length === 0 ? 0 : EXPLORED_SLOTS_MAX,
    explores,
  };
}

/** A category is one more filter. No `relax` lifts it, as none can hold its name. */
function withCategory({ subject, rules }: AnswerRequest): Rules {
  if (subject.kind !== "anybody" || subject.category === null) return rules;
  const test = { op: "in" as const, values: [subject.category] };
  const filter = { name: "category=", where: { kind: "item" as const, field: "categories", test } };
  return { ...rules, filters: [...rules.filters, filter] };
}
