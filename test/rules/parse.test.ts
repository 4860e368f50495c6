import { describe, expect, it } from "vitest";
import * as z from "zod";
import { parseRules, rulesSchema } from "../../src/rules/index.ts";

const issuesOf = (value: unknown) => {
  const parsed = parseRules(value);
  return parsed.ok ? [] : parsed.error.map(({ path, message }) => [path, message]);
};
const filterOf = (filter: unknown) => {
  const parsed = parseRules({ filter });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  return parsed.value.filters[0]?.where;
};

describe("what is wrong is told with its place", () => {
  const cases: [string, unknown, string, RegExp][] = [
    ["rules that are no object", 7, "", /must be an object/],
    ["a part that there is not", { filters: [] }, "filters", /is unknown: filter, boost/],
    [
      "a comparison with a text",
      { filter: { and: [{ brand: "a" }, { price: { gt: "x" } }] } },
      "filter.and[1].price.gt",
      /a number/,
    ],
    [
      "an unknown field",
      { filter: { colour: "red" } },
      "filter.colour",
      /no field of an item.*attributes\.<name>/,
    ],
    [
      "an operator of another kind",
      { filter: { price: { prefix: "1" } } },
      "filter.price.prefix",
      /eq, ne, in/,
    ],
    ["a list's operator on a text", { filter: { brand: { any: ["a"] } } }, "filter.brand.any", /no operator/],
    ["no operator", { filter: { not: { price: {} } } }, "filter.not.price", /needs one of/],
    ["no condition", { filter: {} }, "filter", /needs a condition/],
    ["an empty group", { filter: { or: [] } }, "filter.or", /must not be empty/],
    [
      "too many values",
      { filter: { brand: { in: Array(201).fill("a") } } },
      "filter.brand.in",
      /201 entries, over the 200/,
    ],
    [
      "a value of the wrong kind in a list",
      { filter: { tags: { any: ["a", 1] } } },
      "filter.tags.any[1]",
      /a text/,
    ],
    ["a bad date", { filter: { published_at: { gte: "yesterday" } } }, "filter.published_at.gte", /ISO 8601/],
    [
      "a bad duration",
      { filter: { published_at: { gte: { ago: "1y" } } } },
      "filter.published_at.gte.ago",
      /30d/,
    ],
    [
      "a duration beyond what is kept",
      { filter: { interacted: { within: "401d" } } },
      "filter.interacted.within",
      /400d/,
    ],
    [
      "impressions of before what is kept",
      { filter: { not: { shown: { within: "8d" } } } },
      "filter.not.shown.within",
      /at most 7d/,
    ],
    ["a rotation of more than is kept", { rotation: { within: "30d" } }, "rotation.within", /at most 7d/],
    ["a time where texts stand", { filter: { brand: { ago: "1d" } } }, "filter.brand", /a text/],
    [
      "what a visitor has not",
      { filter: { brand: { user: "name" } } },
      "filter.brand.user",
      /country, device/,
    ],
    [
      "a list of the visitor as a value",
      { filter: { brand: { user: "segments" } } },
      "filter.brand.user",
      /must be/,
    ],
    [
      "an unknown condition on the visitor",
      { filter: { user: { age: 3 } } },
      "filter.user.age",
      /no field of a visitor/,
    ],
    ["no radius", { filter: { geo: { near: "visitor" } } }, "filter.geo.within_km", /a number from 0/],
    [
      "a place off the globe",
      { filter: { geo: { near: { lat: 91, lon: 0 }, within_km: 1 } } },
      "filter.geo.near.lat",
      /-90 to 90/,
    ],
    [
      "coordinates in another field",
      { filter: { geo: { lat: "price", near: "visitor", within_km: 1 } } },
      "filter.geo.lat",
      /attributes/,
    ],
    [
      "never shown as a bound",
      { filter: { shown: { times: { gte: 0 } } } },
      "filter.shown.times.gte",
      /from 1 to/,
    ],
    [
      "shown at most",
      { filter: { shown: { times: { lt: 3 } } } },
      "filter.shown.times.lt",
      /is unknown: gt, gte/,
    ],
    [
      "a filter without a name in a list",
      { filter: [{ where: { price: 1 } }] },
      "filter[0].name",
      /must match/,
    ],
    [
      "two filters of one name",
      {
        filter: [
          { name: "a", where: { price: 1 } },
          { name: "a", where: { price: 2 } },
        ],
      },
      "filter[1].name",
      /another filter/,
    ],
    [
      "an error in a named filter",
      { filter: [{ name: "a", where: { price: { gt: null } } }] },
      "filter[0].where.price.gt",
      /a number/,
    ],
    ["no diversity", { diversity: null }, "diversity", /a number from 0/],
    [
      "a day that its month has not",
      { filter: { published_at: { gt: "2026-02-31" } } },
      "filter.published_at.gt",
      /ISO 8601/,
    ],
    ["a boost without limits", { boost: [{ where: { price: 1 }, by: 11 }] }, "boost[0].by", /-10 to 10/],
    ["a boost of nothing", { boost: [{ by: 1 }] }, "boost[0].where", /must be an object/],
    ["place 0", { pin: [{ item_id: "a", position: 0 }] }, "pin[0].position", /1 to 100/],
    [
      "two pins at a place",
      {
        pin: [
          { item_id: "a", position: 1 },
          { item_id: "b", position: 1 },
        ],
      },
      "pin[1].position",
      /another pin/,
    ],
    [
      "a pin of both kinds",
      { pin: [{ item_id: "a", where: { price: 1 }, position: 1 }] },
      "pin[0]",
      /either item_id or where/,
    ],
    ["a cap of half an item", { cap: [{ field: "brand", max: 1.5 }] }, "cap[0].max", /whole number/],
    ["a cap of a field that is none", { cap: [{ field: "colour", max: 1 }] }, "cap[0].field", /attributes/],
    ["too much diversity", { diversity: 1.1 }, "diversity", /0 to 1/],
    ["rotation without a time", { rotation: { weight: 1 } }, "rotation.within", /duration/],
    ["a relaxation of nothing", { relax: ["filter.cheap"] }, "relax[0]", /rotation, cap, min_score are/],
    ["a relaxation twice", { relax: ["cap", "cap"] }, "relax[1]", /twice/],
  ];
  it.each(cases)("%s", (_, rules, path, message) => {
    expect(issuesOf(rules)).toEqual([[path, expect.stringMatching(message)]]);
  });

  it("all at once, up to ten", () => {
    const filter = { and: Array.from({ length: 30 }, () => ({ price: { gt: "x" } })) };
    expect(issuesOf({ filter }).map(([path]) => path)).toEqual(
      Array.from({ length: 10 }, (_, at) => `filter.and[${at}].price.gt`),
    );
  });

  it("bounds depth, conditions and bytes", () => {
    let deep: object = { price: 1 };
    for (let depth = 0; depth < 8; depth++) deep = { not: deep };
    expect(issuesOf({ filter: deep })).toEqual([
      [`filter${".not".repeat(8)}`, expect.stringMatching(/8 groups deep/)],
    ]);
    const wide = { or: Array.from({ length: 100 }, () => ({ price: 1 })) };
    expect(issuesOf({ filter: wide })).toEqual([
      ["filter.or[99].price", expect.stringMatching(/more than the 100/)],
    ]);
    const of = (count: number, test: unknown) =>
      Object.fromEntries(Array.from({ length: count }, (_, at) => [`attributes.a${at}`, test]));
    const each: [object, string][] = [
      [of(101, 1), "filter.attributes.a100"],
      [of(51, { gte: 1, lt: 9 }), "filter.attributes.a50"],
      [{ user: of(101, 1) }, "filter.user.attributes.a100"],
    ];
    for (const [filter, path] of each) {
      expect(issuesOf({ filter })).toEqual([[path, expect.stringMatching(/more than the 100/)]]);
    }
    expect(parseRules({ filter: of(100, 1) }).ok).toBe(true);
    const long = { brand: { in: Array.from({ length: 40 }, () => "x".repeat(500)) } };
    expect(issuesOf({ filter: long })).toEqual([["", expect.stringMatching(/over the 16000/)]]);
  });
});

