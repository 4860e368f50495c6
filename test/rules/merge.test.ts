import { describe, expect, it } from "vitest";
import { mergeRules, parseRules, type Rules } from "../../src/rules/index.ts";

function rules(value: object): Rules {
  const parsed = parseRules(value);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  return parsed.value;
}

const merged = (scenario: object, request: object) => mergeRules(rules(scenario), rules(request));
const relaxOf = (scenario: object, request: object) => merged(scenario, request).relax;

const filter = { brand: "Ardo" };
const cap = [{ field: "brand", max: 1 }];
const rotation = { within: "2d" };
const named = (...names: string[]) => names.map((name) => ({ name, where: filter }));

describe("what a request may give up", () => {
  it("is nothing that its scenario has, though the request brings the like", () => {
    const cases: [string, object][] = [
      ["filter", { filter }],
      ["filter.a", { filter: named("a") }],
      ["cap", { cap }],
      ["rotation", { rotation }],
      ["min_score", { min_score: 0 }],
    ];
    for (const [part, rule] of cases) {
      expect(relaxOf(rule, { ...rule, relax: [part] }), part).toEqual([]);
      expect(relaxOf({}, { ...rule, relax: [part] }), part).toEqual([part]);
    }
    for (const part of ["cap", "rotation", "min_score"]) {
      expect(relaxOf({ cap, rotation, min_score: 0 }, { relax: [part] }), part).toEqual([]);
    }
  });

  it("comes after what its scenario gives up, in the scenario's order", () => {
    const scenario = { filter: named("b", "a"), cap, relax: ["filter.b", "cap"] };
    const request = { filter: named("a", "c"), rotation, relax: ["filter.c", "cap", "filter.a", "rotation"] };
    expect(relaxOf(scenario, request)).toEqual(["filter.b", "cap", "filter.c", "rotation"]);
    expect(relaxOf(scenario, {})).toEqual(["filter.b", "cap"]);
  });

  it("is named by it: a scenario that gives up a filter means its own", () => {
    const one = merged({ filter, relax: ["filter"] }, { filter });
    expect(one).toMatchObject({ filters: [{ name: null }, { name: "request.filter" }], relax: ["filter"] });
    const other = merged({ filter: named("a"), relax: ["filter.a"] }, { filter: named("a", "b") });
    expect(other.filters.map(({ name }) => name)).toEqual(["a", "request.a", "b"]);
    expect(merged({ filter }, { filter }).filters.map(({ name }) => name)).toEqual([null, null]);
    expect(merged({ filter: named("a") }, { filter }).filters.map(({ name }) => name)).toEqual(["a", null]);
  });
});
