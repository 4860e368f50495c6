-- When the lake was last rewritten without a deleted user; the index holds those that wait for it, a day's late arrivals included.
ALTER TABLE user_deletions ADD COLUMN erased_at INTEGER;
CREATE INDEX user_deletions_waiting ON user_deletions (deleted_at)
WHERE erased_at IS NULL OR erased_at < deleted_at + 86400000;
