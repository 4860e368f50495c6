import { attributeName, ITEM_FIELDS_TOLD, itemFieldKind, USER_FIELDS_TOLD, userFieldKind } from "./fields.ts";
import { RULE_VALUES_MAX, RULE_WITHIN_MAX_KM } from "./limits.ts";
import { readTests } from "./parse-test.ts";
import { BAD, type Bad, isObject, type Path, type Reader } from "./reader.ts";
import type { Expression, Place } from "./rules.ts";

/** An object of one or more conditions, all of which must hold. */
export function readExpression(reader: Reader, given: unknown, path: Path, depth = 1): Expression | Bad {
  if (!reader.enter(path, depth)) return BAD;
  if (!isObject(given))
    return reader.bad(path, 'must be an object with a condition, such as {"price": {"lt": 50}}');
  const keys = Object.keys(given);
  if (keys.length === 0) return reader.bad(path, "needs a condition");
  const parts = keys.map((key) => readCondition(reader, key, given[key], [...path, key], depth));
  return parts.every((part) => part !== BAD) ? joined("and", parts) : BAD;
}

function readCondition(
  reader: Reader,
  key: string,
  given: unknown,
  path: Path,
  depth: number,
): Expression | Bad {
  const isOfTests = itemFieldKind(key) !== null || key === "user";
  if (!isOfTests && !reader.count(path)) return BAD;
  switch (key) {
    case "and":
    case "or": {
      const list = reader.list(given, path, { min: 1, max: RULE_VALUES_MAX });
      if (list === BAD) return BAD;
      const parts = list.map((one, at) => readExpression(reader, one, [...path, at], depth + 1));
      return parts.every((part) => part !== BAD) ? joined(key, parts) : BAD;
    }
    case "not": {
      const part = readExpression(reader, given, path, depth + 1);
      return part === BAD ? BAD : { kind: "not", part };
    }
    case "geo":
      return readGeo(reader, given, path);
    case "user":
      return readUser(reader, given, path);
    case "interacted":
      return readInteracted(reader, given, path);
    case "shown":
      return readShown(reader, given, path);
    default: {
      const kind = itemFieldKind(key);
      if (kind === null)
        return reader.bad(
          path,
          `is no field of an item: ${ITEM_FIELDS_TOLD} are, beside and, or, not, geo, user, interacted, shown`,
        );
      const tests = readTests(reader, given, path, kind);
      return tests === BAD ? BAD : fromTests(reader, path, { kind: "item", field: key }, tests);
    }
  }
}

/** Each test of a field is a condition of its own. */
function fromTests(
  reader: Reader,
  path: Path,
  on: { kind: "item" | "user"; field: string },
  tests: Exclude<ReturnType<typeof readTests>, Bad>,
): Expression | Bad {
  if (!tests.every(() => reader.count(path))) return BAD;
  const parts = tests.map(({ test, negated }): Expression => {
    const leaf = { ...on, test };
    return negated ? { kind: "not", part: leaf } : leaf;
  });
  return joined("and", parts);
}

/** One part needs no group: so that rules that say the same are written the same. */
function joined(kind: "and" | "or", parts: Expression[]): Expression {
  return parts.length === 1 ? (parts[0] as Expression) : { kind, parts };
}

function readUser(reader: Reader, given: unknown, path: Path): Expression | Bad {
  if (!isObject(given) || Object.keys(given).length === 0)
    return reader.bad(path, 'must be conditions on the visitor, such as {"country": "NL"}');
  const parts = Object.keys(given).map((field) => {
    const kind = userFieldKind(field);
    const at = [...path, field];
    if (kind === null) return reader.bad(at, `is no field of a visitor: ${USER_FIELDS_TOLD} are`);
    const tests = readTests(reader, given[field], at, kind);
    return tests === BAD ? BAD : fromTests(reader, at, { kind: "user", field }, tests);
  });
  return parts.every((part) => part !== BAD) ? joined("and", parts) : BAD;
}

function readGeo(reader: Reader, given: unknown, path: Path): Expression | Bad {
  const fields = reader.object(given, path, ["lat", "lon", "near", "within_km"]);
  if (fields === BAD) return BAD;
  const lat = readCoordinate(reader, fields.lat ?? "attributes.lat", [...path, "lat"]);
  const lon = readCoordinate(reader, fields.lon ?? "attributes.lon", [...path, "lon"]);
  const near = fields.near === "visitor" ? "visitor" : readPlace(reader, fields.near, [...path, "near"]);
  const withinKm = reader.number(fields.within_km, [...path, "within_km"], {
    min: 0,
    max: RULE_WITHIN_MAX_KM,
  });
  if (lat === BAD || lon === BAD || near === BAD || withinKm === BAD) return BAD;
  return { kind: "geo", lat, lon, near, withinKm };
}

function readCoordinate(reader: Reader, given: unknown, path: Path): string | Bad {
  const isField = typeof given === "string" && attributeName(given) !== null;
  return isField ? given : reader.bad(path, "must be attributes.<name>, degrees");
}

function readPlace(reader: Reader, given: unknown, path: Path): Place | Bad {
  if (!isObject(given)) return reader.bad(path, 'must be {"lat": 52.1, "lon": 5.2} or "visitor"');
  const fields = reader.object(given, path, ["lat", "lon"]);
  if (fields === BAD) return BAD;
  const lat = reader.number(fields.lat, [...path, "lat"], { min: -90, max: 90 });
  const lon = reader.number(fields.lon, [...path, "lon"], { min: -180, max: 180 });
  return lat === BAD || lon === BAD ? BAD : { lat, lon };
}

function readInteracted(reader: Reader, given: unknown, path: Path): Expression | Bad {
  const fields = reader.object(given, path, ["types", "within"]);
  if (fields === BAD) return BAD;
  const list =
    fields.types === undefined ? [] : reader.list(fields.types, [...path, "types"], { min: 1, max: 20 });
  if (list === BAD) return BAD;
  const types = list.map((one, at) => reader.name(one, [...path, "types", at]));
  const withinMs = fields.within === undefined ? null : reader.duration(fields.within, [...path, "within"]);
  return withinMs === BAD || !types.every((type) => type !== BAD)
    ? BAD
    : { kind: "interacted", types, withinMs };
}

/** `times` as `{"gt": 3}` or `{"gte": 4}`; once at least when absent. */
function readShown(reader: Reader, given: unknown, path: Path): Expression | Bad {
  const fields = reader.object(given, path, ["times", "within"]);
  if (fields === BAD) return BAD;
  const at = [...path, "times"];
  const asked = fields.times === undefined ? { gte: 1 } : reader.object(fields.times, at, ["gt", "gte"]);
  if (asked === BAD) return BAD;
  if (Object.keys(asked).length !== 1) return reader.bad(at, 'must be {"gt": 3} or {"gte": 4}');
  const times =
    asked.gte === undefined
      ? reader.whole(asked.gt, [...at, "gt"], { min: 0, max: 1_000 })
      : reader.whole(asked.gte, [...at, "gte"], { min: 1, max: 1_000 });
  const withinMs =
    fields.within === undefined ? null : reader.shownWithin(fields.within, [...path, "within"]);
  if (times === BAD || withinMs === BAD) return BAD;
  return { kind: "shown", times: asked.gte === undefined ? times + 1 : times, withinMs };
}
