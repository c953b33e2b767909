-- The sequence of the newest event that the API had published when a watcher claimed: the watcher's first names it. Null before the first claim.
ALTER TABLE generations ADD COLUMN claimed_after BIGINT;
