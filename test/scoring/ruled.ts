import { DAY_MS } from "../../src/base/index.ts";
import { type CatalogItem, mergeOverlay, type OverlayItem, writeOverlay } from "../../src/catalogue/index.ts";
import type { ScoreAnswer, ScoreRequest } from "../../src/registry/index.ts";
import { parseRules, type Rules } from "../../src/rules/index.ts";
import { nodeEngine } from "../../src/runtime/node.ts";
import { harness, requestOf, T0 } from "./harness.ts";
import { goLive } from "./tiny-model.ts";

/** Forty things of four brands, dearer and less popular by index; number 0 is hidden, 1 is sold out. */
export const THINGS: CatalogItem[] = Array.from({ length: 40 }, (_, index) => ({
  item_id: `item-${index}`,
  title: `Thing number ${index}`,
  categories: ["things"],
  tags: [`tag-${index % 7}`, `half-${index % 2}`],
  brand: `brand-${index % 4}`,
  price: index,
  published_at: T0 - 10 * DAY_MS,
  popularity: 100 - index,
  ...(index === 0 ? { hidden: true } : {}),
  ...(index === 1 ? { stock: 0 } : {}),
}));

export function rulesOf(wire: object): Rules {
  const parsed = parseRules(wire);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  return parsed.value;
}

/** A scorer with such a model live, and the question it is asked. */
export async function thingShop({
  items = THINGS,
  changes = [],
}: {
  items?: CatalogItem[];
  changes?: OverlayItem[];
} = {}) {
  const shop = harness(nodeEngine());
  await goLive(shop.store, "acme", items);
  if (changes.length > 0)
    await writeOverlay(shop.store, "acme", mergeOverlay(null, changes, { nowMs: 1 }), null);
  await shop.warm("acme");
  return {
    ...shop,
    async ask(wire: object | null, more: Partial<ScoreRequest> = {}, history = ["item-9"]) {
      const rules = wire === null ? {} : { rules: rulesOf(wire) };
      return listed(await shop.score(requestOf("acme", history, { ...rules, ...more })));
    },
  };
}

export function listed(answer: ScoreAnswer): ScoreAnswer & { status: "ok"; ids: string[] } {
  if (answer.status !== "ok") throw new Error(`the scorer said ${answer.status}`);
  return { ...answer, ids: answer.items.map(({ itemId }) => itemId) };
}
