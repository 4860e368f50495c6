-- Tables of src/features/schema.ts (profilesSchema), with WITHOUT ROWID added by hand.
CREATE TABLE event_ledger (
  tenant TEXT NOT NULL,
  event_id TEXT NOT NULL,
  batch INTEGER NOT NULL,
  applied_at INTEGER NOT NULL,
  PRIMARY KEY (tenant, event_id)
) WITHOUT ROWID;

CREATE TABLE ledger_batch (
  batch INTEGER NOT NULL
);

INSERT INTO ledger_batch (batch) VALUES (0);

CREATE TABLE identity_links (
  tenant TEXT NOT NULL,
  anonymous_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  linked_at INTEGER NOT NULL,
  PRIMARY KEY (tenant, anonymous_id)
) WITHOUT ROWID;

CREATE TABLE profiles (
  tenant TEXT NOT NULL,
  subject TEXT NOT NULL,
  history TEXT NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (tenant, subject)
) WITHOUT ROWID;

CREATE TABLE item_hourly (
  hour INTEGER NOT NULL,
  tenant TEXT NOT NULL,
  item_id TEXT NOT NULL,
  views INTEGER NOT NULL DEFAULT 0,
  clicks INTEGER NOT NULL DEFAULT 0,
  carts INTEGER NOT NULL DEFAULT 0,
  purchases INTEGER NOT NULL DEFAULT 0,
  impressions INTEGER NOT NULL DEFAULT 0,
  score INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (hour, tenant, item_id)
) WITHOUT ROWID;

CREATE TABLE item_daily (
  day INTEGER NOT NULL,
  tenant TEXT NOT NULL,
  item_id TEXT NOT NULL,
  views INTEGER NOT NULL DEFAULT 0,
  clicks INTEGER NOT NULL DEFAULT 0,
  carts INTEGER NOT NULL DEFAULT 0,
  purchases INTEGER NOT NULL DEFAULT 0,
  impressions INTEGER NOT NULL DEFAULT 0,
  score INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (day, tenant, item_id)
) WITHOUT ROWID;
