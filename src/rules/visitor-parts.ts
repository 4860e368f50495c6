import type { Expression, Rules, Value } from "./rules.ts";

/** An expression that is no group. */
type Condition = Exclude<Expression, { kind: "and" | "or" } | { kind: "not" }>;

/** Whether the rules look at who asks: then what is stored of the visitor has to be read, and lists are the visitor's own. */
export function usesVisitor(rules: Rules): boolean {
  const asks = (condition: Condition) => isOfDeeds(condition) || fieldsOf(condition).length > 0;
  return rules.rotation !== null || conditionsOf(rules).some(asks);
}

/** Whether they look at what is stored in the visitor's own fields: attributes and segments. Country and device are the request's. */
export function usesStoredFields(rules: Rules): boolean {
  const isStored = (field: string) => field !== "country" && field !== "device";
  return conditionsOf(rules).some((condition) => fieldsOf(condition).some(isStored));
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

/** Whether it asks what the visitor did, was shown, or where they are. */
function isOfDeeds(condition: Condition): boolean {
  const { kind } = condition;
  return kind === "interacted" || kind === "shown" || (kind === "geo" && condition.near === "visitor");
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
