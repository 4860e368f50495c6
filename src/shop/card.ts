import type { AnswerItem } from "../beacon/index.ts";
import { el } from "./dom.ts";
import { drawTile } from "./tile.ts";

/** One item of a shelf. `data-rec-item` lets the beacon send its impression and its click. */
export function drawCard(item: AnswerItem, { isNew }: { isNew: boolean }): HTMLLIElement {
  const title = item.title ?? item.item_id;
  const card = el(
    "button",
    { type: "button", class: "card", title },
    el("span", { class: "picture" }, drawPicture(item), isNew ? el("span", { class: "new" }, "new") : null),
    el("span", { class: "category" }, item.categories?.slice(0, 3).join(" · ") ?? ""),
    el("span", { class: "name" }, title),
    item.price === undefined ? null : el("span", { class: "price" }, formatPrice(item.price, item.currency)),
  );
  return el("li", { "data-rec-item": item.item_id, ...(isNew ? { class: "arrives" } : {}) }, card);
}

function drawPicture(item: AnswerItem): Element {
  if (item.image === undefined) return drawTile(item);
  return el("img", { src: item.image, alt: "", loading: "lazy", class: "tile" });
}

function formatPrice(price: number, currency: string | undefined): string {
  const style = currency === undefined ? {} : ({ style: "currency", currency } as const);
  return new Intl.NumberFormat(undefined, style).format(price);
}
