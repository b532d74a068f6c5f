-- Webhooks whose key is for the signals of one wait.
ALTER TABLE hooks ADD COLUMN once INTEGER NOT NULL DEFAULT 0;
