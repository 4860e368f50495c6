-- Who is in which segment of the tenant, as gold.segments has it: read by subject.
CREATE TABLE segment_members (
  tenant TEXT NOT NULL,
  subject TEXT NOT NULL,
  segment TEXT NOT NULL,
  since INTEGER NOT NULL,
  PRIMARY KEY (tenant, subject, segment)
) WITHOUT ROWID;
