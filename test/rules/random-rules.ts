import type { Prng } from "../../src/base/index.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../src/base/index.ts";
import type { CatalogItem, OverlayItem } from "../../src/catalogue/index.ts";
import type { BruteFacts } from "./brute-force.ts";

const BRANDS = ["Acme", "acme", "Birch", "Çedar", "true"];
const CATEGORIES = ["shoes", "bags", "Hats", "ski wear"];
const TAGS = ["new", "sale", "x\ny", "vegan", "ÉTÉ"];
const WORDS = ["winter", "Winter", "boots", "été", "straße", "10%"];
const COUNTRIES = ["NL", "DE"];
const TYPES = ["view", "purchase", "like"];

/** An item in which anything may be absent, and an attribute may hold one kind here and another there. */
export function randomItem(prng: Prng, item_id: string, nowMs: number): CatalogItem {
  const maybe = <T>(make: () => T): T | undefined => (prng.next() < 0.8 ? make() : undefined);
  const some = (list: readonly string[]) => list.filter(() => prng.next() < 0.4);
  const size = prng.pick<(() => string | number | boolean) | undefined>([
    () => prng.pick(["S", "M", "L"]),
    () => prng.int(3),
    () => prng.next() < 0.5,
    undefined,
  ]);
  const attributes = {
    ...(size === undefined ? {} : { size: size() }),
    ...(prng.next() < 0.7 ? { lat: 40 + 20 * prng.next(), lon: -10 + 30 * prng.next() } : {}),
    ...(prng.next() < 0.2 ? { lat: 52 } : {}),
    ...(prng.next() < 0.3 ? { sku: `sku-${prng.int(20)}` } : {}),
  };
  const item = {
    item_id,
    title: maybe(() => [prng.pick(WORDS), prng.pick(WORDS), prng.int(9)].join(" ")),
    brand: maybe(() => prng.pick(BRANDS)),
    currency: maybe(() => prng.pick(["EUR", "USD"])),
    categories: maybe(() => some(CATEGORIES)),
    tags: maybe(() => some(TAGS)),
    price: maybe(() => prng.int(20) / 2),
    stock: maybe(() => prng.int(5)),
    hidden: prng.next() < 0.1 ? true : undefined,
    published_at: maybe(() => Math.floor(nowMs - prng.next() * 60 * DAY_MS)),
    attributes: maybe(() => attributes),
    popularity: prng.int(50),
  };
  return Object.fromEntries(Object.entries(item).filter(([, value]) => value !== undefined)) as CatalogItem;
}

export function randomEdit(prng: Prng, item_id: string, nowMs: number): OverlayItem {
  const { popularity: _, ...item } = randomItem(prng, item_id, nowMs);
  return { ...item, updated_at: nowMs, ...(prng.next() < 0.1 ? { deleted: true } : {}) };
}

export function randomFacts(prng: Prng, ids: readonly string[], nowMs: number): BruteFacts {
  const ago = () => Math.floor(nowMs - prng.next() * 40 * DAY_MS);
  const list = <T>(count: number, make: () => T): T[] => Array.from({ length: prng.int(count) }, make);
  const visitor = {
    ...(prng.next() < 0.8
      ? { attributes: { size: prng.pick<string | number>(["S", "M", 1]), budget: prng.int(10) } }
      : {}),
    ...(prng.next() < 0.8 ? { segments: prng.pick([[], ["loyal"], ["loyal", "new"]]) } : {}),
    ...(prng.next() < 0.8 ? { country: prng.pick(COUNTRIES), device: "mobile" } : {}),
    ...(prng.next() < 0.8 ? { location: { lat: 45 + 10 * prng.next(), lon: 10 * prng.next() } } : {}),
    shown: list(80, () => ({ itemId: prng.pick(ids), count: 1 + prng.int(4), lastAtMs: ago() })),
    bought: list(20, () => ({ itemId: prng.pick(ids), occurredAtMs: ago() })),
  };
  return {
    nowMs,
    visitor,
    history: list(40, () => ({ itemId: prng.pick(ids), type: prng.pick(TYPES), atMs: ago() })),
  };
}

/** An expression as people write them, of every operator there is. */
export function randomExpression(prng: Prng, ids: readonly string[], nowMs: number, depth = 0): object {
  const inner = () => randomExpression(prng, ids, nowMs, depth + 1);
  const kind = depth < 3 ? prng.int(16) : 8 + prng.int(8);
  if (kind < 3) return { and: [inner(), inner()] };
  if (kind < 5) return { or: [inner(), inner(), inner()] };
  if (kind < 8) return { not: inner() };
  if (kind === 8) return { ...textTest(prng, ids), ...numberTest(prng, nowMs) };
  if (kind < 11) return numberTest(prng, nowMs);
  if (kind < 13) return textTest(prng, ids);
  if (kind === 13) return listTest(prng);
  if (kind === 14) return visitorTest(prng);
  return attributeTest(prng);
}

