import { describe, expect, it } from "vitest";
import { draftOf, partsInJsonAlone, textOf, typed, withValue } from "../../src/console/scenario/config.ts";
import { linesOf, partsChanged, stableText } from "../../src/console/scenario/difference.ts";
import { CARRIED, FALLBACK_WORDS, FALLBACKS } from "../../src/console/scenario/fields.ts";
import { ITEM_FIELDS } from "../../src/events/index.ts";
import { rulesSchema } from "../../src/rules/index.ts";
import { FALLBACKS as FALLBACKS_SERVED, scenarioSchema } from "../../src/serving/index.ts";

describe("a scenario's configuration in the form", () => {
  it("is changed at a place, and keeps all else", () => {
    const config = {
      limit: 5,
      rules: { boost: [{ by: 1 }, { by: 2 }], relax: ["cap"] },
      own: { of: "others" },
    };
    expect(withValue(config, ["rules", "boost", 1, "by"], 3)).toEqual({
      ...config,
      rules: { boost: [{ by: 1 }, { by: 3 }], relax: ["cap"] },
    });
    expect(withValue({}, ["rules", "cap", 0], { field: "brand" })).toEqual({
      rules: { cap: [{ field: "brand" }] },
    });
    expect(config.rules.boost[1]).toEqual({ by: 2 });
  });

  it("loses what is empty once a part is taken out, and nothing that was written as empty", () => {
    const config = { limit: 5, rules: { cap: [{ field: "brand", max: 2 }] }, fallback: [] };
    expect(withValue(config, ["rules", "cap", 0], undefined)).toEqual({ limit: 5, fallback: [] });
    expect(withValue({ limit: 5 }, ["limit"], undefined)).toEqual({});
    expect(withValue({}, ["rules", "rotation", "weight"], undefined)).toEqual({});
  });

  it("is the same as text, and stays what it was while the text is none", () => {
    const draft = typed(draftOf({ limit: 5 }), '{"limit": 6');
    expect(draft).toMatchObject({ config: { limit: 5 }, text: '{"limit": 6' });
    expect(draft.fault).toContain("no JSON");
    expect(typed(draft, "[]").fault).toContain("object");
    expect(typed(draft, '{"limit": 6}')).toEqual({ config: { limit: 6 }, text: '{"limit": 6}', fault: null });
    expect(JSON.parse(textOf(draftOf({ limit: 5 })))).toEqual({ limit: 5 });
  });

  it("names every part that it does not show, of all that a scenario may have", () => {
    const all = Object.fromEntries(Object.keys(scenarioSchema.shape).map((key) => [key, 1]));
    expect(partsInJsonAlone({ ...all, rules: {} })).toEqual(["event_weights"]);
    const { properties } = rulesSchema.meta() as { properties: object };
    const rules = Object.fromEntries(Object.keys(properties).map((key) => [key, 1]));
    expect(partsInJsonAlone({ rules })).toEqual(["rules.relax"]);
    expect(partsInJsonAlone({ rules: [] })).toEqual(["rules"]);
  });

  it("offers the fields and lists that there are", () => {
    expect(CARRIED).toEqual(ITEM_FIELDS);
    expect(FALLBACKS).toEqual(FALLBACKS_SERVED);
    expect(Object.keys(FALLBACK_WORDS)).toEqual([...FALLBACKS]);
  });
});

describe("what changes between two versions", () => {
  const told = (before: Parameters<typeof linesOf>[0], after: Parameters<typeof linesOf>[0]) =>
    linesOf(before, after).map(({ kind, text }) => `${kind}: ${text.trim()}`);

  it("is told by lines, with what stands around them", () => {
    expect(told({ limit: 5, description: "a" }, { limit: 6, description: "a" })).toEqual([
      "same: {",
      'same: "description": "a",',
      'removed: "limit": 5',
      'added: "limit": 6',
      "same: }",
    ]);
    const event_weights = Object.fromEntries(Array.from({ length: 9 }, (_, at) => [`type-${at}`, at]));
    expect(told({ event_weights, limit: 5 }, { event_weights, limit: 6 })[0]).toBe("left out: 9 lines stay");
    expect(linesOf({ limit: 5 }, { limit: 6 }).map(({ at }) => at)).toEqual([0, 1, 2, 3]);
  });

  it("is nothing where only the order of keys differs", () => {
    const rules = { filter: { b: 1, a: { d: 1, c: 2 } } };
    const other = { filter: { a: { c: 2, d: 1 }, b: 1 } };
    expect(told({ limit: 5, rules }, { rules: other, limit: 5 })).toEqual([]);
    expect(partsChanged({ rules }, { rules: other })).toBe("nothing");
    expect(stableText({ fallback: ["b", "a"] })).not.toBe(stableText({ fallback: ["a", "b"] }));
  });

  it("is all of it where there was none, or is none any more", () => {
    expect(told(null, { limit: 5 })).toEqual(["added: {", 'added: "limit": 5', "added: }"]);
    expect(told({ limit: 5 }, null)).toEqual(["removed: {", 'removed: "limit": 5', "removed: }"]);
    expect(partsChanged(null, { limit: 5, rules: {} })).toBe("+ limit, + rules");
    expect(partsChanged({ limit: 5, fields: [] }, { limit: 6 })).toBe("limit, − fields");
    expect(partsChanged({ limit: 5 }, null)).toBe("deleted");
  });
});
