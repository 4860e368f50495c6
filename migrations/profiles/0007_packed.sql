-- D1 bills rows written, whatever is in them: ids and increments of a batch come in one row, all of one visitor in another, and the
-- tables of before go on as views, for whoever looks in. See src/features/schema.ts.
CREATE TABLE ledger_parts (
  tenant TEXT NOT NULL,
  prefix TEXT NOT NULL,
  part INTEGER NOT NULL,
  received_hour INTEGER NOT NULL,
  applied_at INTEGER NOT NULL,
  ids TEXT NOT NULL,
  PRIMARY KEY (tenant, prefix, part)
) WITHOUT ROWID;

INSERT INTO ledger_parts (tenant, prefix, part, received_hour, applied_at, ids)
SELECT tenant, prefix, row_number() OVER (PARTITION BY tenant, prefix ORDER BY received_hour, chunk) - 1,
  received_hour, applied_at, ids
FROM (
  SELECT tenant, substr(event_id, 1, 8) AS prefix, received_hour, chunk, max(applied_at) AS applied_at,
    json_group_array(substr(event_id, 9)) AS ids
  FROM (
    SELECT *, (row_number() OVER (PARTITION BY tenant, substr(event_id, 1, 8), received_hour ORDER BY event_id)) / 5000 AS chunk
    FROM event_ledger
  ) GROUP BY 1, 2, 3, 4
);

DROP TABLE event_ledger;

CREATE VIEW event_ledger AS
SELECT part.tenant, part.prefix || id.value AS event_id, part.applied_at, part.received_hour
FROM ledger_parts AS part CROSS JOIN json_each(part.ids) AS id;

CREATE TABLE intake_parts (
  hour INTEGER NOT NULL,
  tenant TEXT NOT NULL,
  part INTEGER NOT NULL,
  counts TEXT NOT NULL,
  PRIMARY KEY (hour, tenant, part)
) WITHOUT ROWID;

INSERT INTO intake_parts (hour, tenant, part, counts)
SELECT hour, tenant, chunk, json_group_array(json_array(producer, before, events)) FROM (
  SELECT *, (row_number() OVER (PARTITION BY hour, tenant ORDER BY producer, before)) / 5000 AS chunk FROM intake_counts
) GROUP BY hour, tenant, chunk;

DROP TABLE intake_counts;

CREATE VIEW intake_counts AS
SELECT DISTINCT part.hour, part.tenant, told.value ->> 0 AS producer, told.value ->> 1 AS before, told.value ->> 2 AS events
FROM intake_parts AS part CROSS JOIN json_each(part.counts) AS told;

CREATE TABLE visitors (
  tenant TEXT NOT NULL,
  subject TEXT NOT NULL,
  version INTEGER NOT NULL,
  active_day INTEGER NOT NULL DEFAULT 0,
  updated_at INTEGER NOT NULL DEFAULT 0,
  history TEXT NOT NULL DEFAULT '[]',
  bought TEXT NOT NULL DEFAULT '[]',
  shown TEXT NOT NULL DEFAULT '[]',
  activity TEXT NOT NULL DEFAULT '{}',
  PRIMARY KEY (tenant, subject)
) WITHOUT ROWID;

INSERT INTO visitors (tenant, subject, version, updated_at, history, bought, shown)
SELECT tenant, subject, 1, updated_at, history, (
  SELECT json_group_array(line.value) FROM json_each(profiles.history) AS line WHERE line.value GLOB '* purchase *'
), shown
FROM profiles;

INSERT INTO visitors (tenant, subject, version, active_day, activity)
SELECT tenant, actor, max(version), max(day), json_group_object(day, json(activity))
FROM session_activity WHERE activity <> '[[],{}]' GROUP BY tenant, actor
ON CONFLICT (tenant, subject) DO UPDATE SET
  version = max(version, excluded.version), active_day = excluded.active_day, activity = excluded.activity;

DROP TABLE profiles;
DROP TABLE session_activity;

CREATE VIEW profiles AS
SELECT tenant, subject, history, updated_at, bought, shown FROM visitors
WHERE history <> '[]' OR bought <> '[]' OR shown <> '[]';

CREATE VIEW session_activity AS
SELECT seen.tenant, seen.subject AS actor, CAST(day.key AS INTEGER) AS day, seen.version, day.value AS activity
FROM visitors AS seen CROSS JOIN json_each(seen.activity) AS day;

CREATE TABLE counter_parts (
  tenant TEXT NOT NULL,
  day INTEGER NOT NULL,
  hour INTEGER NOT NULL,
  part INTEGER NOT NULL,
  items TEXT NOT NULL,
  categories TEXT NOT NULL,
  PRIMARY KEY (tenant, day, hour, part)
) WITHOUT ROWID;

CREATE TABLE counter_shards (
  size TEXT NOT NULL,
  bucket INTEGER NOT NULL,
  tenant TEXT NOT NULL,
  kind TEXT NOT NULL,
  shard INTEGER NOT NULL,
  counts TEXT NOT NULL,
  PRIMARY KEY (size, bucket, tenant, kind, shard)
) WITHOUT ROWID;

