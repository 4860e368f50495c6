import { isObject, type Path } from "./config.ts";
import { isOperator, isReserved, kindOf, OPERATORS, type Operator, operandOf } from "./fields.ts";
import { operandNotation } from "./notation.ts";

/** One condition of those that must all hold. */
export type Term = Row | Other;

/** Field, operator, value: what the form shows as a row. */
export interface Row {
  isRow: true;
  /** The object that it stands in: 0 the expression's own, n the n-th of its `and`. */
  group: number;
  field: string;
  operator: Operator;
  value: unknown;
  /** Written without the operator: `{"brand": "Acme"}`. */
  isShort: boolean;
}

/** Anything else, kept as it is. */
export interface Other {
  isRow: false;
  group: number;
  key: string;
  value: unknown;
}

/** An expression as conditions, of which all must hold; null for what is no expression at all. */
export function termsOf(where: unknown): Term[] | null {
  if (where === undefined) return [];
  if (!isObject(where)) return null;
  const { and, ...top } = where;
  const isFlat = Array.isArray(and) && and.length > 0 && and.every((one) => isObject(one) && !isEmpty(one));
  if (and === undefined || !isFlat) return termsIn(where, 0);
  return [...termsIn(top, 0), ...and.flatMap((one, at) => termsIn(one, at + 1))];
}

function isEmpty(object: object): boolean {
  return Object.keys(object).length === 0;
}

function termsIn(object: Record<string, unknown>, group: number): Term[] {
  return Object.entries(object).flatMap(([key, value]): Term[] => {
    const rows = isReserved(key) ? null : rowsOf(key, value, group);
    return rows ?? [{ isRow: false, group, key, value }];
  });
}

/** Null where a row could not say all of it. */
function rowsOf(field: string, given: unknown, group: number): Row[] | null {
  const kind = kindOf(field);
  const isOperators = isObject(given) && !Object.hasOwn(given, "ago") && !Object.hasOwn(given, "user");
  const entries = isOperators
    ? Object.entries(given)
    : [kind === "list" ? (["any", [given]] as const) : (["eq", given] as const)];
  if (entries.length === 0) return null;
  const rows = entries.map(([operator, value]): Row | null => {
    if (!isOperator(operator, kind)) return null;
    return { isRow: true, group, field, operator, value, isShort: !isOperators };
  });
  return rows.every((row) => row !== null && isSayable(row)) ? rows.filter((row) => row !== null) : null;
}

function isSayable({ field, operator, value }: Row): boolean {
  const operand = operandOf(operator);
  if (operand === "yes or no") return typeof value === "boolean";
  return operandNotation(kindOf(field), operand).write(value) !== null;
}

/** The expression that holds where all of them do, each where it stood; undefined where there are none. */
export function whereOf(terms: readonly Term[]): Record<string, unknown> | undefined {
  if (terms.length === 0) return undefined;
  const hasGroups = terms.some(({ group }) => group > 0);
  const groups = new Map<number, Record<string, unknown>>([[0, {}]]);
  let next = Math.max(...terms.map(({ group }) => group)) + 1;
  for (const term of terms) {
    const object = groups.get(term.group) ?? {};
    // An `and` of its own stands in the way of the groups.
    const isInTheWay = term.group === 0 && hasGroups && !term.isRow && term.key === "and";
    if (isInTheWay || !hasRoom(object, term)) groups.set(next++, placed({}, term));
    else groups.set(term.group, placed(object, term));
  }
  const { 0: top, ...others } = Object.fromEntries(groups);
  const and = Object.values(others);
  return and.length === 0 ? top : { ...top, and };
}

/** Whether nothing of that name stands there already. */
function hasRoom(object: Record<string, unknown>, term: Term): boolean {
  const key = term.isRow ? term.field : term.key;
  if (!Object.hasOwn(object, key)) return true;
  const beside = object[key];
  if (!term.isRow || isShortened(term) || !isObject(beside)) return false;
  const isOperators = !Object.hasOwn(beside, "ago") && !Object.hasOwn(beside, "user");
  return isOperators && !Object.hasOwn(beside, term.operator);
}

function placed(object: Record<string, unknown>, term: Term): Record<string, unknown> {
  if (!term.isRow) return { ...object, [term.key]: term.value };
  const { field, operator, value } = term;
  if (isShortened(term)) return { ...object, [field]: Array.isArray(value) ? value[0] : value };
  const beside = isObject(object[field]) ? object[field] : {};
  return { ...object, [field]: { ...beside, [operator]: value } };
}

function isShortened({ isShort, operator, value }: Row): boolean {
  if (!isShort) return false;
  return operator === "eq" || (operator === "any" && Array.isArray(value) && value.length === 1);
}

/** Where a condition stands in the expression, as the check names it. */
export function pathOf(term: Term): Path {
  return term.isRow && !isShortened(term) ? [...keyPathOf(term), term.operator] : keyPathOf(term);
}

/** Where its field's name stands, or what else it begins with. */
export function keyPathOf(term: Term): Path {
  const object = term.group === 0 ? [] : ["and", term.group - 1];
  return [...object, term.isRow ? term.field : term.key];
}

/** With an empty one more, in an object of its own, where no other name is in its way. */
export function withRow(terms: readonly Term[]): Term[] {
  const group = terms.length === 0 ? 0 : Math.max(...terms.map((term) => term.group)) + 1;
  return [...terms, { isRow: true, group, field: "", operator: "eq", value: "", isShort: false }];
}

/** Of another field; operator and value stay as far as that field takes them. What begins something else is no field's name. */
export function ofField(row: Row, field: string): Row {
  if (isReserved(field)) return row;
  const kind = kindOf(field);
  const isKept = !isUnsaid(row.value) && isOperator(row.operator, kind);
  const operator = isKept ? row.operator : OPERATORS[kind][0];
  return { ...row, field, operator, value: carriedOver(row, field, operator) };
}

export function ofOperator(row: Row, operator: Operator): Row {
  return { ...row, operator, isShort: false, value: carriedOver(row, row.field, operator) };
}

function isUnsaid(value: unknown): boolean {
  return value === "" || (Array.isArray(value) && value.length === 0);
}

/** The value as another field or operator reads it. */
function carriedOver(row: Row, field: string, operator: Operator): unknown {
  const before = operandOf(row.operator);
  const after = operandOf(operator);
  if (after === "yes or no") return before === after ? row.value : true;
  const given: unknown[] = Array.isArray(row.value) ? row.value : [row.value];
  const said = before === "yes or no" ? [] : given.filter((one) => !isUnsaid(one));
  const from = operandNotation(kindOf(row.field), "one");
  const to = operandNotation(kindOf(field), "one");
  const read = said.map((one) => to.read(from.write(one) ?? ""));
  return after === "several" ? read : (read[0] ?? "");
}