function numberTest(prng: Prng, nowMs: number): object {
  const field = prng.pick(["price", "stock", "popularity", "published_at"]);
  const value = () => {
    if (field !== "published_at")
      return prng.next() < 0.2
        ? { user: prng.pick(["attributes.budget", "attributes.size", "country"]) }
        : prng.int(20) / 2;
    return prng.pick<unknown>([
      { ago: `${prng.int(60)}d` },
      { ago: "36h" },
      nowMs - prng.int(9) * DAY_MS,
      "2026-11-01",
    ]);
  };
  if (field === "published_at")
    return { published_at: { [prng.pick(["lt", "lte", "gt", "gte"])]: fixed(value()) } };
  return prng.pick([
    () => ({ [field]: value() }),
    () => ({ [field]: { [prng.pick(["lt", "lte", "gt", "gte", "eq", "ne"])]: value() } }),
    () => ({ [field]: { gte: value(), lt: value() } }),
    () => ({ [field]: { [prng.pick(["in", "not_in"])]: [value(), value()] } }),
    () => ({ [field]: { exists: prng.next() < 0.5 } }),
  ])();
}

/** The brute force compares milliseconds. */
function fixed(value: unknown): unknown {
  return typeof value === "string" ? Date.UTC(2026, 10, 1) : value;
}

function textTest(prng: Prng, ids: readonly string[]): object {
  const field = prng.pick(["item_id", "title", "brand", "currency"]);
  const known = { item_id: ids, title: WORDS, brand: BRANDS, currency: ["EUR", "USD"] }[field] as string[];
  const value = () =>
    prng.next() < 0.1 ? { user: "attributes.size" } : prng.pick([...known, "nothing", ""]);
  const part = () => prng.pick([...known, "nothing"]).slice(0, 1 + prng.int(4));
  return prng.pick([
    () => ({ [field]: value() }),
    () => ({ [field]: { [prng.pick(["eq", "ne"])]: value() } }),
    () => ({ [field]: { [prng.pick(["in", "not_in"])]: [value(), value(), value()] } }),
    () => ({ [field]: { [prng.pick(["prefix", "contains"])]: part() } }),
    () => ({ [field]: { exists: prng.next() < 0.5 } }),
  ])();
}

function listTest(prng: Prng): object {
  const [field, known] = prng.pick([
    ["categories", CATEGORIES],
    ["tags", TAGS],
  ] as const);
  const value = () => prng.pick([...known, "nothing"]);
  return prng.pick([
    () => ({ [field]: value() }),
    () => ({ [field]: { [prng.pick(["any", "all", "none"])]: [value(), value()] } }),
    () => ({ [field]: { exists: prng.next() < 0.5 } }),
  ])();
}

function visitorTest(prng: Prng): object {
  const within = (daysMax = 40) => ({ within: `${1 + prng.int(daysMax)}d` });
  return prng.pick<() => object>([
    () => ({ user: { segments: { [prng.pick(["any", "all", "none"])]: ["loyal", "new"] } } }),
    () => ({ user: { country: prng.pick(COUNTRIES), device: "mobile" } }),
    () => ({ user: { "attributes.budget": { gte: prng.int(10) } } }),
    () => ({ user: { "attributes.size": { exists: false } } }),
    () => ({ interacted: {} }),
    () => ({ not: { interacted: { types: [prng.pick(TYPES)], ...within() } } }),
    () => ({ interacted: { types: ["like", "purchase"], ...within() } }),
    () => ({ not: { shown: { times: { gt: prng.int(5) }, ...within(7) } } }),
    () => ({ shown: { times: { gte: 1 + prng.int(4) } } }),
    () => ({ geo: { near: "visitor", within_km: prng.int(1_500) } }),
    () => ({ geo: { near: { lat: 50, lon: 5 }, within_km: prng.int(1_500), lat: "attributes.lat" } }),
  ])();
}

function attributeTest(prng: Prng): object {
  const field = prng.pick(["attributes.size", "attributes.sku", "attributes.none", "attributes.lat"]);
  const value = () =>
    prng.pick<unknown>([
      "S",
      "M",
      1,
      0,
      true,
      false,
      52,
      "sku-3",
      { user: "attributes.size" },
      { user: "attributes.none" },
    ]);
  return prng.pick<() => object>([
    () => ({ [field]: value() }),
    () => ({ [field]: { [prng.pick(["eq", "ne"])]: value() } }),
    () => ({ [field]: { [prng.pick(["in", "not_in"])]: [value(), value()] } }),
    () => ({
      [field]: { [prng.pick(["lt", "gte"])]: prng.pick<unknown>([1, 50, { user: "attributes.budget" }]) },
    }),
    () => ({ [field]: { [prng.pick(["prefix", "contains"])]: prng.pick(["s", "SKU-1", "m"]) } }),
    () => ({ [field]: { exists: prng.next() < 0.5 } }),
  ])();
}

export const SOON_MS = 3 * HOUR_MS + 17 * MINUTE_MS + 4_321;
