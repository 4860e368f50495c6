import { err, ok, type Result } from "../base/index.ts";
import { ITEM_FIELDS_TOLD, itemFieldKind } from "./fields.ts";
import {
  RULE_BOOST_MAX,
  RULE_BOOSTS_MAX,
  RULE_CAPS_MAX,
  RULE_FILTERS_MAX,
  RULE_PINS_MAX,
  RULE_POSITION_MAX,
  RULE_RELAX_MAX,
  RULES_BYTES_MAX,
} from "./limits.ts";
import { readExpression } from "./parse-expression.ts";
import { BAD, type Bad, type Path, Reader, type RuleIssue } from "./reader.ts";
import type { Boost, Cap, NamedFilter, Pin, Rotation, Rules } from "./rules.ts";

const PARTS = ["filter", "boost", "pin", "cap", "diversity", "rotation", "min_score", "relax"] as const;

/**
 * The wire form (see `schema.ts`) → canonical rules, or all that is wrong with it, each with its place. `isStored`: what an earlier release took and is
 * refused by now is read as what it came to.
 */
export function parseRules(value: unknown, { isStored = false } = {}): Result<Rules, RuleIssue[]> {
  const reader = new Reader(isStored);
  const rules = readRules(reader, value);
  return rules === BAD || reader.issues.length > 0 ? err(reader.issues) : ok(rules);
}

function readRules(reader: Reader, value: unknown): Rules | Bad {
  const given = reader.object(value, [], PARTS);
  if (given === BAD) return BAD;
  const bytes = new TextEncoder().encode(JSON.stringify(given)).byteLength;
  if (bytes > RULES_BYTES_MAX)
    return reader.bad([], `are ${bytes} bytes, over the ${RULES_BYTES_MAX} allowed`);
  const filters = readFilters(reader, given.filter);
  const boosts = readList(reader, given.boost, "boost", RULE_BOOSTS_MAX, readBoost);
  const pins = readPins(reader, given.pin);
  const caps = readList(reader, given.cap, "cap", RULE_CAPS_MAX, readCap);
  const diversity =
    given.diversity === undefined ? 0 : reader.number(given.diversity, ["diversity"], { min: 0, max: 1 });
  const rotation = given.rotation === undefined ? null : readRotation(reader, given.rotation);
  const bound = { min: -100, max: 100 };
  const minScore =
    given.min_score === undefined ? null : reader.number(given.min_score, ["min_score"], bound);
  if (filters === BAD || boosts === BAD || pins === BAD || caps === BAD) return BAD;
  if (diversity === BAD || rotation === BAD || minScore === BAD) return BAD;
  const relax = readRelax(reader, given.relax, filters);
  if (relax === BAD) return BAD;
  return { filters, boosts, pins, caps, diversity, rotation, minScore, relax };
}

function readFilters(reader: Reader, given: unknown): NamedFilter[] | Bad {
  if (given === undefined) return [];
  if (!Array.isArray(given)) {
    const where = readExpression(reader, given, ["filter"]);
    return where === BAD ? BAD : [{ name: null, where }];
  }
  const filters = readList(reader, given, "filter", RULE_FILTERS_MAX, (value, path) => {
    const fields = reader.object(value, path, ["name", "where"]);
    if (fields === BAD) return BAD;
    const name = reader.name(fields.name, [...path, "name"]);
    const where = readExpression(reader, fields.where, [...path, "where"]);
    return name === BAD || where === BAD ? BAD : { name, where };
  });
  if (filters === BAD) return BAD;
  const twice = repeated(filters.map(({ name }) => name));
  return twice < 0 ? filters : reader.bad(["filter", twice, "name"], "is the name of another filter too");
}

/** Where a list holds again what it held before; −1: nowhere. */
function repeated(list: readonly unknown[]): number {
  return list.findIndex((one, at) => list.indexOf(one) < at);
}

