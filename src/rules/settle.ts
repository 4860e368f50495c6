import { bindRule, bindTest, type RuleFacts, userValues } from "./bind.ts";
import { passes } from "./passes.ts";
import type { Expression, Rules, Test, Value, VisitorFacts } from "./rules.ts";

/**
 * The rules with every question about the visitor (fields, deeds, impressions) answered from `facts`, so that whoever applies them later, knowing more, tells
 * no more. The rotation is gone: it goes by impressions that only the store knows.
 */
export function settleVisitor(rules: Rules, facts: RuleFacts): Rules {
  const settled = <T extends { where: Expression | null }>(part: T): T =>
    part.where === null ? part : { ...part, where: settle(part.where, facts) };
  const { filters, boosts, pins } = rules;
  return {
    ...rules,
    filters: filters.map(settled),
    boosts: boosts.map(settled),
    pins: pins.map(settled),
    rotation: null,
  };
}

/** Groups of no parts: `and` holds, `or` does not. */
const ALWAYS: Expression = { kind: "and", parts: [] };
const NEVER: Expression = { kind: "or", parts: [] };

function settle(expression: Expression, facts: RuleFacts): Expression {
  switch (expression.kind) {
    case "and":
    case "or":
      return { kind: expression.kind, parts: expression.parts.map((part) => settle(part, facts)) };
    case "not":
      return { kind: "not", part: settle(expression.part, facts) };
    case "user": {
      const test = bindTest(expression.test, facts);
      return test !== null && passes(userValues(expression.field, facts.visitor), test) ? ALWAYS : NEVER;
    }
    case "item": {
      const test = withValues(expression.test, facts.visitor);
      return test === null ? NEVER : { ...expression, test };
    }
    case "interacted":
    case "shown": {
      const bound = bindRule(expression, facts);
      const itemIds = bound.kind === "mine" ? [...bound.itemIds] : [];
      return itemIds.length === 0 ? NEVER : { kind: "named", itemIds };
    }
    default:
      return expression;
  }
}

/** Null where the values asked for are unknown: such a test holds for nothing. */
function withValues(test: Test, visitor: VisitorFacts): Test | null {
  if (test.op === "exists") return test;
  if ("value" in test) {
    const [value] = known(test.value, visitor);
    return value === undefined ? null : { op: test.op, value };
  }
  const values = test.values.flatMap((value) => known(value, visitor));
  const isLost = values.length === 0 || (test.op === "all" && values.length < test.values.length);
  return isLost ? null : { op: test.op, values };
}

function known(value: Value, visitor: VisitorFacts): Value[] {
  const isOfVisitor = typeof value === "object" && "user" in value;
  return isOfVisitor ? userValues(value.user, visitor).slice(0, 1) : [value];
}
