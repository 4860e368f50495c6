-- What rules ask of a visitor beyond the newest interactions, in the row that is read anyway: see src/features/bought.ts and shown.ts.
ALTER TABLE profiles ADD COLUMN bought TEXT NOT NULL DEFAULT '[]';
ALTER TABLE profiles ADD COLUMN shown TEXT NOT NULL DEFAULT '[]';
