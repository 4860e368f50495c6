-- Named ways of answering, every version of each; append-only. A version without a configuration is a deletion.
CREATE TABLE scenarios (
  tenant TEXT NOT NULL,
  name TEXT NOT NULL,
  version INTEGER NOT NULL,
  config TEXT,
  updated_at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  PRIMARY KEY (tenant, name, version)
) WITHOUT ROWID;
