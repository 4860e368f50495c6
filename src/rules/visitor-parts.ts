import type { Expression, Rules, Test, Value } from "./rules.ts";

/** Whether the rules look at who asks: then what is stored of the visitor has to be read, and lists are the visitor's own. */
export function usesVisitor({ filters, boosts, pins, rotation }: Rules): boolean {
  if (rotation !== null) return true;
  const conditions = [...filters, ...boosts, ...pins].map(({ where }) => where);
  return conditions.some((where) => where !== null && asksVisitor(where));
}

function asksVisitor(expression: Expression): boolean {
  switch (expression.kind) {
    case "and":
    case "or":
      return expression.parts.some(asksVisitor);
    case "not":
      return asksVisitor(expression.part);
    case "item":
      return namesVisitor(expression.test);
    case "geo":
      return expression.near === "visitor";
    case "user":
    case "interacted":
    case "shown":
      return true;
  }
}

function namesVisitor(test: Test): boolean {
  const values: Value[] = "values" in test ? test.values : "value" in test ? [test.value] : [];
  return values.some((value) => typeof value === "object" && "user" in value);
}
