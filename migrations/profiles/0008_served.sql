-- What the edge answered: its isolates tell it every half minute, one row each time, as D1 bills rows. Whole days are folded into one row later.
-- See src/features/served.ts.
CREATE TABLE served_parts (
  slot INTEGER NOT NULL,
  tenant TEXT NOT NULL,
  part INTEGER NOT NULL,
  counts TEXT NOT NULL,
  PRIMARY KEY (slot, tenant, part)
) WITHOUT ROWID;

CREATE TABLE served_days (
  day INTEGER NOT NULL,
  tenant TEXT NOT NULL,
  counts TEXT NOT NULL,
  PRIMARY KEY (day, tenant)
) WITHOUT ROWID;
