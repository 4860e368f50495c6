import type { AnswerItem } from "../beacon/index.ts";
import { el } from "./dom.ts";
import { drawTile } from "./tile.ts";

/**
 * One item of a shelf. `data-ls-item` lets the beacon send its impression and its click: on the card alone, as asking why is no
 * interest in the item.
 */
export function drawCard(
  item: AnswerItem,
  { isNew, hasWhy }: { isNew: boolean; hasWhy: boolean },
): HTMLLIElement {
  const title = item.title ?? item.item_id;
  const card = el(
    "button",
    { type: "button", class: "card", title, "data-ls-item": item.item_id },
    el("span", { class: "picture" }, drawPicture(item), isNew ? el("span", { class: "new" }, "new") : null),
    el("span", { class: "category" }, item.categories?.slice(0, 3).join(" · ") ?? ""),
    el("span", { class: "name" }, title),
    item.price === undefined ? null : el("span", { class: "price" }, formatPrice(item.price, item.currency)),
  );
  const why = el(
    "button",
    { type: "button", class: "why", "data-why": item.item_id, "aria-label": `Why this? ${title}` },
    "Why this?",
  );
  return el("li", isNew ? { class: "arrives" } : {}, card, hasWhy ? why : null);
}

function drawPicture(item: AnswerItem): Element {
  if (item.image === undefined) return drawTile(item);
  return el("img", { src: item.image, alt: "", loading: "lazy", class: "tile" });
}

function formatPrice(price: number, currency: string | undefined): string {
  const style = currency === undefined ? {} : ({ style: "currency", currency } as const);
  return new Intl.NumberFormat(undefined, style).format(price);
}
