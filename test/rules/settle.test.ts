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
  settleVisitor,
  usesStored,
  type VisitorFacts,
} from "../../src/rules/index.ts";
import { historyOfItems } from "../../src/serving/history.ts";

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

/** The rules as they are for somebody of whom `told` is told, and that they looked at these items, in that order. */
function settled(given: Rules, recent: string[] = []): Rules {
  const interactions = historyOfItems(recent, nowMs).entries;
  return settleVisitor(given, { nowMs, visitor: told, interactions, typeCodeOf: eventTypeCode });
}

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
    const closed = settled(given);
    expect(passes(closed, attributes, stored), JSON.stringify(filter)).toBe(expected);
    expect(passes(closed, attributes, {}), JSON.stringify(filter)).toBe(expected);
    expect(passes(given, attributes, told), JSON.stringify(filter)).toBe(expected);
    expect([usesStored(given), usesStored(closed)], JSON.stringify(filter)).toEqual([true, false]);
  }
  for (const filter of [
    { user: { country: "NL" } },
    { geo: { near: "visitor", within_km: 5 } },
    { price: { lt: 5 } },
  ]) {
    expect(usesStored(rules(filter))).toBe(false);
  }
});

it("asks what the visitor did of what is told alone, and holds nothing for shown: nobody tells of that", () => {
  const deeds: VisitorFacts = {
    bought: [{ itemId: "seen", occurredAtMs: nowMs - 5 }],
    shown: [{ itemId: "seen", count: 9, lastAtMs: nowMs - 5 }],
  };
  const cases: [object, string[], boolean][] = [
    [{ interacted: { types: ["purchase"], within: "30d" } }, [], false],
    [{ not: { interacted: { types: ["purchase"] } } }, ["seen"], true],
    [{ shown: {} }, ["seen"], false],
    [{ not: { shown: {} } }, ["seen"], true],
    [{ interacted: {} }, [], false],
    [{ interacted: {} }, ["seen"], true],
    [{ not: { interacted: { types: ["view"] } } }, ["seen"], false],
    [{ interacted: { within: "1m" } }, ["seen", "b", "c"], false],
  ];
  for (const [filter, recent, expected] of cases) {
    const given = rules(filter);
    const closed = settled(given, recent);
    for (const visitor of [deeds, {}])
      expect(passes(closed, {}, visitor), JSON.stringify(filter)).toBe(expected);
    expect([usesStored(given), usesStored(closed)], JSON.stringify(filter)).toEqual([true, false]);
  }
  const rotating = { ...rules({ price: { lt: 5 } }), rotation: { withinMs: 1_000, weight: null } };
  expect([usesStored(rotating), usesStored(settled(rotating))]).toEqual([true, false]);
});
