import * as fc from "fast-check";
import { expect, it } from "vitest";
import { ruleColumnsOf } from "../../src/catalogue/index.ts";
import {
  type Bound,
  bindRule,
  CompiledColumns,
  ItemSpace,
  parseRules,
  type RuleItem,
} from "../../src/rules/index.ts";
import { keyOf } from "../../src/rules/item-space.ts";
import { bruteForce } from "./brute-force.ts";

const FACTS = { nowMs: Date.UTC(2026, 10, 21), visitor: {}, interactions: [], typeCodeOf: () => 4 };

function boundOf(filter: object): Bound {
  const parsed = parseRules({ filter });
  if (!parsed.ok || parsed.value.filters[0] === undefined) throw new Error(JSON.stringify(parsed));
  return bindRule(parsed.value.filters[0].where, FACTS);
}

/** What a browser may ask, and a filter that it is not to change. */
const FORGED = {
  and: [{ not: { 'attributes.adult:{"op":"exists"}),not(brand': { in: ["Ardo"] } } }, { price: { gt: 0 } }],
};
const STORED = { "attributes.adult": { exists: false }, brand: { not_in: ["Ardo"] }, price: { gt: 0 } };

/** Names made of what keys are made of. */
const hostile = fc
  .array(
    fc.constantFrom(
      ...["a", "b", ":", ",", "(", ")", "[", "]", "{", "}", '"', "\\", "not(", "),not(", '"]', '["'],
      ...['{"op":"exists"}', "attributes.a", "near:", "mine", "true", "\ud800", " "],
    ),
    { minLength: 1, maxLength: 6 },
  )
  .map((parts) => `a${parts.join("")}`.slice(0, 40));

const value = fc.oneof(hostile, fc.constantFrom("", "1", "true", 0, 1, true, false));
const field = hostile.map((name) => `attributes.${name}`);
const test = fc.oneof(
  fc.record({ in: fc.array(value, { minLength: 1, maxLength: 3 }) }),
  fc.record({ not_in: fc.array(value, { minLength: 1, maxLength: 3 }) }),
  fc.record({ exists: fc.boolean() }),
  fc.record({ prefix: hostile }),
);
const { expression } = fc.letrec<{ expression: object }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 3 },
    fc.tuple(field, test).map(([name, given]) => ({ [name]: given })),
    fc.record({ not: tie("expression") }),
    fc.record({ and: fc.array(tie("expression"), { minLength: 1, maxLength: 3 }) }),
    fc.record({ or: fc.array(tie("expression"), { minLength: 1, maxLength: 3 }) }),
  ),
}));

/** How an expression would be written: what keys are held against. */
const plain = (bound: Bound): string =>
  JSON.stringify(bound, (name, given) => (name === "key" ? undefined : given));

function spaceOf(items: readonly RuleItem[]): ItemSpace {
  const ids = items.map((item) => String(item.item_id));
  return new ItemSpace({
    base: new CompiledColumns(ruleColumnsOf(items as { item_id: string }[])),
    extra: new CompiledColumns(ruleColumnsOf([])),
    extraIndex: new Uint32Array(0),
    size: items.length,
    availability: new Float32Array(items.length),
    indexOf: (itemId) => {
      const index = ids.indexOf(itemId);
      return index < 0 ? undefined : index;
    },
    idAt: (index) => ids[index] as string,
  });
}

it("a filter is answered from its own set, not from one that a request has made under the same name", () => {
  const items = [
    { item_id: "adult", brand: "Other", price: 5, attributes: { adult: true } },
    { item_id: "allowed", brand: "Other", price: 5 },
    { item_id: "unwanted", brand: "Ardo", price: 5 },
  ];
  const space = spaceOf(items);
  expect(space.allowed(boundOf(FORGED)).count).toBe(3);
  const { bits, count } = space.allowed(boundOf(STORED));
  expect([count, bits[0]]).toEqual([1, 0b010]);
});

it("different expressions have different keys, however fields and values are called", () => {
  fc.assert(
    fc.property(expression, expression, (one, other) => {
      const [a, b] = [boundOf(one), boundOf(other)];
      expect(keyOf(a) === keyOf(b)).toBe(plain(a) === plain(b));
    }),
    { examples: [[FORGED, STORED]], numRuns: 300 },
  );
});

it("one space answers many expressions, each as item by item", () => {
  const names = fc.uniqueArray(hostile, { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(fc.array(expression, { minLength: 2, maxLength: 12 }), names, value, (asked, held, holds) => {
      const items = held.map((name, at) => ({ item_id: `i${at}`, attributes: { [name]: holds } }));
      const space = spaceOf(items);
      for (const filter of asked) {
        const { bits } = space.matching(boundOf(filter));
        for (const [at, item] of items.entries()) {
          const holdsHere = (((bits[0] as number) >> at) & 1) === 1;
          expect(holdsHere).toBe(bruteForce(filter, item, { nowMs: 0, visitor: {}, history: [] }));
        }
      }
    }),
    { numRuns: 200 },
  );
});
