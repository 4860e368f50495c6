import type { D1Database } from "@cloudflare/workers-types";

/** What somebody is shown of an item to tell it from others. */
export interface ItemSight {
  itemId: string;
  title?: string;
  /** Its address. */
  image?: string;
}

export interface ActiveUser {
  userId: string;
  /** When the newest event of the user's profile was received. */
  activeAtMs: number;
}

/** Rows of one look, of which D1 reads the beginnings: some 10 ms and a hundredth of a cent for a thousand looks. */
export const USERS_LOOKED_AT_MAX = 10_000;
/** Their JSON is parsed for the title: some 50 ms. */
export const ITEMS_LOOKED_AT_MAX = 20_000;

/** Behind every id: the last character there is. */
const LAST = "\u{10FFFF}";

/**
 * Users of whom a history is kept and whose id begins with `prefix`, who did something last first. There is no index of that, as it would be a row more for
 * each visit: the first USERS_LOOKED_AT_MAX by id are looked at, and `complete` is false where there are more.
 */
export async function findUsers(
  profiles: D1Database,
  tenant: string,
  { prefix, limit }: { prefix: string; limit: number },
): Promise<{ users: ActiveUser[]; complete: boolean }> {
  const range = [`u:${prefix}`, `u:${prefix}${LAST}`];
  const { results } = await profiles
    .prepare(FIND_USERS)
    .bind(tenant, ...range, USERS_LOOKED_AT_MAX, limit)
    .all<{ user_id: string; updated_at: number; looked: number }>();
  return {
    users: results.map((row) => ({ userId: row.user_id, activeAtMs: row.updated_at })),
    complete: (results[0]?.looked ?? 0) < USERS_LOOKED_AT_MAX,
  };
}

// `octet_length` is read off the row's head, the history itself stays where it is; 2 is the empty list's.
const FIND_USERS = `
WITH looked AS MATERIALIZED (
  SELECT subject, updated_at, octet_length(history) > 2 AS known FROM visitors
  WHERE tenant = ?1 AND subject >= ?2 AND subject < ?3 ORDER BY subject LIMIT ?4
)
SELECT substr(subject, 3) AS user_id, updated_at, (SELECT count(*) FROM looked) AS looked
FROM looked WHERE known ORDER BY updated_at DESC, subject LIMIT ?5`;

/** Items whose id begins with the text, then those whose title has it, by id; of the latter ITEMS_LOOKED_AT_MAX are looked at. Letters of ASCII in either case. */
export async function findItems(
  core: D1Database,
  tenant: string,
  { text, limit }: { text: string; limit: number },
): Promise<ItemSight[]> {
  const answers = await core.batch<SightRow>([
    core.prepare(FIND_BY_ID).bind(tenant, text, `${text}${LAST}`, limit),
    core.prepare(FIND_BY_TITLE).bind(tenant, text, ITEMS_LOOKED_AT_MAX, limit),
  ]);
  const found = new Map(answers.flatMap(({ results }) => results.map((row) => [row.item_id, sightOf(row)])));
  return [...found.values()].slice(0, limit);
}

/** Of those that there are, deleted ones left out. */
export async function readSights(
  core: D1Database,
  tenant: string,
  itemIds: readonly string[],
): Promise<Map<string, ItemSight>> {
  if (itemIds.length === 0) return new Map();
  const { results } = await core
    .prepare(
      `SELECT ${SIGHT} FROM items WHERE tenant = ? AND item_id IN (SELECT value FROM json_each(?)) AND deleted = 0`,
    )
    .bind(tenant, JSON.stringify(itemIds))
    .all<SightRow>();
  return new Map(results.map((row) => [row.item_id, sightOf(row)]));
}

interface SightRow {
  item_id: string;
  title: string | null;
  image: string | null;
}

const SIGHT = "item_id, body ->> '$.title' AS title, body ->> '$.image' AS image";

const FIND_BY_ID = `
SELECT ${SIGHT} FROM items WHERE tenant = ?1 AND item_id >= ?2 AND item_id < ?3 AND deleted = 0 ORDER BY item_id LIMIT ?4`;

const FIND_BY_TITLE = `
SELECT item_id, title, image FROM (
  SELECT ${SIGHT}, deleted FROM items WHERE tenant = ?1 ORDER BY item_id LIMIT ?3
) WHERE deleted = 0 AND instr(lower(title), lower(?2)) > 0 LIMIT ?4`;

function sightOf({ item_id, title, image }: SightRow): ItemSight {
  return {
    itemId: item_id,
    ...(title === null ? {} : { title }),
    ...(image === null ? {} : { image }),
  };
}
