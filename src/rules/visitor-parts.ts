import type { Expression, Rules, Test, Value } from "./rules.ts";

/** Whether the rules look at who asks: then what is stored of the visitor has to be read, and lists are the visitor's own. */
export function usesVisitor(rules: Rules): boolean {
  return rules.rotation !== null || conditionsOf(rules).some((where) => asks(where, () => true, true));
}

/** Whether they look at what is stored in the visitor's own fields: attributes and segments. Country and device are the request's. */
export function usesStoredFields(rules: Rules): boolean {
  const isStored = (field: string) => field !== "country" && field !== "device";
  return conditionsOf(rules).some((where) => asks(where, isStored, false));
}

function conditionsOf({ filters, boosts, pins }: Rules): Expression[] {
  return [...filters, ...boosts, ...pins].map(({ where }) => where).filter((where) => where !== null);
}

/** `deeds`: what the visitor did, was shown, and where they are count too. */
function asks(expression: Expression, isAsked: (field: string) => boolean, deeds: boolean): boolean {
  switch (expression.kind) {
    case "and":
    case "or":
      return expression.parts.some((part) => asks(part, isAsked, deeds));
    case "not":
      return asks(expression.part, isAsked, deeds);
    case "item":
      return fieldsIn(expression.test).some(isAsked);
    case "user":
      return isAsked(expression.field) || fieldsIn(expression.test).some(isAsked);
    case "geo":
      return deeds && expression.near === "visitor";
    case "interacted":
    case "shown":
      return deeds;
  }
}

/** The visitor's fields that a test compares with. */
function fieldsIn(test: Test): string[] {
  const values: Value[] = "values" in test ? test.values : "value" in test ? [test.value] : [];
  return values.flatMap((value) => (typeof value === "object" && "user" in value ? [value.user] : []));
}
