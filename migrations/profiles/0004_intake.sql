-- The hour (since the epoch) in which an id's event was received, so that D1 can be held against the Queue and the lake.
ALTER TABLE event_ledger ADD COLUMN received_hour INTEGER NOT NULL DEFAULT 0;

-- How far each taker of events had counted, one row for each Queue message: see src/features/intake-counts.ts.
CREATE TABLE intake_counts (
  hour INTEGER NOT NULL,
  tenant TEXT NOT NULL,
  producer TEXT NOT NULL,
  before INTEGER NOT NULL,
  events INTEGER NOT NULL,
  PRIMARY KEY (hour, tenant, producer, before)
) WITHOUT ROWID;
