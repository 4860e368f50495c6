import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  ofField,
  ofOperator,
  pathOf,
  type Row,
  type Term,
  termsOf,
  whereOf,
  withRow,
} from "../../src/console/scenario/conditions.ts";
import { valueAt } from "../../src/console/scenario/config.ts";
import { ITEM_KINDS, kindOf, OPERATORS, operandOf } from "../../src/console/scenario/fields.ts";
import { operandNotation } from "../../src/console/scenario/notation.ts";
import { EXPRESSION_FORMS, ITEM_FIELDS_TOLD, parseRules } from "../../src/rules/index.ts";

const SEED = { seed: 7, numRuns: 400 };

const field = fc.constantFrom("price", "brand", "tags", "published_at", "attributes.size", "x", "not", "and");
const scalar = fc.oneof(fc.string({ maxLength: 6 }), fc.integer(), fc.boolean(), fc.constant(null));
const operators = fc.dictionary(
  fc.constantFrom("lt", "gte", "eq", "in", "any", "exists", "ago", "wrong"),
  fc.oneof(scalar, fc.array(scalar, { maxLength: 3 })),
  { maxKeys: 2 },
);
const plain = fc.dictionary(field, fc.oneof(scalar, operators, fc.array(scalar, { maxLength: 2 })), {
  maxKeys: 3,
});
/** What somebody may have written, right or wrong. */
const expression = fc
  .record({ top: plain, and: fc.option(fc.array(plain, { maxLength: 3 })) })
  .map(({ top, and }) => (and === null ? top : { ...top, and }))
  .filter((object) => Object.keys(object).length > 0);

const said = (terms: readonly Term[]) => terms.map(({ group: _, ...term }) => JSON.stringify(term)).sort();
const isShort = (row: Row) => ({ ...row, isShort: false });

describe("conditions as rows", () => {
  it("say what the expression says, whatever it is, each at its own place", () => {
    fc.assert(
      fc.property(expression, (where) => {
        const terms = termsOf(where) ?? [];
        expect(whereOf(terms)).toEqual(where);
        for (const term of terms) {
          const [only] = Array.isArray(term.value) ? term.value : [];
          expect([term.value, only]).toContainEqual(valueAt(where, pathOf(term)));
        }
      }),
      SEED,
    );
  });

  it("lose nothing when one is added, or changed so that its name is taken already", () => {
    fc.assert(
      fc.property(expression, fc.nat(), fc.constantFrom(...Object.keys(ITEM_KINDS)), (where, pick, name) => {
        const terms = withRow(termsOf(where) ?? []);
        expect(said(termsOf(whereOf(terms)) ?? [])).toEqual(said(terms));
        const at = pick % terms.length;
        const term = terms[at] as Term;
        if (!term.isRow) return;
        const changed = terms.with(at, isShort(ofField(term, name)));
        expect(said(termsOf(whereOf(changed)) ?? [])).toEqual(said(changed));
      }),
      SEED,
    );
  });

  it("show the rules' own examples, and keep as they are what they cannot show", () => {
    const examples = EXPRESSION_FORMS.flatMap((form) => form.examples);
    for (const example of examples) expect(whereOf(termsOf(example) ?? [])).toEqual(example);
    const others = examples.flatMap((example) => termsOf(example) ?? []).filter(({ isRow }) => !isRow);
    const keys = others.map((term) => (term.isRow ? "" : term.key));
    expect([...new Set(keys)].sort()).toEqual(["attributes.size", "geo", "not", "or", "user"]);
    const both = termsOf({ and: [{ price: { lt: 50 } }, { not: { tags: "sale" } }], brand: "Acme" });
    expect(both).toMatchObject([
      { group: 0, field: "brand", operator: "eq", value: "Acme", isShort: true },
      { group: 1, field: "price", operator: "lt", value: 50 },
      { group: 2, key: "not" },
    ]);
  });

  it("carry a value over to the field or operator that takes it", () => {
    const [row] = withRow([]) as [Row];
    expect(ofField(row, "price")).toMatchObject({ operator: "lt", value: "" });
    const tags = ofField({ ...row, field: "brand", value: "Acme" }, "tags");
    expect(tags).toMatchObject({ operator: "any", value: ["Acme"] });
    expect(ofOperator(tags, "exists")).toMatchObject({ value: true });
    expect(ofOperator({ ...tags, value: ["a", "b"] }, "none")).toMatchObject({ value: ["a", "b"] });
    expect(ofField({ ...row, field: "brand", value: "42" }, "price")).toMatchObject({ value: 42 });
    expect(ofField(row, "not")).toEqual(row);
  });
});

describe("values in a text field", () => {
  it("are read back as they were", () => {
    const values = fc.oneof(fc.string(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean());
    const kinds = fc.constantFrom(...Object.keys(OPERATORS).map((kind) => kind as keyof typeof OPERATORS));
    fc.assert(
      fc.property(kinds, values, fc.array(values, { maxLength: 4 }), (kind, one, several) => {
        for (const [operand, value] of [["one", one] as const, ["several", several] as const]) {
          const { read, write } = operandNotation(kind, operand);
          const written = write(value);
          if (written !== null) expect(read(written)).toEqual(JSON.parse(JSON.stringify(value)));
          if (written === null) expect([value].flat().some((part) => typeof part !== "string")).toBe(true);
        }
      }),
      SEED,
    );
  });

  it("are what somebody means", () => {
    const read = (kind: keyof typeof OPERATORS, text: string) => operandNotation(kind, "one").read(text);
    expect(read("number", " 12.5 ")).toBe(12.5);
    expect(read("number", "dear")).toBe("dear");
    expect(read("time", "30d ago")).toEqual({ ago: "30d" });
    expect(read("time", "2026-01-31")).toBe("2026-01-31");
    expect(read("any", "42")).toBe(42);
    expect(read("any", '"42"')).toBe("42");
    expect(operandNotation("list", "several").read('shoes, "hats, caps"')).toEqual(["shoes", "hats, caps"]);
  });
});

describe("what the form offers", () => {
  const SAMPLES = { number: 1, time: "2026-01-31", text: "a", list: "a", any: "a" };
  const NUMERIC = ["lt", "lte", "gt", "gte"];

  it("is what the language of rules takes, field by field and operator by operator", () => {
    expect(`${Object.keys(ITEM_KINDS).join(", ")} or attributes.<name>`).toBe(ITEM_FIELDS_TOLD);
    const all = new Set(Object.values(OPERATORS).flat());
    for (const name of [...Object.keys(ITEM_KINDS), "attributes.size"]) {
      const kind = kindOf(name);
      for (const operator of all) {
        const sample = kind === "any" && NUMERIC.includes(operator) ? 1 : SAMPLES[kind];
        const operand = operandOf(operator);
        const value = operand === "yes or no" ? true : operand === "several" ? [sample] : sample;
        const isOffered = OPERATORS[kind].some((one) => one === operator);
        const { ok } = parseRules({ filter: { [name]: { [operator]: value } } });
        expect(ok, `${name} ${operator}`).toBe(isOffered);
      }
    }
  });
});
