import type { D1Database } from "@cloudflare/workers-types";
import { COUNTER_KINDS, type CounterKind, PART_COLUMNS, shardOf } from "./counter-shards.ts";
import { addCounts, countDocuments } from "./counting.ts";
import { JsonList } from "./json-list.ts";

/** Parts that are read, summed and deleted together: some megabytes of JSON at most, except where single batches were huge. */
const PARTS_PER_STEP = 40;

interface Part {
  day: number;
  hour: number;
  part: number;
  items: string;
  categories: string;
}

/**
 * Brings the parts of tenants that have at least `partsMin` of them into the shards. Each step is one transaction: what was summed is
 * added and deleted, or neither. Of two that fold one tenant at a time, the second breaks and leaves the rest to the next call.
 * Returns the parts that were folded.
 */
export async function foldCounters(
  profiles: D1Database,
  { partsMin }: { partsMin: number },
): Promise<number> {
  const { results } = await profiles
    .prepare("SELECT tenant FROM counter_parts GROUP BY tenant HAVING count(*) >= ? ORDER BY tenant")
    .bind(partsMin)
    .all<{ tenant: string }>();
  let folded = 0;
  for (const { tenant } of results) {
    for (let count = PARTS_PER_STEP; count === PARTS_PER_STEP; folded += count)
      count = await foldStep(profiles, tenant);
  }
  return folded;
}

async function foldStep(profiles: D1Database, tenant: string): Promise<number> {
  const [versions, read] = await profiles.batch([
    profiles.prepare("SELECT version FROM counter_folds WHERE tenant = ?").bind(tenant),
    profiles
      .prepare(
        "SELECT day, hour, part, items, categories FROM counter_parts WHERE tenant = ? ORDER BY day, hour, part LIMIT ?",
      )
      .bind(tenant, PARTS_PER_STEP),
  ]);
  const parts = (read?.results ?? []) as Part[];
  if (parts.length === 0) return 0;
  const version = ((versions?.results[0] as { version: number } | undefined)?.version ?? 0) + 1;
  const shards = new Shards(tenant);
  for (const part of parts) shards.add(part);
  for (const document of shards.names()) {
    const { results } = await profiles.prepare(READ_SHARDS).bind(document).all<StoredShard>();
    for (const row of results) shards.addStored(row);
  }
  const keys = JSON.stringify(parts.map(({ day, hour, part }) => [tenant, day, hour, part]));
  await profiles.batch([
    profiles.prepare(CLAIM).bind(tenant, version),
    ...shards.documents().map((document) => profiles.prepare(WRITE_SHARDS).bind(document)),
    profiles.prepare(DELETE_PARTS).bind(keys),
  ]);
  return parts.length;
}

/** Another version than the one that was read makes NULL, which breaks the batch. */
const CLAIM = `
INSERT INTO counter_folds (tenant, version) VALUES (?1, ?2)
ON CONFLICT (tenant) DO UPDATE SET version = CASE version WHEN excluded.version - 1 THEN excluded.version END`;

const READ_SHARDS = `
SELECT shard.size, shard.bucket, shard.kind, shard.counts
FROM json_each(?1) AS row CROSS JOIN counter_shards AS shard
  ON shard.size = row.value ->> 0 AND shard.bucket = row.value ->> 1 AND shard.tenant = row.value ->> 2
    AND shard.kind = row.value ->> 3 AND shard.shard = row.value ->> 4`;

const WRITE_SHARDS = `
INSERT INTO counter_shards (size, bucket, tenant, kind, shard, counts)
SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value -> 5 FROM json_each(?1) WHERE true
ON CONFLICT (size, bucket, tenant, kind, shard) DO UPDATE SET counts = excluded.counts`;

const DELETE_PARTS = `
DELETE FROM counter_parts WHERE (tenant, day, hour, part) IN (
  SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each(?1)
)`;

interface StoredShard {
  size: "hour" | "day";
  bucket: number;
  kind: CounterKind;
  counts: string;
}

interface Shard {
  /** [size, bucket, tenant, kind, shard] */
  name: readonly [string, number, string, CounterKind, number];
  counts: Map<string, number[]>;
}

/** The shards that some parts of a tenant touch, as the parts add to them. */
class Shards {
  readonly #tenant: string;
  readonly #shards = new Map<string, Shard>();

  constructor(tenant: string) {
    this.#tenant = tenant;
  }

  add(part: Part): void {
    const { day, hour } = part;
    for (const kind of COUNTER_KINDS) {
      for (const [key, counts] of entriesOf(part[PART_COLUMNS[kind]])) {
        this.#add({ size: "day", bucket: day, kind }, key, counts);
        if (hour >= 0) this.#add({ size: "hour", bucket: hour, kind }, key, counts);
      }
    }
  }

  addStored(row: StoredShard): void {
    for (const [key, counts] of entriesOf(row.counts)) this.#add(row, key, counts);
  }

  #add({ size, bucket, kind }: Omit<StoredShard, "counts">, key: string, counts: readonly number[]): void {
    const number = shardOf(kind, key);
    const text = `${size}/${bucket}/${kind}/${number}`;
    let shard = this.#shards.get(text);
    if (shard === undefined) {
      shard = { name: [size, bucket, this.#tenant, kind, number], counts: new Map() };
      this.#shards.set(text, shard);
    }
    const sum = shard.counts.get(key);
    if (sum === undefined) shard.counts.set(key, [...counts]);
    else addCounts(sum, counts, 1);
  }

  /** As documents to bind to `READ_SHARDS`. */
  names(): string[] {
    const list = new JsonList();
    for (const { name } of this.#shards.values()) list.add(JSON.stringify(name));
    return list.documents();
  }

  documents(): string[] {
    const list = new JsonList();
    for (const { name, counts } of this.#shards.values()) {
      const [document = "{}"] = countDocuments(counts, Number.POSITIVE_INFINITY);
      list.add(`${JSON.stringify(name).slice(0, -1)},${document}]`);
    }
    return list.documents();
  }
}

function entriesOf(text: string): [string, number[]][] {
  return Object.entries(JSON.parse(text) as Record<string, number[]>);
}
