-- Time spent, categories, sessions and deletions of users. Events are told apart before they are written, so the ledger
-- needs no number of the batch any more.
ALTER TABLE item_hourly ADD COLUMN timed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE item_hourly ADD COLUMN duration_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE item_daily ADD COLUMN timed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE item_daily ADD COLUMN duration_ms INTEGER NOT NULL DEFAULT 0;

CREATE TABLE category_hourly (
  hour INTEGER NOT NULL,
  tenant TEXT NOT NULL,
  category TEXT NOT NULL,
  views INTEGER NOT NULL DEFAULT 0,
  clicks INTEGER NOT NULL DEFAULT 0,
  carts INTEGER NOT NULL DEFAULT 0,
  purchases INTEGER NOT NULL DEFAULT 0,
  impressions INTEGER NOT NULL DEFAULT 0,
  score INTEGER NOT NULL DEFAULT 0,
  timed INTEGER NOT NULL DEFAULT 0,
  duration_ms INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (hour, tenant, category)
) WITHOUT ROWID;

CREATE TABLE category_daily (
  day INTEGER NOT NULL,
  tenant TEXT NOT NULL,
  category TEXT NOT NULL,
  views INTEGER NOT NULL DEFAULT 0,
  clicks INTEGER NOT NULL DEFAULT 0,
  carts INTEGER NOT NULL DEFAULT 0,
  purchases INTEGER NOT NULL DEFAULT 0,
  impressions INTEGER NOT NULL DEFAULT 0,
  score INTEGER NOT NULL DEFAULT 0,
  timed INTEGER NOT NULL DEFAULT 0,
  duration_ms INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (day, tenant, category)
) WITHOUT ROWID;

CREATE TABLE session_activity (
  tenant TEXT NOT NULL,
  actor TEXT NOT NULL,
  day INTEGER NOT NULL,
  version INTEGER NOT NULL,
  activity TEXT NOT NULL,
  PRIMARY KEY (tenant, actor, day)
) WITHOUT ROWID;

CREATE INDEX session_activity_day ON session_activity (day);

CREATE TABLE user_deletions (
  tenant TEXT NOT NULL,
  user_id TEXT NOT NULL,
  deleted_at INTEGER NOT NULL,
  PRIMARY KEY (tenant, user_id)
) WITHOUT ROWID;

CREATE INDEX identity_links_user ON identity_links (tenant, user_id);

ALTER TABLE event_ledger DROP COLUMN batch;
DROP TABLE ledger_batch;
