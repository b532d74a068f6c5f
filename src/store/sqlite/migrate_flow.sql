-- The journal of jobs, waits and mailboxes: one stream of rows for each of them. As with `journal` the rows stand in the order of their
-- arrival, so that adding one touches the end of the table, and the index holds keys alone.
CREATE TABLE flow_journal (
  stream TEXT NOT NULL,
  seq    INTEGER NOT NULL,
  at_ms  INTEGER NOT NULL,
  kind   TEXT NOT NULL,
  body   TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX flow_journal_by_stream ON flow_journal (stream, seq);
