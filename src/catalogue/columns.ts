import type { Item } from "../events/index.ts";

/** An item as the model knew it, with how much it was interacted with (any scale; larger is more popular). */
export type CatalogItem = Item & { popularity: number };

/** Fields kept as text, decoded only when an answer asks for them; `json` ones are lists and records. */
export const TEXT_COLUMNS = {
  title: "string",
  url: "string",
  image: "string",
  currency: "string",
  brand: "string",
  categories: "json",
  tags: "json",
  attributes: "json",
} as const;

export type TextColumn = keyof typeof TEXT_COLUMNS;

export const TEXT_COLUMN_NAMES = Object.keys(TEXT_COLUMNS) as TextColumn[];

/** Fields that rules compare for every item: typed arrays in memory. Stored names are the item's own. */
export const NUMBER_COLUMN_NAMES = ["price", "stock", "published_at", "popularity"] as const;

export type NumberColumn = (typeof NUMBER_COLUMN_NAMES)[number];
