import type { ComponentChildren } from "preact";
import { Await, Empty } from "../parts.tsx";
import { useLoaded } from "../use-loaded.ts";
import { linkTo } from "./choice.tsx";

export interface Sight {
  item_id: string;
  title?: string;
  image?: string;
  price?: number;
  currency?: string;
}

export const SIGHT_FIELDS = "title,image,price,currency";

/** One item of a list: its picture, its name with a way to it, and what else is to be said. */
export function ItemRow({ item, beside, facts, children }: ItemRowProps) {
  const { item_id, title, image, price, currency } = item;
  return (
    <li>
      {image === undefined ? (
        <span class="thumb" aria-hidden="true">
          {(title ?? item_id).slice(0, 1)}
        </span>
      ) : (
        <img class="thumb" src={image} alt="" loading="lazy" />
      )}
      <div>
        <a href={linkTo({ kind: "item", id: item_id })}>{title ?? item_id}</a> {beside}
        <small class="facts">
          {item_id}
          {price === undefined ? "" : ` · ${price.toLocaleString()} ${currency ?? ""}`}
          {facts}
        </small>
        {children}
      </div>
    </li>
  );
}

interface ItemRowProps {
  item: Sight;
  /** On the line of the name. */
  beside?: ComponentChildren;
  /** Behind its id and price. */
  facts?: ComponentChildren;
  children?: ComponentChildren;
}

/** A list without reasons, as anybody gets it. */
export function PlainList({ path, empty }: { path: string; empty: string }) {
  const answer = useLoaded<{ items: Sight[] }>(path);
  return (
    <Await of={answer} rows={5}>
      {({ items }) =>
        items.length === 0 ? (
          <Empty>{empty}</Empty>
        ) : (
          <ol class="list">
            {items.map((item) => (
              <ItemRow key={item.item_id} item={item} />
            ))}
          </ol>
        )
      }
    </Await>
  );
}
