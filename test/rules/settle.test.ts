import { expect, it } from "vitest";
import { ruleColumnsOf } from "../../src/catalogue/index.ts";
import { eventTypeCode } from "../../src/events/index.ts";
import {
  type Bound,
  bindRule,
  CompiledColumns,
  matches,
  parseRules,
  type Rules,
  type Scalar,
  settleVisitorFields,
  usesStoredFields,
  type VisitorFacts,
} from "../../src/rules/index.ts";

const nowMs = 1_700_000_000_000;

function rules(filter: object): Rules {
  const parsed = parseRules({ filter });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  return parsed.value;
}

/** Whether the rules let an item pass for a visitor of whom `stored` is known. */
function passes({ filters }: Rules, attributes: Record<string, Scalar>, stored: VisitorFacts): boolean {
  const interactions = [{ itemId: "seen", typeCode: eventTypeCode("view"), occurredAtMs: nowMs - 1 }];
  const facts = { nowMs, visitor: stored, interactions, typeCodeOf: eventTypeCode };
  const item = { item_id: "seen", attributes };
  return filters.every(({ where }) => {
    const bound = bindRule(where, facts);
    const holds = matches(bound, item);
    if (!asksDeeds(bound)) {
      const [bits = 0] = new CompiledColumns(ruleColumnsOf([item])).bits(bound);
      expect(bits & 1, JSON.stringify(where)).toBe(holds ? 1 : 0);
    }
    return holds;
  });
}

/** Of those the columns know nothing. */
function asksDeeds(bound: Bound): boolean {
  if (bound.kind === "not") return asksDeeds(bound.part);
  return bound.kind === "mine" || ("parts" in bound && bound.parts.some(asksDeeds));
}

const stored: VisitorFacts = { attributes: { plan: "gold", age: 40 }, segments: ["big"], country: "NL" };
const told: VisitorFacts = { attributes: { age: 17 }, country: "NL" };

/** A filter, the item's attributes, and whether it passes by what is told alone. */
const cases: [object, Record<string, Scalar>, boolean][] = [
  [{ user: { "attributes.plan": "gold" } }, {}, false],
  [{ user: { "attributes.plan": { ne: "gold" } } }, {}, true],
  [{ user: { "attributes.plan": { exists: false } } }, {}, true],
  [{ user: { segments: { none: ["big"] } } }, {}, true],
  [{ user: { segments: "big" } }, {}, false],
  [{ user: { "attributes.age": { lt: 18 } } }, {}, true],
  [{ not: { user: { "attributes.age": { lt: 18 } } } }, {}, false],
  [{ "attributes.from": { lte: { user: "attributes.age" } } }, { from: 16 }, true],
  [{ "attributes.from": { lte: { user: "attributes.age" } } }, { from: 30 }, false],
  [{ "attributes.for": { user: "attributes.plan" } }, { for: "gold" }, false],
  [{ not: { "attributes.for": { in: [{ user: "attributes.plan" }, "tin"] } } }, { for: "gold" }, true],
  [{ or: [{ user: { segments: "big" } }, { user: { country: "NL" } }] }, {}, true],
];

it("asks the visitor's fields of what is told, whoever applies the rules, and says which rules would have asked for more", () => {
  for (const [filter, attributes, expected] of cases) {
    const given = rules(filter);
    const settled = settleVisitorFields(given, told, nowMs);
    expect(passes(settled, attributes, stored), JSON.stringify(filter)).toBe(expected);
    expect(passes(settled, attributes, {}), JSON.stringify(filter)).toBe(expected);
    expect(passes(given, attributes, told), JSON.stringify(filter)).toBe(expected);
    expect([usesStoredFields(given), usesStoredFields(settled)], JSON.stringify(filter)).toEqual([
      true,
      false,
    ]);
  }
  for (const filter of [{ user: { country: "NL" } }, { interacted: {} }, { price: { lt: 5 } }]) {
    expect(usesStoredFields(rules(filter))).toBe(false);
  }
});

it("leaves what the visitor did and was shown to whoever applies them", () => {
  const given = rules({ interacted: { types: ["view"] } });
  expect(settleVisitorFields(given, told, nowMs)).toEqual(given);
  expect(passes(settleVisitorFields(given, told, nowMs), {}, {})).toBe(true);
});
