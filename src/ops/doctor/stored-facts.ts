import type { D1Database } from "@cloudflare/workers-types";
import { DAY_MS, HOUR_MS, LEDGER_HOURS } from "../../base/index.ts";
import { readIntakeCounts, readLedgerCounts, readStoredTenant, userSubject } from "../../features/index.ts";
import { EXAMPLES_MAX } from "./finding.ts";
import { DOCTOR_DAYS, ITEM_NEW_MS, ITEMS_LOOKED_AT, USERS_LOOKED_AT } from "./thresholds.ts";

/** What lists, rules and shop windows live on. */
export const ITEM_PARTS = ["title", "image", "price", "categories"] as const;
export type ItemPart = (typeof ITEM_PARTS)[number];

export interface CatalogueFacts {
  /** That may be shown: not hidden, not out of stock. */
  items: number;
  missing: Record<ItemPart, { items: number; examples: string[] }>;
}

export interface UserFacts {
  /** That the server has told of; of those `lookedAt`, the first by id, `neverSeen` are in no event. */
  users: number;
  lookedAt: number;
  neverSeen: number;
  examples: string[];
}

export interface IntakeFacts {
  /** Events as delivered in the last two days, and how many of their ids differ. */
  delivered: number;
  distinct: number;
  /** Of the week: distinct events in quarantine, by reason. */
  setAside: { reason: string; events: number; examples: string[] }[];
  declaredTypes: string[];
}

const LISTED = "FROM items WHERE tenant = ?1 AND deleted = 0 AND listed = 1";
const MISSING: Record<ItemPart, string> = {
  title: "coalesce(body ->> '$.title', '') = ''",
  image: "coalesce(body ->> '$.image', '') = ''",
  price: "body ->> '$.price' IS NULL",
  categories: "coalesce(json_array_length(body, '$.categories'), 0) = 0",
};

export async function readCatalogueFacts(core: D1Database, tenant: string): Promise<CatalogueFacts> {
  const sums = ITEM_PARTS.map((part) => `coalesce(sum(${MISSING[part]}), 0) AS ${part}`).join(", ");
  const examples = ITEM_PARTS.map((part) =>
    core
      .prepare(`SELECT item_id ${LISTED} AND ${MISSING[part]} ORDER BY item_id LIMIT ${EXAMPLES_MAX}`)
      .bind(tenant),
  );
  const counts = await core
    .prepare(`SELECT count(*) AS items, ${sums} ${LISTED}`)
    .bind(tenant)
    .first<Record<ItemPart | "items", number>>();
  const answers = await core.batch<{ item_id: string }>(examples);
  const missing = ITEM_PARTS.map((part, index) => [
    part,
    { items: counts?.[part] ?? 0, examples: (answers[index]?.results ?? []).map(({ item_id }) => item_id) },
  ]);
  return { items: counts?.items ?? 0, missing: Object.fromEntries(missing) };
}

/** Ids of one answer of D1. */
const IDS_PER_READ = 5_000;

/** The items that may be shown and have been around for a while, by id, a bounded number. */
export async function* listedItemIds(
  core: D1Database,
  tenant: string,
  nowMs: number,
): AsyncGenerator<string> {
  let after = "";
  for (let read = 0; read < ITEMS_LOOKED_AT; read += IDS_PER_READ) {
    const { results } = await core
      .prepare(
        `SELECT item_id ${LISTED} AND published_at <= ?2 AND item_id > ?3 ORDER BY item_id LIMIT ${IDS_PER_READ}`,
      )
      .bind(tenant, nowMs - ITEM_NEW_MS, after)
      .all<{ item_id: string }>();
    for (const { item_id } of results) yield item_id;
    after = results.at(-1)?.item_id ?? "";
    if (results.length < IDS_PER_READ) return;
  }
}

export async function readUserFacts(
  { core, profiles }: { core: D1Database; profiles: D1Database },
  tenant: string,
): Promise<UserFacts> {
  const own = "FROM users WHERE tenant = ? AND deleted = 0";
  const users = await core.prepare(`SELECT count(*) AS users ${own}`).bind(tenant).first<number>("users");
  const { results } = await core
    .prepare(`SELECT user_id ${own} ORDER BY user_id LIMIT ${USERS_LOOKED_AT}`)
    .bind(tenant)
    .all<{ user_id: string }>();
  const subjects = results.map(({ user_id }) => userSubject(user_id));
  const unseen = await profiles
    .prepare(
      `SELECT asked.value AS subject FROM json_each(?2) AS asked
       WHERE NOT EXISTS (SELECT 1 FROM visitors WHERE tenant = ?1 AND subject = asked.value)`,
    )
    .bind(tenant, JSON.stringify(subjects))
    .all<{ subject: string }>();
  return {
    users: users ?? 0,
    lookedAt: results.length,
    neverSeen: unseen.results.length,
    examples: unseen.results
      .slice(0, EXAMPLES_MAX)
      .map(({ subject }) => subject.slice(userSubject("").length)),
  };
}

/** Hours at both ends of the ledger's reach in which an event may be counted on one side alone. */
const MARGIN_HOURS = 2;

export async function readIntakeFacts(
  { core, profiles }: { core: D1Database; profiles: D1Database },
  tenant: string,
  nowMs: number,
): Promise<IntakeFacts> {
  const hour = Math.floor(nowMs / HOUR_MS);
  const range = { fromHour: hour - LEDGER_HOURS + MARGIN_HOURS, toHour: hour - 1 };
  const [intake, ledger, setAside, config] = await Promise.all([
    readIntakeCounts(profiles, tenant, range),
    readLedgerCounts(profiles, tenant, range),
    core
      .prepare(
        `SELECT reason, count(*) AS events, min(event_id) AS first, max(event_id) AS last
         FROM quarantine WHERE tenant = ? AND at >= ? GROUP BY reason ORDER BY events DESC`,
      )
      .bind(tenant, nowMs - DOCTOR_DAYS * DAY_MS)
      .all<{ reason: string; events: number; first: string; last: string }>(),
    readStoredTenant(core, tenant),
  ]);
  return {
    delivered: intake.reduce((sum, { queue }) => sum + queue, 0),
    distinct: ledger.reduce((sum, { events }) => sum + events, 0),
    setAside: setAside.results.map(({ reason, events, first, last }) => ({
      ...{ reason, events },
      examples: [...new Set([first, last])],
    })),
    declaredTypes: config?.customEventTypes ?? [],
  };
}
