import { expect, it } from "vitest";
import { createPrng } from "../../src/base/index.ts";
import { type CatalogItem, mergeOverlay, type OverlayItem, writeOverlay } from "../../src/catalogue/index.ts";
import { eventTypeCode } from "../../src/events/index.ts";
import type { ScoreRequest } from "../../src/registry/index.ts";
import { bindRule, matches, parseRules, type Rules, settleVisitor } from "../../src/rules/index.ts";
import { nodeEngine } from "../../src/runtime/node.ts";
import { type BruteFacts, bruteForce } from "../rules/brute-force.ts";
import { randomEdit, randomExpression, randomFacts, randomItem, SOON_MS } from "../rules/random-rules.ts";
import { harness, idsOf, requestOf, T0 } from "./harness.ts";
import { goLive } from "./tiny-model.ts";

const NOW_MS = T0 + SOON_MS;
const ITEMS = 150;
/** What rules whose questions about the visitor's fields have been answered must not look at. */
const OTHERS = { attributes: { size: "L", budget: 3 }, segments: ["new"], country: "DE", device: "tv" };

/** A model's items, some edited since, and some that came since. */
function world() {
  const prng = createPrng("rules");
  const model = Array.from({ length: ITEMS }, (_, at) => randomItem(prng, `item-${at}`, NOW_MS));
  const edited = Array.from({ length: 40 }, (_, at) => randomEdit(prng, `item-${3 * at}`, NOW_MS));
  const late = Array.from({ length: 25 }, (_, at) => randomEdit(prng, `late-${at}`, NOW_MS));
  const now = new Map<string, CatalogItem | OverlayItem>(model.map((item) => [item.item_id, item]));
  for (const item of [...edited, ...late]) {
    const popularity = (now.get(item.item_id) as CatalogItem | undefined)?.popularity;
    now.set(item.item_id, popularity === undefined ? item : { ...item, popularity });
  }
  const available = [...now.values()].filter(
    (item) => item.hidden !== true && item.stock !== 0 && (item as OverlayItem).deleted !== true,
  );
  return { prng, model, changes: [...edited, ...late], ids: [...now.keys()], available };
}

function parsed(value: unknown): Rules {
  const rules = parseRules(value);
  if (!rules.ok) throw new Error(`${JSON.stringify(value)}: ${JSON.stringify(rules.error)}`);
  return rules.value;
}

function asRequest(facts: BruteFacts, rules: Rules, more: Partial<ScoreRequest>): ScoreRequest {
  const history = facts.history.map(({ itemId, type, atMs }) => ({
    itemId,
    typeCode: eventTypeCode(type),
    weight: 1,
    occurredAtMs: atMs,
  }));
  return requestOf("acme", [], {
    nowMs: NOW_MS,
    history,
    excludeHistory: false,
    rules,
    visitor: facts.visitor,
    ...more,
  });
}

it("answers just what a brute-force filter lets through, for 1,000 random expressions, and is never short of it", async () => {
  const { prng, model, changes, ids, available } = world();
  const shop = harness(nodeEngine());
  const { store, score } = shop;
  await goLive(store, "acme", model);
  await writeOverlay(store, "acme", mergeOverlay(null, changes, { nowMs: NOW_MS }), null);
  await shop.warm("acme", NOW_MS);
  let allowedOnes = 0;
  let shortLists = 0;
  let settledOnes = 0;
  for (let round = 0; round < 1_000; round++) {
    const filter = randomExpression(prng, ids, NOW_MS);
    const facts = randomFacts(prng, ids, NOW_MS);
    const rules = parsed({ filter });
    const expected = available
      .filter((item) => bruteForce(filter, item, facts))
      .map(({ item_id }) => item_id);
    const told = () => JSON.stringify({ filter, facts });
    const all = await score(asRequest(facts, rules, { limit: 1_000 }));
    expect(all.status === "ok" && idsOf(all)?.sort(), told()).toEqual(expected.sort());
    expect(all, told()).toMatchObject({ status: "ok", qualifying: expected.length });
    const ten = await score(asRequest(facts, rules, { limit: 10 }));
    expect(ten.status === "ok" && ten.items.length, told()).toBe(Math.min(10, expected.length));

    const { filters } = rules;
    const { visitor, nowMs } = facts;
    const interactions = asRequest(facts, rules, {}).history.concat(
      (visitor.bought ?? []).map((one) => ({ ...one, typeCode: eventTypeCode("purchase"), weight: 1 })),
    );
    const where = filters[0]?.where;
    const bound = where && bindRule(where, { nowMs, visitor, interactions, typeCodeOf: eventTypeCode });
    const matching = available.filter((item) => bound && matches(bound, item)).map(({ item_id }) => item_id);
    expect(matching.sort(), told()).toEqual(expected);
    const settled = settleVisitor(rules, { nowMs, visitor, interactions, typeCodeOf: eventTypeCode });
    if (JSON.stringify(settled) !== JSON.stringify(rules)) {
      const others = { ...visitor, ...OTHERS };
      const answer = await score(asRequest({ ...facts, visitor: others }, settled, { limit: 1_000 }));
      expect(answer.status === "ok" && idsOf(answer)?.sort(), told()).toEqual(expected);
      settledOnes++;
    }
    allowedOnes += expected.length > 0 ? 1 : 0;
    shortLists += expected.length < 10 ? 1 : 0;
  }
  // The expressions are worth something: many let some items through, and many of them hardly any.
  expect(allowedOnes).toBeGreaterThan(500);
  expect(shortLists).toBeGreaterThan(150);
  expect(settledOnes).toBeGreaterThan(100);
}, 120_000);