function readPins(reader: Reader, given: unknown): Pin[] | Bad {
  const pins = readList(reader, given, "pin", RULE_PINS_MAX, readPin);
  if (pins === BAD) return BAD;
  const twice = repeated(pins.map(({ position }) => position));
  return twice < 0 ? pins : reader.bad(["pin", twice, "position"], "is the place of another pin too");
}

function readList<T>(
  reader: Reader,
  given: unknown,
  name: string,
  max: number,
  read: (value: unknown, path: Path, reader: Reader) => T | Bad,
): T[] | Bad {
  if (given === undefined) return [];
  const list = reader.list(given, [name], { min: 0, max });
  if (list === BAD) return BAD;
  const values = list.map((one, at) => read(one, [name, at], reader));
  return values.every((one) => one !== BAD) ? (values as T[]) : BAD;
}

function readBoost(value: unknown, path: Path, reader: Reader): Boost | Bad {
  const fields = reader.object(value, path, ["name", "where", "by"]);
  if (fields === BAD) return BAD;
  const name = readName(reader, fields.name, path);
  const where = readExpression(reader, fields.where, [...path, "where"]);
  const by = reader.number(fields.by, [...path, "by"], { min: -RULE_BOOST_MAX, max: RULE_BOOST_MAX });
  return name === BAD || where === BAD || by === BAD ? BAD : { name, where, by };
}

/** `boost[0]` where it has none. */
function readName(reader: Reader, given: unknown, path: Path): string | Bad {
  return given === undefined ? `${path[0]}[${path[1]}]` : reader.name(given, [...path, "name"]);
}

function readPin(value: unknown, path: Path, reader: Reader): Pin | Bad {
  const fields = reader.object(value, path, ["name", "item_id", "where", "position"]);
  if (fields === BAD) return BAD;
  if ((fields.item_id === undefined) === (fields.where === undefined))
    return reader.bad(path, "needs either item_id or where");
  const name = readName(reader, fields.name, path);
  const position = reader.whole(fields.position, [...path, "position"], { min: 1, max: RULE_POSITION_MAX });
  const itemId = fields.item_id === undefined ? null : reader.text(fields.item_id, [...path, "item_id"]);
  const where = fields.where === undefined ? null : readExpression(reader, fields.where, [...path, "where"]);
  if (name === BAD || position === BAD || itemId === BAD || where === BAD) return BAD;
  return { name, position, itemId, where };
}

function readCap(value: unknown, path: Path, reader: Reader): Cap | Bad {
  const fields = reader.object(value, path, ["field", "max"]);
  if (fields === BAD) return BAD;
  const { field } = fields;
  const kind = typeof field === "string" ? itemFieldKind(field) : null;
  const max = reader.whole(fields.max, [...path, "max"], { min: 1, max: RULE_POSITION_MAX });
  if (kind === null) return reader.bad([...path, "field"], `must be ${ITEM_FIELDS_TOLD}`);
  return max === BAD ? BAD : { field: field as string, max };
}

function readRotation(reader: Reader, value: unknown): Rotation | Bad {
  const fields = reader.object(value, ["rotation"], ["within", "weight"]);
  if (fields === BAD) return BAD;
  const withinMs = reader.shownWithin(fields.within, ["rotation", "within"]);
  const bound = { min: 0, max: RULE_BOOST_MAX };
  const weight =
    fields.weight === undefined ? null : reader.number(fields.weight, ["rotation", "weight"], bound);
  return withinMs === BAD || weight === BAD ? BAD : { withinMs, weight };
}

function readRelax(reader: Reader, given: unknown, filters: readonly NamedFilter[]): string[] | Bad {
  const filterNames = filters.map(({ name }) => (name === null ? "filter" : `filter.${name}`));
  const known = ["rotation", "cap", "min_score", ...filterNames];
  const relax = readList(reader, given, "relax", RULE_RELAX_MAX, (value, path) =>
    typeof value === "string" && known.includes(value)
      ? value
      : reader.bad(path, `is nothing that can be relaxed: ${known.join(", ")} are`),
  );
  if (relax === BAD) return BAD;
  const twice = repeated(relax);
  return twice < 0 ? relax : reader.bad(["relax", twice], "is named twice");
}