it("rules stored by an earlier release ask for the impressions that are kept, and are bound by all else", () => {
  const rules = {
    filter: { not: { shown: { within: "400d" } } },
    boost: [{ where: { interacted: { within: "400d" } }, by: 1 }],
    rotation: { within: "8d" },
  };
  const week = 7 * 86_400_000;
  expect(parseRules(rules, { isStored: true })).toMatchObject({
    ok: true,
    value: {
      filters: [{ where: { kind: "not", part: { kind: "shown", times: 1, withinMs: week } } }],
      boosts: [{ where: { kind: "interacted", withinMs: 400 * 86_400_000 } }],
      rotation: { withinMs: week },
    },
  });
  expect(issuesOf(rules).map(([path]) => path)).toEqual(["filter.not.shown.within", "rotation.within"]);
  for (const within of ["401d", "1y", 7])
    expect(parseRules({ rotation: { within } }, { isStored: true }).ok).toBe(false);
});

describe("the canonical form", () => {
  it("is the same for what means the same", () => {
    expect(filterOf({ brand: "a" })).toEqual(filterOf({ and: [{ brand: { eq: "a" } }] }));
    expect(filterOf({ brand: { ne: "a" } })).toEqual(filterOf({ not: { brand: { in: ["a"] } } }));
    expect(filterOf({ tags: { none: ["a"] } })).toEqual(filterOf({ not: { tags: { any: ["a"] } } }));
    expect(filterOf({ price: { exists: false } })).toEqual(filterOf({ not: { price: { exists: true } } }));
    expect(filterOf({ shown: { times: { gt: 3 } } })).toEqual(filterOf({ shown: { times: { gte: 4 } } }));
    expect(filterOf({ published_at: { lt: "2026-11-01" } })).toEqual(
      filterOf({ published_at: { lt: Date.UTC(2026, 10, 1) } }),
    );
  });

  it("has the whole of a set of rules", () => {
    const parsed = parseRules({
      filter: [{ name: "cheap", where: { price: { lt: 50 } } }],
      boost: [{ where: { tags: "new" }, by: 0.5 }],
      pin: [{ name: "hero", item_id: "a", position: 2 }],
      cap: [{ field: "brand", max: 2 }],
      diversity: 0.3,
      rotation: { within: "2d" },
      min_score: 1,
      relax: ["rotation", "filter.cheap"],
    });
    expect(parsed).toMatchObject({
      ok: true,
      value: {
        filters: [{ name: "cheap" }],
        boosts: [{ name: "boost[0]", by: 0.5 }],
        pins: [{ name: "hero", position: 2, itemId: "a", where: null }],
        caps: [{ field: "brand", max: 2 }],
        diversity: 0.3,
        rotation: { withinMs: 2 * 86_400_000, weight: null },
        minScore: 1,
        relax: ["rotation", "filter.cheap"],
      },
    });
  });

  it("takes fields with the names of an object's own as fields like any other", () => {
    const filter = JSON.parse('{"attributes.__proto__": "x", "attributes.constructor": {"exists": true}}');
    expect(filterOf(filter)).toMatchObject({ kind: "and", parts: [{ field: "attributes.__proto__" }, {}] });
    expect(issuesOf({ filter: JSON.parse('{"__proto__": 1}') })).toEqual([
      ["filter.__proto__", expect.stringMatching(/no field/)],
    ]);
  });
});

describe("the schema", () => {
  it("gives zod's issues the same places", () => {
    const body = z.object({ rules: rulesSchema.optional() });
    const parsed = body.safeParse({ rules: { filter: { and: [{ price: { gt: "x" } }] } } });
    expect(parsed.error?.issues.map(({ path }) => path)).toEqual([
      ["rules", "filter", "and", 0, "price", "gt"],
    ]);
    expect(body.parse({})).toEqual({});
    expect(body.parse({ rules: {} }).rules).toEqual({
      filters: [],
      boosts: [],
      pins: [],
      caps: [],
      diversity: 0,
      rotation: null,
      minScore: null,
      relax: [],
    });
  });

  it("documents every part", () => {
    const schema = z.toJSONSchema(rulesSchema, { io: "input", unrepresentable: "any" });
    expect(Object.keys((schema.$defs?.Rules ?? schema).properties ?? {}).sort()).toEqual(
      ["boost", "cap", "diversity", "filter", "min_score", "pin", "relax", "rotation"].sort(),
    );
  });
});
