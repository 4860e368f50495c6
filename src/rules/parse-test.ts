import type { FieldKind } from "./fields.ts";
import { USER_FIELDS_TOLD, userFieldKind } from "./fields.ts";
import { RULE_TEXT_CHARS_MAX, RULE_VALUES_MAX } from "./limits.ts";
import { BAD, type Bad, isObject, type Path, type Reader } from "./reader.ts";
import type { Scalar, Test, Value } from "./rules.ts";

/** One operator of the wire: a test, and whether it is that test's negation. */
export interface ReadTest {
  test: Test;
  negated: boolean;
}

const ORDER = ["lt", "lte", "gt", "gte"] as const;
const EQUALITY = ["eq", "ne", "in", "not_in", "exists"] as const;
const TEXT = ["prefix", "contains"] as const;

const OPERATORS: Record<FieldKind, readonly string[]> = {
  number: [...EQUALITY, ...ORDER],
  time: [...EQUALITY, ...ORDER],
  text: [...EQUALITY, ...TEXT],
  list: ["any", "all", "none", "exists"],
  any: [...EQUALITY, ...ORDER, ...TEXT],
};

/** What stands behind a field's name: a value, short for `eq` (of a list: for `any`), or operators, all of which must hold. */
export function readTests(reader: Reader, given: unknown, path: Path, kind: FieldKind): ReadTest[] | Bad {
  if (!isObject(given) || isReference(given)) {
    const value = readValue(reader, given, path, kind);
    return value === BAD ? BAD : [{ test: { op: "in", values: [value] }, negated: false }];
  }
  const known = OPERATORS[kind];
  const names = Object.keys(given);
  if (names.length === 0) return reader.bad(path, `needs one of ${known.join(", ")}`);
  const tests = names.map((name): ReadTest | Bad => {
    const at = [...path, name];
    if (!known.includes(name)) return reader.bad(at, `is no operator of this field: ${known.join(", ")} are`);
    return readOperator(reader, name, given[name], at, kind);
  });
  return tests.every((test) => test !== BAD) ? tests : BAD;
}

function readOperator(
  reader: Reader,
  name: string,
  given: unknown,
  path: Path,
  kind: FieldKind,
): ReadTest | Bad {
  if (name === "exists") {
    if (typeof given !== "boolean") return reader.bad(path, "must be true or false");
    return { test: { op: "exists" }, negated: !given };
  }
  const negated = name === "ne" || name === "not_in" || name === "none";
  if (["in", "not_in", "any", "all", "none"].includes(name)) {
    const list = reader.list(given, path, { min: 1, max: RULE_VALUES_MAX });
    if (list === BAD) return BAD;
    const values = list.map((one, at) => readValue(reader, one, [...path, at], kind));
    if (!values.every((value) => value !== BAD)) return BAD;
    return { test: { op: name === "all" ? "all" : "in", values }, negated };
  }
  if (name === "eq" || name === "ne") {
    const value = readValue(reader, given, path, kind);
    return value === BAD ? BAD : { test: { op: "in", values: [value] }, negated };
  }
  const isText = name === "prefix" || name === "contains";
  const value = readValue(reader, given, path, isText ? "text" : kind === "time" ? "time" : "number");
  return value === BAD ? BAD : { test: { op: name as "lt" | "prefix", value }, negated };
}

function isReference(given: Record<string, unknown>): boolean {
  return Object.hasOwn(given, "user") || Object.hasOwn(given, "ago");
}

/** A value as written, `{"user": "country"}`, or, for times and attributes, `{"ago": "30d"}`. */
function readValue(reader: Reader, given: unknown, path: Path, kind: FieldKind): Value | Bad {
  if (isObject(given)) return readReference(reader, given, path, kind);
  if (kind === "time" && typeof given === "string") {
    // A date alone is read as its first moment in UTC, whatever the machine.
    const isDate = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/.test(given);
    const atMs = isDate && isDayOfMonth(given) ? Date.parse(given) : Number.NaN;
    return Number.isNaN(atMs) ? reader.bad(path, TIME_TOLD) : atMs;
  }
  return isOfKind(given, kind) ? given : reader.bad(path, TOLD[kind]);
}

/** `Date.parse` takes the 31st of February for the 3rd of March. */
function isDayOfMonth(date: string): boolean {
  const day = date.slice(0, 10);
  const atMs = Date.parse(day);
  return !Number.isNaN(atMs) && new Date(atMs).toISOString().startsWith(day);
}

function readReference(
  reader: Reader,
  given: Record<string, unknown>,
  path: Path,
  kind: FieldKind,
): Value | Bad {
  if (Object.hasOwn(given, "ago")) {
    if (reader.object(given, path, ["ago"]) === BAD) return BAD;
    if (kind === "text" || kind === "list") return reader.bad(path, TOLD[kind]);
    const agoMs = reader.duration(given.ago, [...path, "ago"]);
    return agoMs === BAD ? BAD : { agoMs };
  }
  if (reader.object(given, path, ["user"]) === BAD) return BAD;
  const { user } = given;
  const userKind = typeof user === "string" ? userFieldKind(user) : null;
  if (userKind === null || userKind === "list")
    return reader.bad([...path, "user"], `must be ${USER_FIELDS_TOLD.replace("segments or ", "")}`);
  return { user: user as string };
}

const TIME_TOLD = 'must be milliseconds since the epoch, an ISO 8601 date or {"ago": "30d"}';

const TOLD: Record<FieldKind, string> = {
  number: 'must be a number or {"user": "attributes.<name>"}',
  time: TIME_TOLD,
  text: `must be a text of up to ${RULE_TEXT_CHARS_MAX} characters or {"user": "attributes.<name>"}`,
  list: `must be a text of up to ${RULE_TEXT_CHARS_MAX} characters or {"user": "attributes.<name>"}`,
  any: "must be a text, a number, a boolean, or a value of the visitor",
};

function isOfKind(given: unknown, kind: FieldKind): given is Scalar {
  const isText = typeof given === "string" && given.length <= RULE_TEXT_CHARS_MAX;
  const isNumber = typeof given === "number" && Number.isFinite(given);
  if (kind === "any") return isText || isNumber || typeof given === "boolean";
  return kind === "number" || kind === "time" ? isNumber : isText;
}
