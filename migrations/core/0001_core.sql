-- Tables of src/features/schema.ts (coreSchema), with WITHOUT ROWID added by hand.
CREATE TABLE items (
  tenant TEXT NOT NULL,
  item_id TEXT NOT NULL,
  body TEXT NOT NULL,
  published_at INTEGER NOT NULL,
  listed INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  deleted INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant, item_id)
) WITHOUT ROWID;

CREATE INDEX items_newest ON items (tenant, listed, published_at);

CREATE INDEX items_changed ON items (tenant, updated_at);

CREATE TABLE users (
  tenant TEXT NOT NULL,
  user_id TEXT NOT NULL,
  body TEXT NOT NULL,
  updated_at INTEGER NOT NULL,
  deleted INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant, user_id)
) WITHOUT ROWID;

CREATE TABLE tenants (
  tenant TEXT PRIMARY KEY NOT NULL,
  config TEXT NOT NULL,
  created_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE api_keys (
  tenant TEXT NOT NULL,
  hash TEXT NOT NULL,
  kind TEXT NOT NULL,
  origins TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  revoked_at INTEGER,
  PRIMARY KEY (tenant, hash)
) WITHOUT ROWID;

CREATE TABLE quarantine (
  tenant TEXT NOT NULL,
  event_id TEXT NOT NULL,
  reason TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (tenant, event_id)
) WITHOUT ROWID;

CREATE TABLE overlay_state (
  tenant TEXT PRIMARY KEY NOT NULL,
  changes INTEGER NOT NULL,
  covered INTEGER NOT NULL DEFAULT 0,
  claimed_at INTEGER NOT NULL DEFAULT 0,
  model_version TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;
