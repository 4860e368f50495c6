import type { RuleItem, VisitorFacts } from "../../src/rules/index.ts";

/** Rules as people write them, judged item by item with plain code: shares nothing with what it is held against. */
export interface BruteFacts {
  nowMs: number;
  visitor: VisitorFacts;
  /** `type` by name. */
  history: { itemId: string; type: string; atMs: number }[];
}

// biome-ignore lint/suspicious/noExplicitAny: what is judged is JSON.
type Json = any;

export function bruteForce(expression: Json, item: RuleItem, facts: BruteFacts): boolean {
  return Object.entries(expression).every(([key, given]) => condition(key, given, item, facts));
}

function condition(key: string, given: Json, item: RuleItem, facts: BruteFacts): boolean {
  if (key === "and") return given.every((one: Json) => bruteForce(one, item, facts));
  if (key === "or") return given.some((one: Json) => bruteForce(one, item, facts));
  if (key === "not") return !bruteForce(given, item, facts);
  if (key === "user") {
    return Object.entries(given).every(([field, test]) => tests(userField(field, facts), test, facts));
  }
  if (key === "geo") return near(given, item, facts);
  if (key === "interacted") {
    const bought = (facts.visitor.bought ?? []).map((one) => ({
      itemId: one.itemId,
      type: "purchase",
      atMs: one.occurredAtMs,
    }));
    return [...facts.history, ...bought].some(
      ({ itemId, type, atMs }) =>
        itemId === item.item_id &&
        (given.types === undefined || given.types.includes(type)) &&
        (given.within === undefined || facts.nowMs - atMs <= duration(given.within)),
    );
  }
  if (key === "shown") {
    let count = 0;
    for (const one of facts.visitor.shown ?? []) {
      if (one.itemId !== item.item_id) continue;
      if (given.within !== undefined && facts.nowMs - one.lastAtMs > duration(given.within)) continue;
      count += one.count;
    }
    if (given.times === undefined) return count >= 1;
    return given.times.gt === undefined ? count >= given.times.gte : count > given.times.gt;
  }
  return tests(itemField(key, item), given, facts);
}

function tests(values: Json[], given: Json, facts: BruteFacts): boolean {
  const isValue = typeof given !== "object" || "user" in given || "ago" in given;
  if (isValue) return tests(values, { any: [given] }, facts);
  return Object.entries(given).every(([operator, raw]: [string, Json]) => {
    const list = (Array.isArray(raw) ? raw : [raw]).map((one) => resolve(one, facts));
    const numbers = (check: (a: number, b: number) => boolean) =>
      values.some(
        (value) => typeof value === "number" && typeof list[0] === "number" && check(value, list[0]),
      );
    const texts = (check: (a: string, b: string) => boolean) =>
      values.some(
        (value) =>
          typeof value === "string" &&
          typeof list[0] === "string" &&
          check(value.toLowerCase(), list[0].toLowerCase()),
      );
    const any = values.some((value) => list.includes(value));
    switch (operator) {
      case "eq":
      case "in":
      case "any":
        return any;
      case "ne":
      case "not_in":
      case "none":
        return !any;
      case "all":
        return list.every((value) => value !== undefined && values.includes(value));
      case "exists":
        return raw === values.length > 0;
      case "lt":
        return numbers((a, b) => a < b);
      case "lte":
        return numbers((a, b) => a <= b);
      case "gt":
        return numbers((a, b) => a > b);
      case "gte":
        return numbers((a, b) => a >= b);
      case "prefix":
        return texts((a, b) => a.indexOf(b) === 0);
      case "contains":
        return texts((a, b) => a.indexOf(b) >= 0);
      default:
        throw new Error(`no operator ${operator}`);
    }
  });
}

/** Undefined where nothing is known. */
function resolve(value: Json, facts: BruteFacts): Json {
  if (typeof value !== "object") return value;
  if ("ago" in value) return facts.nowMs - (facts.nowMs % 60_000) - duration(value.ago);
  return userField(value.user, facts)[0];
}

function userField(field: string, { visitor }: BruteFacts): Json[] {
  if (field === "segments") return visitor.segments ?? [];
  const value = field.startsWith("attributes.")
    ? visitor.attributes?.[field.slice(11)]
    : visitor[field as "country" | "device"];
  return value === undefined ? [] : [value];
}

function itemField(field: string, item: Json): Json[] {
  const value = field.startsWith("attributes.") ? item.attributes?.[field.slice(11)] : item[field];
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}

function near(given: Json, item: RuleItem, { visitor }: BruteFacts): boolean {
  const place = given.near === "visitor" ? visitor.location : given.near;
  const [lat] = itemField(given.lat ?? "attributes.lat", item);
  const [lon] = itemField(given.lon ?? "attributes.lon", item);
  if (place === undefined || typeof lat !== "number" || typeof lon !== "number") return false;
  // By the angle between two directions from the centre of the Earth.
  const direction = (a: number, b: number) => {
    const [phi, lambda] = [(a * Math.PI) / 180, (b * Math.PI) / 180];
    return [Math.cos(phi) * Math.cos(lambda), Math.cos(phi) * Math.sin(lambda), Math.sin(phi)] as const;
  };
  const [x, y, z] = direction(lat, lon);
  const [p, q, r] = direction(place.lat, place.lon);
  const chord = Math.hypot(x - p, y - q, z - r);
  return 2 * Math.asin(Math.min(1, chord / 2)) * 6_371.0088 <= given.within_km;
}

function duration(text: string): number {
  const units: Record<string, number> = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 };
  return Number.parseInt(text, 10) * (units[text.slice(-1)] as number) * 1_000;
}
