import type { Expression, Rules, Value } from "./rules.ts";

/** An expression that is no group. */
type Condition = Exclude<Expression, { kind: "and" | "or" } | { kind: "not" }>;

/** Whether the rules look at who asks: then what is stored of the visitor has to be read, and lists are the visitor's own. */
export function usesVisitor(rules: Rules): boolean {
  const asks = (condition: Condition) =>
    isOfPast(condition) || isOfPlace(condition) || fieldsOf(condition).length > 0;
  return rules.rotation !== null || conditionsOf(rules).some(asks);
}

/** Whether they look at what is stored of the visitor: deeds, impressions, attributes and segments. Place, country and device are the request's. */
export function usesStored(rules: Rules): boolean {
  const isStored = (field: string) => field !== "country" && field !== "device";
  const asks = (condition: Condition) => isOfPast(condition) || fieldsOf(condition).some(isStored);
  return rules.rotation !== null || conditionsOf(rules).some(asks);
}

/** The conditions of all expressions, out of their groups. */
export function conditionsOf({ filters, boosts, pins }: Rules): Condition[] {
  return [...filters, ...boosts, ...pins].flatMap(({ where }) => (where === null ? [] : conditionsIn(where)));
}

function conditionsIn(expression: Expression): Condition[] {
  switch (expression.kind) {
    case "and":
    case "or":
      return expression.parts.flatMap(conditionsIn);
    case "not":
      return conditionsIn(expression.part);
    default:
      return [expression];
  }
}

/** Whether it asks what the visitor did or was shown. */
function isOfPast({ kind }: Condition): boolean {
  return kind === "interacted" || kind === "shown";
}

function isOfPlace(condition: Condition): boolean {
  return condition.kind === "geo" && condition.near === "visitor";
}

/** The visitor's fields that a condition looks at. */
function fieldsOf(condition: Condition): string[] {
  if (condition.kind !== "item" && condition.kind !== "user") return [];
  const { kind, field, test } = condition;
  const values: Value[] = "values" in test ? test.values : "value" in test ? [test.value] : [];
  const compared = values.flatMap((value) =>
    typeof value === "object" && "user" in value ? [value.user] : [],
  );
  return kind === "user" ? [field, ...compared] : compared;
}
