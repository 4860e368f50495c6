import type { D1Database, D1DatabaseSession } from "@cloudflare/workers-types";
import { JsonList } from "./json-list.ts";

/** What features need of an item's state. */
export interface Facets {
  categories: readonly string[];
  tags: readonly string[];
  price: number | null;
  publishedAtMs: number;
}

/** A state of an item from `fromMs` on, until the next one; null: deleted. */
export interface FacetState {
  fromMs: number;
  facets: Facets | null;
}

/** The states of items, oldest first, by `itemName`. */
export type FacetStates = ReadonlyMap<string, readonly FacetState[]>;

/** A tenant's name has no slash: no two names read the same. */
export function itemName(tenant: string, itemId: string): string {
  return `${tenant}/${itemId}`;
}

/** The item as it was at `atMs`; null when it was deleted, or not known yet. */
export function facetsAt(states: FacetStates, name: string, atMs: number): Facets | null {
  return states.get(name)?.findLast((state) => state.fromMs <= atMs)?.facets ?? null;
}

/** `[categories, tags, price, published_at]` of a row of `items`, or `null` of a tombstone. */
const FACETS = `CASE item.deleted WHEN 1 THEN 'null' ELSE json_array(
  json(coalesce(item.body -> '$.categories', '[]')), json(coalesce(item.body -> '$.tags', '[]')),
  item.body ->> '$.price', item.published_at
) END`;

/**
 * Notes the facets of the items that ?2 (a JSON array of ids) names, where they differ from the newest noted. Runs in the batch
 * that changed `items`, after it. Most changes are of the stock: they leave no row.
 */
export const NOTE_FACETS = `
INSERT INTO item_facets (tenant, item_id, valid_from, facets)
SELECT item.tenant, item.item_id, item.updated_at, ${FACETS}
FROM json_each(?2) AS id CROSS JOIN items AS item ON item.tenant = ?1 AND item.item_id = id.value
WHERE ${FACETS} IS NOT (
  SELECT facets FROM item_facets AS noted
  WHERE noted.tenant = item.tenant AND noted.item_id = item.item_id ORDER BY valid_from DESC LIMIT 1
)
ON CONFLICT (tenant, item_id, valid_from) DO UPDATE SET facets = excluded.facets`;

type Reader = Pick<D1Database | D1DatabaseSession, "prepare">;

/** All noted states of the items. One query for up to some thousands of ids. */
export async function readFacets(
  core: Reader,
  items: Iterable<readonly [tenant: string, itemId: string]>,
): Promise<FacetStates> {
  const wanted = new JsonList();
  for (const item of items) wanted.add(JSON.stringify(item));
  const states = new Map<string, FacetState[]>();
  for (const document of wanted.documents()) {
    const rows = await core
      .prepare(READ)
      .bind(document)
      .raw<[tenant: string, itemId: string, fromMs: number, facets: string]>();
    for (const [tenant, itemId, fromMs, text] of rows) {
      const state = { fromMs, facets: parseFacets(text) };
      const name = itemName(tenant, itemId);
      const known = states.get(name);
      if (known === undefined) states.set(name, [state]);
      else known.push(state);
    }
  }
  return states;
}

const READ = `
SELECT noted.tenant, noted.item_id, noted.valid_from, noted.facets
FROM json_each(?1) AS item CROSS JOIN item_facets AS noted
  ON noted.tenant = item.value ->> 0 AND noted.item_id = item.value ->> 1
ORDER BY 1, 2, 3`;

export function parseFacets(text: string): Facets | null {
  const parsed = JSON.parse(text) as [string[], string[], number | null, number] | null;
  if (parsed === null) return null;
  const [categories, tags, price, publishedAtMs] = parsed;
  return { categories, tags, price, publishedAtMs };
}
