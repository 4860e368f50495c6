import type { D1Database, D1DatabaseSession, D1PreparedStatement } from "@cloudflare/workers-types";
import { DAY_MS, HOUR_MS } from "../base/index.ts";
import { EMPTY_ACTIVITY } from "./activity.ts";
import { newestActivity } from "./activity-row.ts";
import { type CounterKind, PART_COLUMNS, shardOf } from "./counter-shards.ts";
import { ITEM_COUNTERS, WINDOWS, type WindowName } from "./declarations.ts";
import {
  emptySums,
  type ItemFeatures,
  itemFeatures,
  type WindowedFeatures,
  windowedFeatures,
} from "./derive-item.ts";
import {
  type SessionFeatures,
  sessionFeatures,
  type UserFeatures,
  type UserItemFeatures,
  userFeatures,
  userItemFeatures,
} from "./derive-user.ts";
import { type Facets, facetsAt, readFacets, statesOf } from "./facets.ts";
import { decodeEntry, type Interaction } from "./history.ts";

type Reader = Pick<D1Database | D1DatabaseSession, "prepare" | "batch">;

export interface FeatureRequest {
  tenant: string;
  /** `u:<user_id>` or `a:<anonymous_id>`: whose history counts. */
  subject?: string;
  /** `a:<anonymous_id>`, or `u:<user_id>` where no device is named: whose session counts. The subject when absent. */
  actor?: string;
  itemIds: readonly string[];
  nowMs: number;
}

export interface Features {
  /** One for each id that was asked for. */
  items: Map<string, ItemFeatures>;
  /** Of every category of these items. */
  categories: Map<string, WindowedFeatures>;
  user: UserFeatures;
  session: SessionFeatures;
  userItems: Map<string, UserItemFeatures>;
}

/**
 * Features of one request, as of `nowMs`: eight queries in two rounds, each of one call to either database. First counters, history
 * and session beside the items' states; then the categories' counters beside the states of the history's items.
 */
export async function readFeatures(
  { core, profiles }: { core: Reader; profiles: Reader },
  request: FeatureRequest,
): Promise<Features> {
  const { tenant, itemIds, nowMs } = request;
  const [stored, asked] = await Promise.all([
    readStored(profiles, request),
    readFacets(core, new Map([[tenant, new Set(itemIds)]])),
  ]);
  const interests = [...stored.history, ...stored.sessionItems.map((itemId) => ({ itemId }))];
  const missing = new Set(
    interests.map(({ itemId }) => itemId).filter((itemId) => !itemIds.includes(itemId)),
  );
  const nowOf = (states: typeof asked, itemId: string) => facetsAt(statesOf(states, tenant, itemId), nowMs);
  const categoryNames = [...new Set(itemIds.flatMap((itemId) => nowOf(asked, itemId)?.categories ?? []))];
  const [categories, others] = await Promise.all([
    readSums(profiles, { kind: "category", tenant, keys: categoryNames, nowMs }),
    readFacets(core, new Map([[tenant, missing]])),
  ]);
  const facetsOf = (itemId: string): Facets | null => nowOf(missing.has(itemId) ? others : asked, itemId);
  const user = userFeatures(stored.history, facetsOf, nowMs);
  const each = <Value>(make: (itemId: string) => Value) =>
    new Map(itemIds.map((itemId) => [itemId, make(itemId)]));
  return {
    items: each((itemId) => itemFeatures(stored.items.get(itemId) ?? emptySums(), facetsOf(itemId), nowMs)),
    categories: new Map(
      categoryNames.map((name) => [name, windowedFeatures(categories.get(name) ?? emptySums())]),
    ),
    user,
    session: sessionFeatures(stored.activity, facetsOf, nowMs),
    userItems: each((itemId) => userItemFeatures(user, facetsOf(itemId))),
  };
}

type Sums = Map<string, Record<WindowName, number[]>>;

