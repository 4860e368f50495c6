import { expect, it } from "vitest";
import { T0 } from "./harness.ts";
import { thingShop } from "./ruled.ts";

const entry = (itemId: string) => ({ itemId, typeCode: 1, weight: 1, occurredAtMs: T0 - 60_000 });

it("tells the place before rules, what moved an item, and what of the history spoke for it", async () => {
  const { ask } = await thingShop();
  const history = [entry("item-9"), entry("item-20")];
  const plain = await ask({}, { history, limit: 38 });
  const rules = {
    boost: [
      { name: "own", where: { brand: "brand-3" }, by: 4 },
      { name: "cheap", where: { price: { lt: 5 } }, by: 1 },
    ],
    pin: [{ name: "hero", item_id: "item-38", position: 1 }],
    rotation: { within: "2d", weight: 2 },
  };
  const visitor = { shown: [{ itemId: "item-3", count: 1, lastAtMs: T0 - 86_400_000 }] };
  const answer = await ask(rules, { history, visitor, explain: true, limit: 38 });
  const why = (id: string) => answer.items.find(({ itemId }) => itemId === id)?.why;
  for (const [place, id] of plain.ids.entries()) expect(why(id)?.rankBefore).toBe(place + 1);
  expect(why("item-38")).toMatchObject({ pin: "hero", boosts: [] });
  expect(why("item-3")?.boosts).toEqual([
    { name: "own", by: 4 },
    { name: "cheap", by: 1 },
    { name: "rotation", by: -1 },
  ]);
  // Item 23 shares a tag and a half with 9, and 34 with 20.
  expect(why("item-23")?.history[0]?.itemId).toBe("item-9");
  expect(why("item-34")?.history[0]?.itemId).toBe("item-20");
});

it("the history's part is what the score falls by without it", async () => {
  const { ask } = await thingShop();
  const history = [entry("item-9"), entry("item-20"), entry("item-12")];
  const explained = await ask({}, { history, explain: true, limit: 5 });
  for (const { itemId, why } of explained.items) {
    for (const part of why?.history ?? []) {
      const without = history.filter((one) => one.itemId !== part.itemId);
      const answer = await ask({}, { history: without, exclude: [], excludeHistory: false, limit: 38 });
      const whole = await ask({}, { history, exclude: [], excludeHistory: false, limit: 38 });
      const score = (of: typeof answer) => of.items.find((one) => one.itemId === itemId)?.score as number;
      expect(part.by).toBeCloseTo(score(whole) - score(without ? answer : whole), 2);
    }
    expect(why?.history.length).toBeGreaterThan(0);
  }
});

it("tells why an item is not in the list", async () => {
  const { ask } = await thingShop({ changes: [{ item_id: "gone", hidden: true, updated_at: 1 }] });
  const rules = {
    filter: [
      { name: "dear", where: { price: { gte: 5 } } },
      { name: "tagged", where: { not: { tags: "tag-6" } } },
    ],
    rotation: { within: "2d" },
    cap: [{ field: "brand", max: 1 }],
  };
  const visitor = { shown: [{ itemId: "item-25", count: 1, lastAtMs: T0 }] };
  const asked = ["nothing", "gone", "item-0", "item-1", "item-7", "item-9", "item-3", "item-6", "item-25"];
  const { ids, unlisted } = await ask(rules, {
    visitor,
    exclude: ["item-7"],
    explain: true,
    explainItems: [...asked, "item-10", "item-14"],
    limit: 3,
  });
  const reasons = new Map(unlisted?.map(({ itemId, reason }) => [itemId, reason]));
  expect(asked.map((id) => reasons.get(id))).toEqual([
    "unknown",
    "unavailable",
    "unavailable",
    "unavailable",
    "excluded",
    "excluded",
    "filter.dear",
    "filter.tagged",
    "rotation",
  ]);
  for (const id of ["item-10", "item-14"]) {
    if (!ids.includes(id)) expect(["cap.brand", "rank"]).toContain(reasons.get(id));
  }
  const [first = "", second = "", third = ""] = (await ask({ filter: { price: { gte: 5 } } }, { limit: 3 }))
    .ids;
  const two = await ask({}, { candidates: [first, second], explain: true, explainItems: [third] });
  expect(two.unlisted).toMatchObject([{ itemId: third, reason: "not_a_candidate" }]);
});
