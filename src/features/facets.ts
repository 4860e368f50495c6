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

/** The states of items, oldest first, by tenant and item. */
export type FacetStates = ReadonlyMap<string, ReadonlyMap<string, readonly FacetState[]>>;

const NO_STATES: readonly FacetState[] = [];

export function statesOf(facets: FacetStates, tenant: string, itemId: string): readonly FacetState[] {
  return facets.get(tenant)?.get(itemId) ?? NO_STATES;
}

/** An item of the lake and when it was so: until right before `valid_to`, or until now. */
export interface ItemInterval {
  tenant: string;
  item_id: string;
  valid_from: number;
  valid_to?: number | null | undefined;
  categories?: readonly string[] | null | undefined;
  tags?: readonly string[] | null | undefined;
  price?: number | null | undefined;
  published_at?: number | null | undefined;
}

/** The lake's intervals, in any order, as states. */
export function facetStates(intervals: Iterable<ItemInterval>): FacetStates {
  const states = new Map<string, Map<string, FacetState[]>>();
  for (const interval of [...intervals].sort((a, b) => a.valid_from - b.valid_from)) {
    const { tenant, item_id: itemId, valid_from: fromMs, valid_to: toMs } = interval;
    const { categories, tags, price = null, published_at: publishedAtMs } = interval;
    const facets = {
      categories: categories ?? [],
      tags: tags ?? [],
      price,
      publishedAtMs: publishedAtMs ?? 0,
    };
    const known = states.get(tenant)?.get(itemId);
    // The end of the one before, which says that the item was gone, holds only where nothing follows at once.
    if (known?.at(-1)?.fromMs === fromMs) known.pop();
    addState(states, { tenant, itemId, state: { fromMs, facets } });
    if (typeof toMs === "number") addState(states, { tenant, itemId, state: { fromMs: toMs, facets: null } });
  }
  return states;
}

/** The item as it was at `atMs`; null when it was deleted, or not known yet. */
export function facetsAt(states: readonly FacetState[], atMs: number): Facets | null {
  for (let index = states.length - 1; index >= 0; index--) {
    const state = states[index] as FacetState;
    if (state.fromMs <= atMs) return state.facets;
  }
  return null;
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
  wanted: ReadonlyMap<string, ReadonlySet<string>>,
): Promise<FacetStates> {
  const items = new JsonList();
  for (const [tenant, itemIds] of wanted) {
    const head = JSON.stringify(tenant);
    for (const itemId of itemIds) items.add(`[${head},${JSON.stringify(itemId)}]`);
  }
  const states = new Map<string, Map<string, FacetState[]>>();
  for (const document of items.documents()) {
    const rows = await core
      .prepare(READ)
      .bind(document)
      .raw<[tenant: string, itemId: string, fromMs: number, facets: string]>();
    for (const [tenant, itemId, fromMs, text] of rows)
      addState(states, { tenant, itemId, state: { fromMs, facets: parseFacets(text) } });
  }
  return states;
}

function addState(
  states: Map<string, Map<string, FacetState[]>>,
  { tenant, itemId, state }: { tenant: string; itemId: string; state: FacetState },
): void {
  const ofTenant = states.get(tenant) ?? new Map<string, FacetState[]>();
  states.set(tenant, ofTenant);
  const known = ofTenant.get(itemId);
  if (known === undefined) ofTenant.set(itemId, [state]);
  else known.push(state);
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