CREATE TABLE counter_folds (
  tenant TEXT PRIMARY KEY NOT NULL,
  version INTEGER NOT NULL
) WITHOUT ROWID;

INSERT INTO counter_parts (tenant, day, hour, part, items, categories)
SELECT tenant, hour / 24, hour, 0 + chunk, json_group_object(item_id, json_array(views, clicks, carts, purchases, impressions, score, timed, duration_ms)), '{}'
FROM (SELECT *, (row_number() OVER (PARTITION BY tenant, hour ORDER BY item_id)) / 1000 AS chunk FROM item_hourly)
GROUP BY tenant, hour, chunk;

-- Days beyond what their hours hold.
INSERT INTO counter_parts (tenant, day, hour, part, items, categories)
SELECT tenant, day, -1, 0 + chunk, json_group_object(item_id, json_array(views, clicks, carts, purchases, impressions, score, timed, duration_ms)), '{}'
FROM (
  SELECT *, (row_number() OVER (PARTITION BY tenant, day ORDER BY item_id)) / 1000 AS chunk FROM (
    SELECT whole.tenant, whole.day, whole.item_id, whole.views - coalesce(sum(part.views), 0) AS views, whole.clicks - coalesce(sum(part.clicks), 0) AS clicks, whole.carts - coalesce(sum(part.carts), 0) AS carts, whole.purchases - coalesce(sum(part.purchases), 0) AS purchases, whole.impressions - coalesce(sum(part.impressions), 0) AS impressions, whole.score - coalesce(sum(part.score), 0) AS score, whole.timed - coalesce(sum(part.timed), 0) AS timed, whole.duration_ms - coalesce(sum(part.duration_ms), 0) AS duration_ms
    FROM item_daily AS whole LEFT JOIN item_hourly AS part
      ON part.tenant = whole.tenant AND part.item_id = whole.item_id AND part.hour BETWEEN whole.day * 24 AND whole.day * 24 + 23
    GROUP BY whole.tenant, whole.day, whole.item_id
  ) WHERE views <> 0 OR clicks <> 0 OR carts <> 0 OR purchases <> 0 OR impressions <> 0 OR score <> 0 OR timed <> 0 OR duration_ms <> 0
)
GROUP BY tenant, day, chunk;

DROP TABLE item_hourly;
DROP TABLE item_daily;

INSERT INTO counter_parts (tenant, day, hour, part, items, categories)
SELECT tenant, hour / 24, hour, 1000000 + chunk, '{}', json_group_object(category, json_array(views, clicks, carts, purchases, impressions, score, timed, duration_ms))
FROM (SELECT *, (row_number() OVER (PARTITION BY tenant, hour ORDER BY category)) / 1000 AS chunk FROM category_hourly)
GROUP BY tenant, hour, chunk;

-- Days beyond what their hours hold.
INSERT INTO counter_parts (tenant, day, hour, part, items, categories)
SELECT tenant, day, -1, 1000000 + chunk, '{}', json_group_object(category, json_array(views, clicks, carts, purchases, impressions, score, timed, duration_ms))
FROM (
  SELECT *, (row_number() OVER (PARTITION BY tenant, day ORDER BY category)) / 1000 AS chunk FROM (
    SELECT whole.tenant, whole.day, whole.category, whole.views - coalesce(sum(part.views), 0) AS views, whole.clicks - coalesce(sum(part.clicks), 0) AS clicks, whole.carts - coalesce(sum(part.carts), 0) AS carts, whole.purchases - coalesce(sum(part.purchases), 0) AS purchases, whole.impressions - coalesce(sum(part.impressions), 0) AS impressions, whole.score - coalesce(sum(part.score), 0) AS score, whole.timed - coalesce(sum(part.timed), 0) AS timed, whole.duration_ms - coalesce(sum(part.duration_ms), 0) AS duration_ms
    FROM category_daily AS whole LEFT JOIN category_hourly AS part
      ON part.tenant = whole.tenant AND part.category = whole.category AND part.hour BETWEEN whole.day * 24 AND whole.day * 24 + 23
    GROUP BY whole.tenant, whole.day, whole.category
  ) WHERE views <> 0 OR clicks <> 0 OR carts <> 0 OR purchases <> 0 OR impressions <> 0 OR score <> 0 OR timed <> 0 OR duration_ms <> 0
)
GROUP BY tenant, day, chunk;

DROP TABLE category_hourly;
DROP TABLE category_daily;

CREATE VIEW item_hourly AS
SELECT counted.bucket AS hour, counted.tenant, counted.key AS item_id,
  sum(counted.value ->> 0) AS views,
  sum(counted.value ->> 1) AS clicks,
  sum(counted.value ->> 2) AS carts,
  sum(counted.value ->> 3) AS purchases,
  sum(counted.value ->> 4) AS impressions,
  sum(counted.value ->> 5) AS score,
  sum(counted.value ->> 6) AS timed,
  sum(counted.value ->> 7) AS duration_ms
