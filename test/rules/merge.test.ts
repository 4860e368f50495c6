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

describe("what a list can have only one of", () => {
  it("is the stricter of least scores and of rotations, whichever of the two has it", () => {
    const scoreOf = (scenario: object, request: object) => merged(scenario, request).minScore;
    expect(scoreOf({ min_score: 0.5 }, { min_score: -1 })).toBe(0.5);
    expect(scoreOf({ min_score: 0.5 }, { min_score: 0.8 })).toBe(0.8);
    expect(scoreOf({ min_score: 0 }, {})).toBe(0);
    expect(scoreOf({}, { min_score: -2 })).toBe(-2);
    const rotationOf = (...given: [object | null, object | null]) => {
      const [scenario, request] = given.map((one) => (one === null ? {} : { rotation: one }));
      return merged(scenario as object, request as object).rotation;
    };
    const [hard, soft] = [{ within: "1d" }, { within: "2d", weight: 1 }];
    for (const [scenario, request] of [
      [hard, soft],
      [soft, hard],
    ] as const) {
      expect(rotationOf(scenario, request)).toEqual({ withinMs: 172_800_000, weight: null });
    }
    expect(rotationOf(soft, { within: "1h", weight: 2 })).toEqual({ withinMs: 172_800_000, weight: 2 });
    expect(rotationOf(null, soft)).toEqual(rotationOf(soft, null));
  });

  it("is the request's diversity, where it brings one", () => {
    expect(merged({ diversity: 0.5 }, { diversity: 0.1 }).diversity).toBe(0.1);
    expect(merged({ diversity: 0.5 }, {}).diversity).toBe(0.5);
  });
});
