-- The journal as a table with row ids and an index beside it. Without row ids the rows stand in the index itself, and SQLite reads a
-- neighbour's whole row to compare keys: an entry next to another run's plan of some megabytes then cost a read of that plan, twenty times
-- what the entry itself costs.
CREATE TABLE journal_rows (
  run_id  TEXT NOT NULL,
  seq     INTEGER NOT NULL,
  at_ms   INTEGER NOT NULL,
  kind    TEXT NOT NULL,
  body    TEXT NOT NULL,
  session TEXT NOT NULL DEFAULT '',
  message INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO journal_rows (run_id, seq, at_ms, kind, body, session, message)
  SELECT run_id, seq, at_ms, kind, body, session, message FROM journal ORDER BY run_id, seq;
DROP TABLE journal;
ALTER TABLE journal_rows RENAME TO journal;
CREATE UNIQUE INDEX journal_by_run ON journal (run_id, seq);
