import { type CSSProperties, createElement, type ReactNode } from "react";
import type { AnswerItem } from "./api.ts";

export const LIST_STYLE: CSSProperties = {
  ...{ display: "grid", gridTemplateColumns: "repeat(auto-fill, minmax(9rem, 1fr))", gap: "1rem" },
  ...{ listStyle: "none", margin: 0, padding: 0 },
};
export const ITEM_STYLE: CSSProperties = { minWidth: 0 };

const CARD_STYLE: CSSProperties = { display: "block", color: "inherit", textDecoration: "none" };
const IMAGE_STYLE: CSSProperties = {
  ...{ display: "block", width: "100%", aspectRatio: "1", objectFit: "cover", borderRadius: 8 },
  background: "rgb(128 128 128 / 15%)",
};
/** Two lines and one, whatever stands in them. */
const TITLE_STYLE: CSSProperties = {
  ...{ display: "block", height: "2.6em", lineHeight: 1.3, overflow: "hidden", marginTop: ".5rem" },
};
const PRICE_STYLE: CSSProperties = { display: "block", height: "1.3em", lineHeight: 1.3, opacity: 0.75 };
const BAR_STYLE: CSSProperties = { borderRadius: 4, background: "rgb(128 128 128 / 15%)" };

/** An item's card; without an item a skeleton of the same size, or, once no more is awaited, an empty place. */
export function itemCard(item: AnswerItem | null, isAwaited: boolean): ReactNode {
  if (item === null) {
    const hidden: CSSProperties = isAwaited ? {} : { visibility: "hidden" };
    return createElement(
      "span",
      { className: "ls-skeleton", style: { ...CARD_STYLE, ...hidden } },
      createElement("span", { style: IMAGE_STYLE }),
      createElement("span", { style: { ...TITLE_STYLE, ...BAR_STYLE } }),
      createElement("span", { style: { ...PRICE_STYLE, ...BAR_STYLE, width: "40%" } }),
    );
  }
  const { title = item.item_id, image, price, currency, url } = item;
  const parts = [
    image === undefined
      ? createElement("span", { key: "image", className: "ls-image", style: IMAGE_STYLE })
      : createElement("img", {
          key: "image",
          className: "ls-image",
          src: image,
          alt: "",
          loading: "lazy",
          style: IMAGE_STYLE,
        }),
    createElement("span", { key: "title", className: "ls-title", style: TITLE_STYLE }, title),
    createElement(
      "span",
      { key: "price", className: "ls-price", style: PRICE_STYLE },
      priceOf(price, currency),
    ),
  ];
  const props = { className: "ls-card", style: CARD_STYLE };
  return url === undefined
    ? createElement("span", props, parts)
    : createElement("a", { ...props, href: url }, parts);
}

function priceOf(price: number | undefined, currency: string | undefined): string {
  if (price === undefined) return "";
  if (currency === undefined) return price.toLocaleString();
  return price.toLocaleString(undefined, { style: "currency", currency });
}