FROM (
  SELECT shard.bucket, shard.tenant, entry.key, entry.value
  FROM counter_shards AS shard CROSS JOIN json_each(shard.counts) AS entry WHERE shard.size = 'hour' AND shard.kind = 'item'
  UNION ALL
  SELECT part.hour, part.tenant, entry.key, entry.value
  FROM counter_parts AS part CROSS JOIN json_each(part.items) AS entry WHERE part.hour >= 0
) AS counted
GROUP BY 1, 2, 3
HAVING sum(counted.value ->> 0) <> 0 OR sum(counted.value ->> 1) <> 0 OR sum(counted.value ->> 2) <> 0 OR sum(counted.value ->> 3) <> 0 OR sum(counted.value ->> 4) <> 0 OR sum(counted.value ->> 5) <> 0 OR sum(counted.value ->> 6) <> 0 OR sum(counted.value ->> 7) <> 0;

CREATE VIEW item_daily AS
SELECT counted.bucket AS day, counted.tenant, counted.key AS item_id,
  sum(counted.value ->> 0) AS views,
  sum(counted.value ->> 1) AS clicks,
  sum(counted.value ->> 2) AS carts,
  sum(counted.value ->> 3) AS purchases,
  sum(counted.value ->> 4) AS impressions,
  sum(counted.value ->> 5) AS score,
  sum(counted.value ->> 6) AS timed,
  sum(counted.value ->> 7) AS duration_ms
FROM (
  SELECT shard.bucket, shard.tenant, entry.key, entry.value
  FROM counter_shards AS shard CROSS JOIN json_each(shard.counts) AS entry WHERE shard.size = 'day' AND shard.kind = 'item'
  UNION ALL
  SELECT part.day, part.tenant, entry.key, entry.value
  FROM counter_parts AS part CROSS JOIN json_each(part.items) AS entry
) AS counted
GROUP BY 1, 2, 3
HAVING sum(counted.value ->> 0) <> 0 OR sum(counted.value ->> 1) <> 0 OR sum(counted.value ->> 2) <> 0 OR sum(counted.value ->> 3) <> 0 OR sum(counted.value ->> 4) <> 0 OR sum(counted.value ->> 5) <> 0 OR sum(counted.value ->> 6) <> 0 OR sum(counted.value ->> 7) <> 0;

CREATE VIEW category_hourly AS
SELECT counted.bucket AS hour, counted.tenant, counted.key AS category,
  sum(counted.value ->> 0) AS views,
  sum(counted.value ->> 1) AS clicks,
  sum(counted.value ->> 2) AS carts,
  sum(counted.value ->> 3) AS purchases,
  sum(counted.value ->> 4) AS impressions,
  sum(counted.value ->> 5) AS score,
  sum(counted.value ->> 6) AS timed,
  sum(counted.value ->> 7) AS duration_ms
FROM (
  SELECT shard.bucket, shard.tenant, entry.key, entry.value
  FROM counter_shards AS shard CROSS JOIN json_each(shard.counts) AS entry WHERE shard.size = 'hour' AND shard.kind = 'category'
  UNION ALL
  SELECT part.hour, part.tenant, entry.key, entry.value
  FROM counter_parts AS part CROSS JOIN json_each(part.categories) AS entry WHERE part.hour >= 0
) AS counted
GROUP BY 1, 2, 3
HAVING sum(counted.value ->> 0) <> 0 OR sum(counted.value ->> 1) <> 0 OR sum(counted.value ->> 2) <> 0 OR sum(counted.value ->> 3) <> 0 OR sum(counted.value ->> 4) <> 0 OR sum(counted.value ->> 5) <> 0 OR sum(counted.value ->> 6) <> 0 OR sum(counted.value ->> 7) <> 0;

CREATE VIEW category_daily AS
SELECT counted.bucket AS day, counted.tenant, counted.key AS category,
  sum(counted.value ->> 0) AS views,
  sum(counted.value ->> 1) AS clicks,
  sum(counted.value ->> 2) AS carts,
  sum(counted.value ->> 3) AS purchases,
  sum(counted.value ->> 4) AS impressions,
  sum(counted.value ->> 5) AS score,
  sum(counted.value ->> 6) AS timed,
  sum(counted.value ->> 7) AS duration_ms
FROM (
  SELECT shard.bucket, shard.tenant, entry.key, entry.value
  FROM counter_shards AS shard CROSS JOIN json_each(shard.counts) AS entry WHERE shard.size = 'day' AND shard.kind = 'category'
  UNION ALL
  SELECT part.day, part.tenant, entry.key, entry.value
  FROM counter_parts AS part CROSS JOIN json_each(part.categories) AS entry
) AS counted
GROUP BY 1, 2, 3
HAVING sum(counted.value ->> 0) <> 0 OR sum(counted.value ->> 1) <> 0 OR sum(counted.value ->> 2) <> 0 OR sum(counted.value ->> 3) <> 0 OR sum(counted.value ->> 4) <> 0 OR sum(counted.value ->> 5) <> 0 OR sum(counted.value ->> 6) <> 0 OR sum(counted.value ->> 7) <> 0;
