import type { D1Database } from "@cloudflare/workers-types";
import type { Item } from "../events/index.ts";
import { LIST_FIELDS } from "./packed-items.ts";

/** An item that may be answered, as far as lists need it. */
export interface ListedBody {
  itemId: string;
  publishedAtMs: number;
  categories: readonly string[];
  /** Those of `LIST_FIELDS` that the item has. */
  fields: Record<string, unknown>;
}

/** A tenant's items for the time of one refresh: each is read from D1 once, whichever lists name it. */
export class ListedItems {
  readonly #core: Pick<D1Database, "prepare">;
  readonly #tenant: string;
  /** Null: there is none, or it may not be answered. */
  readonly #known = new Map<string, ListedBody | null>();

  constructor(core: Pick<D1Database, "prepare">, tenant: string) {
    this.#core = core;
    this.#tenant = tenant;
  }

  async load(itemIds: readonly string[]): Promise<void> {
    const wanted = [...new Set(itemIds)].filter((itemId) => !this.#known.has(itemId));
    if (wanted.length === 0) return;
    const { results } = await this.#core
      .prepare(
        `SELECT item_id, body, published_at FROM items
         WHERE tenant = ? AND listed = 1 AND item_id IN (SELECT value FROM json_each(?))`,
      )
      .bind(this.#tenant, JSON.stringify(wanted))
      .all<ListedRow>();
    for (const itemId of wanted) this.#known.set(itemId, null);
    for (const row of results) this.#known.set(row.item_id, bodyOf(row));
  }

  /** Of the items loaded; null for one that may not be answered. */
  get(itemId: string): ListedBody | null {
    return this.#known.get(itemId) ?? null;
  }

  /** Published by now, the newest first. */
  newest(limit: number, nowMs: number): Promise<ListedBody[]> {
    return this.#select("published_at <= ? ORDER BY published_at DESC", nowMs, limit);
  }

  /** Changed since then, the last one first. */
  edited(limit: number, sinceMs: number): Promise<ListedBody[]> {
    return this.#select("updated_at >= ? ORDER BY updated_at DESC", sinceMs, limit);
  }

  async #select(which: string, atMs: number, limit: number): Promise<ListedBody[]> {
    const { results } = await this.#core
      .prepare(
        `SELECT item_id, body, published_at FROM items
         WHERE tenant = ? AND listed = 1 AND ${which}, item_id LIMIT ?`,
      )
      .bind(this.#tenant, atMs, limit)
      .all<ListedRow>();
    return results.map((row) => {
      const body = bodyOf(row);
      this.#known.set(row.item_id, body);
      return body;
    });
  }
}

interface ListedRow {
  item_id: string;
  body: string;
  published_at: number;
}

function bodyOf({ item_id: itemId, body, published_at: publishedAtMs }: ListedRow): ListedBody {
  const item = { ...(JSON.parse(body) as Partial<Item>), published_at: publishedAtMs };
  const present = LIST_FIELDS.filter((field) => item[field] !== undefined);
  const fields = Object.fromEntries(present.map((field) => [field, item[field]]));
  return { itemId, publishedAtMs, categories: item.categories ?? [], fields };
}
