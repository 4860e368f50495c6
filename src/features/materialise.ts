import type { D1Database, KVNamespace } from "@cloudflare/workers-types";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../base/index.ts";
import { ITEM_FIELDS, type Item } from "../events/index.ts";
import { LIST_ITEMS_MAX, LIST_KINDS, type ListKind, listName, type MaterialisedList } from "./list.ts";

export interface ListPorts {
  core: D1Database;
  profiles: D1Database;
  kv: Pick<KVNamespace, "get" | "put">;
}

interface Candidate {
  itemId: string;
  score: number;
}

const TRENDING_HOURS = 24;
/** An interaction six hours ago counts half: a day's rhythm shows, yet this morning beats last night. */
const TRENDING_HALF_LIFE_HOURS = 6;
const POPULAR_DAYS = 31;
/** KV bills writes dearly: a list that changes all the time is written once in this time, on the clock's own steps. */
const WRITE_INTERVAL_MS = 5 * MINUTE_MS;
/** Read at once; most are enough for a full list, more are read only where many items may not be shown. */
const CANDIDATES_PER_PAGE = 1_000;
const CANDIDATE_PAGES_MAX = 5;

/**
 * Makes the tenant's lists anew and writes those that changed to KV, each at most once in five minutes unless forced.
 * Returns how many items each has now. An empty trending or popular list says: no interaction in its window.
 */
export async function refreshLists(
  ports: ListPorts,
  tenant: string,
  { nowMs, force }: { nowMs: number; force: boolean },
): Promise<Record<ListKind, number>> {
  const counts = await Promise.all(
    LIST_KINDS.map((kind) => refreshList(ports, { tenant, kind, nowMs, force })),
  );
  return Object.fromEntries(LIST_KINDS.map((kind, index) => [kind, counts[index]])) as Record<
    ListKind,
    number
  >;
}

async function refreshList(
  ports: ListPorts,
  { tenant, kind, nowMs, force }: { tenant: string; kind: ListKind; nowMs: number; force: boolean },
): Promise<number> {
  const name = listName(tenant, kind);
  const current = await ports.kv.get<MaterialisedList>(name, "json");
  const step = (ms: number) => Math.floor(ms / WRITE_INTERVAL_MS);
  if (current !== null && !force && step(current.createdAtMs) === step(nowMs)) return current.items.length;
  const items = await materialise(ports, { tenant, kind, nowMs });
  if (current === null || JSON.stringify(current.items) !== JSON.stringify(items)) {
    const list: MaterialisedList = { v: 1, kind, createdAtMs: nowMs, items };
    await ports.kv.put(name, JSON.stringify(list));
  }
  return items.length;
}

/** The list's items, best first: only those that may be answered. */
export async function materialise(
  ports: Pick<ListPorts, "core" | "profiles">,
  { tenant, kind, nowMs }: { tenant: string; kind: ListKind; nowMs: number },
): Promise<MaterialisedList["items"]> {
  if (kind === "newest") return newestItems(ports.core, tenant, nowMs);
  const items: MaterialisedList["items"] = [];
  for (let page = 0; page < CANDIDATE_PAGES_MAX && items.length < LIST_ITEMS_MAX.trending_24h; page++) {
    const candidates = await rankCandidates(ports.profiles, { tenant, kind, nowMs, page });
    items.push(...(await listedItems(ports.core, tenant, candidates)));
    if (candidates.length < CANDIDATES_PER_PAGE) break;
  }
  return items.slice(0, LIST_ITEMS_MAX.trending_24h);
}

async function rankCandidates(
  profiles: D1Database,
  {
    tenant,
    kind,
    nowMs,
    page,
  }: { tenant: string; kind: "trending" | "popular"; nowMs: number; page: number },
): Promise<Candidate[]> {
  const { table, bucket, weights } = kind === "trending" ? trendingWindow(nowMs) : popularWindow(nowMs);
  const { results } = await profiles
    .prepare(
      `SELECT count.item_id AS itemId, round(sum(count.score * (weight.value ->> 1)), 4) AS score
       FROM json_each(?1) AS weight CROSS JOIN ${table} AS count
         ON count.${bucket} = weight.value ->> 0 AND count.tenant = ?2
       WHERE count.score > 0
       GROUP BY count.item_id ORDER BY 2 DESC, 1 LIMIT ?3 OFFSET ?4`,
    )
    .bind(JSON.stringify(weights), tenant, CANDIDATES_PER_PAGE, page * CANDIDATES_PER_PAGE)
    .all<Candidate>();
  return results;
}

/** [bucket, weight] of each bucket of a window: the current one and those before it. */
function trendingWindow(nowMs: number) {
  const now = Math.floor(nowMs / HOUR_MS);
  const weights = Array.from({ length: TRENDING_HOURS }, (_, age) => [
    now - age,
    0.5 ** (age / TRENDING_HALF_LIFE_HOURS),
  ]);
  return { table: "item_hourly", bucket: "hour", weights };
}

function popularWindow(nowMs: number) {
  const now = Math.floor(nowMs / DAY_MS);
  return {
    table: "item_daily",
    bucket: "day",
    weights: Array.from({ length: POPULAR_DAYS }, (_, age) => [now - age, 1]),
  };
}

async function listedItems(
  core: D1Database,
  tenant: string,
  candidates: readonly Candidate[],
): Promise<MaterialisedList["items"]> {
  const { results } = await core
    .prepare(
      "SELECT item_id, body, published_at FROM items WHERE tenant = ? AND listed = 1 AND item_id IN (SELECT value FROM json_each(?))",
    )
    .bind(tenant, JSON.stringify(candidates.map((candidate) => candidate.itemId)))
    .all<ListedRow>();
  const rows = new Map(results.map((row) => [row.item_id, row]));
  return candidates.flatMap(({ itemId, score }) => {
    const row = rows.get(itemId);
    return row === undefined ? [] : [{ itemId, score, fields: fieldsOf(row) }];
  });
}

/** The score is the time of publication: it only has to fall along the list. */
async function newestItems(
  core: D1Database,
  tenant: string,
  nowMs: number,
): Promise<MaterialisedList["items"]> {
  const { results } = await core
    .prepare(
      "SELECT item_id, body, published_at FROM items WHERE tenant = ? AND listed = 1 AND published_at <= ? ORDER BY published_at DESC, item_id LIMIT ?",
    )
    .bind(tenant, nowMs, LIST_ITEMS_MAX.newest)
    .all<ListedRow>();
  return results.map((row) => ({ itemId: row.item_id, score: row.published_at, fields: fieldsOf(row) }));
}

interface ListedRow {
  item_id: string;
  body: string;
  published_at: number;
}

function fieldsOf(row: ListedRow): Record<string, unknown> {
  const item = { ...(JSON.parse(row.body) as Partial<Item>), published_at: row.published_at };
  return Object.fromEntries(
    ITEM_FIELDS.filter((field) => item[field] !== undefined).map((field) => [field, item[field]]),
  );
}
