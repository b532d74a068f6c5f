-- Which message of which agent brought an entry about. An agent that outlived the coordinator says again what was not acknowledged; this is
-- how the next coordinator knows it.
ALTER TABLE journal ADD COLUMN session TEXT NOT NULL DEFAULT '';
ALTER TABLE journal ADD COLUMN message INTEGER NOT NULL DEFAULT 0;