async function readStored(
  profiles: Reader,
  { tenant, subject = "", actor = subject, itemIds, nowMs }: FeatureRequest,
) {
  const [history, activity, ...counters] = await profiles.batch<Record<string, unknown>>([
    profiles.prepare("SELECT history FROM profiles WHERE tenant = ?1 AND subject = ?2").bind(tenant, subject),
    profiles.prepare("SELECT activity FROM visitors WHERE tenant = ?1 AND subject = ?2").bind(tenant, actor),
    ...sumStatements(profiles, { kind: "item", tenant, keys: itemIds, nowMs }),
  ]);
  const entries = (history?.results[0]?.history ?? "[]") as string;
  const text = activity?.results[0]?.activity;
  const read = (typeof text === "string" ? newestActivity(text) : null) ?? EMPTY_ACTIVITY;
  return {
    history: (JSON.parse(entries) as string[]).map(decodeEntry) as Interaction[],
    activity: read,
    sessionItems: (read.sessions.at(-1)?.entries ?? []).flatMap(([, , , , ids]) => ids.slice(0, 1)),
    items: sumsOf(counters.map(({ results }) => results)),
  };
}

interface SumsWanted {
  kind: CounterKind;
  tenant: string;
  keys: readonly string[];
  nowMs: number;
}

/** Of each key the sums of all counters over every window; a key without any is absent. */
export async function readSums(profiles: Reader, wanted: SumsWanted): Promise<Sums> {
  if (wanted.keys.length === 0) return new Map();
  const answers = await profiles.batch<Record<string, unknown>>(sumStatements(profiles, wanted));
  return sumsOf(answers.map(({ results }) => results));
}

/** One statement for each bucket size: of each key the sums over every window that is made of such buckets. */
function sumStatements(profiles: Reader, { kind, tenant, keys, nowMs }: SumsWanted): D1PreparedStatement[] {
  const now = { hour: Math.floor(nowMs / HOUR_MS), day: Math.floor(nowMs / DAY_MS) };
  const shards = [...new Set(keys.map((key) => shardOf(kind, key)))];
  return (["hour", "day"] as const).map((size) =>
    profiles
      .prepare(sumQuery(kind, size))
      .bind(tenant, JSON.stringify(keys), now[size], JSON.stringify(shards)),
  );
}

/** What is in the shards by now, and the parts that are not yet. */
function sumQuery(kind: CounterKind, size: "hour" | "day"): string {
  const windows = WINDOWS.filter((window) => window.bucket === size);
  const longest = Math.max(...windows.map(({ count }) => count));
  const sums = windows.flatMap(({ name, count }) =>
    ITEM_COUNTERS.map(
      (counter, index) =>
        `total(counted.counts ->> ${index}) FILTER (WHERE counted.bucket > ?3 - ${count}) AS "${name} ${counter.name}"`,
    ),
  );
  return `
SELECT counted.name, ${sums.join(", ")}
FROM (
  SELECT shard.bucket, entry.key AS name, entry.value AS counts
  FROM (WITH RECURSIVE buckets (bucket) AS (
    SELECT ?3 UNION ALL SELECT bucket - 1 FROM buckets WHERE bucket > ?3 - ${longest - 1}
  ) SELECT bucket FROM buckets) AS wanted
  CROSS JOIN json_each(?4) AS number
  CROSS JOIN counter_shards AS shard ON shard.size = '${size}' AND shard.bucket = wanted.bucket
    AND shard.tenant = ?1 AND shard.kind = '${kind}' AND shard.shard = number.value
  CROSS JOIN json_each(shard.counts) AS entry
  WHERE entry.key IN (SELECT value FROM json_each(?2))
  UNION ALL
  SELECT part.${size}, entry.key, entry.value
  FROM counter_parts AS part CROSS JOIN json_each(part.${PART_COLUMNS[kind]}) AS entry
  WHERE part.tenant = ?1 AND part.${size} > ?3 - ${longest} AND part.${size} <= ?3
    AND entry.key IN (SELECT value FROM json_each(?2))
) AS counted
GROUP BY 1`;
}

function sumsOf(answers: readonly (readonly Record<string, unknown>[])[]): Sums {
  const sums: Sums = new Map();
  for (const row of answers.flat()) {
    const name = row.name as string;
    const known = sums.get(name) ?? emptySums();
    sums.set(name, known);
    for (const { name: window } of WINDOWS) {
      for (const [index, counter] of ITEM_COUNTERS.entries()) {
        const value = row[`${window} ${counter.name}`];
        if (typeof value === "number") known[window][index] = value;
      }
    }
  }
  return sums;
}
